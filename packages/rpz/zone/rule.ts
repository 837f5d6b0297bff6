import { domainToASCII } from 'node:url';
import { MAX_LABEL, MAX_NAME } from '../wire/name.ts';
import { networkKey, networkOfKey, normaliseNetwork } from './network.ts';
import { type Policy, type Scope, type Treatment, treatment } from './policy.ts';

/** What somebody wants of a name, or of answers that lead into a network. */
export interface Rule {
  /**
   * As people write it: "example.com", "مثال.إختبار"; a last dot and upper case don't matter. With a slash it is a network
   * ("192.0.2.0/24", "2001:db8::/48"): the rule is for every name whose answer has an address in it.
   */
  name: string;
  policy: Policy;
  /** 'both' unless said; networks have none. */
  scope?: Scope;
  /** Each secondary has names of its own below this one, with what this one says (`SecondarySettings.companions`). */
  accompanied?: boolean;
}

/** Why a name can't stand in a zone. */
export type NameFault =
  | 'empty'
  | 'not-a-name'
  | 'an-address'
  | 'not-a-network'
  | 'label-too-long'
  | 'too-long'
  | 'wildcard';

export type CheckedName = { ok: true; name: string } | { ok: false; fault: NameFault };

const PLAIN = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const SPECIAL_TAIL = /(?:^|\.)rpz-[^.]*$/;
const NUMERIC_TAIL = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/**
 * The name in ASCII, lower case, without a last dot (IDNA through the URL standard's domainToASCII); a network in its one
 * spelling.
 * @param originLength bytes of the zone's origin on the wire: "*.name.origin" must stay within 255
 */
export function checkName(raw: string, originLength: number): CheckedName {
  let name = raw.endsWith('.') ? raw.slice(0, -1) : raw;
  if (name === '') return { ok: false, fault: 'empty' };
  if (name.includes('/')) {
    const network = normaliseNetwork(name);
    if (!network) return { ok: false, fault: 'not-a-network' };
    return networkKey(network).length + 1 + originLength > MAX_NAME
      ? { ok: false, fault: 'too-long' }
      : { ok: true, name: network };
  }
  if (name.startsWith('*.')) return { ok: false, fault: 'wildcard' };
  if (!PLAIN.test(name)) {
    const ascii = /[\s/\\@:?#[\]%]/.test(name) ? '' : domainToASCII(name);
    // What IDNA refuses or would turn into something else than labels.
    if (ascii === '' || !PLAIN.test(ascii)) {
      return { ok: false, fault: /^\[?[0-9a-f:.]*:[0-9a-f:.]*\]?$/i.test(name) ? 'an-address' : 'not-a-name' };
    }
    name = ascii;
  }
  if (NUMERIC_TAIL.test(name)) return { ok: false, fault: 'an-address' };
  // "32.1.2.0.192.rpz-ip" and the like are triggers of another kind: a list of names must not smuggle one in.
  if (SPECIAL_TAIL.test(name)) return { ok: false, fault: 'not-a-name' };
  // Two bytes for the wildcard; the name's wire form is one longer than its text, its end is the origin's.
  if (2 + name.length + 1 + originLength > MAX_NAME) return { ok: false, fault: 'too-long' };
  let start = 0;
  for (let i = 0; i <= name.length; i++) {
    if (i < name.length && name.charCodeAt(i) !== 0x2e) continue;
    if (i - start > MAX_LABEL) return { ok: false, fault: 'label-too-long' };
    start = i + 1;
  }
  return { ok: true, name };
}

/** "com.example.www" for "www.example.com" and the reverse: the order in which zones are kept, parents before children. */
export function reversed(name: string): string {
  return name.includes('.') ? name.split('.').reverse().join('.') : name;
}

/** A rule as a zone keeps it. */
export interface Entry {
  /** Labels reversed: "com.example". */
  key: string;
  treatment: Treatment;
}

/** Under which key a zone keeps a name or a network. @param name as `checkName` spells it */
export function keyOf(name: string): string {
  return name.includes('/') ? networkKey(name) : reversed(name);
}

/** @param name as `checkName` spells it */
export function entryOf(name: string, rule: Pick<Rule, 'policy' | 'scope' | 'accompanied'>): Entry {
  // A network has nothing under it.
  if (name.includes('/')) return { key: networkKey(name), treatment: treatment(rule.policy, 'exact') };
  return { key: reversed(name), treatment: treatment(rule.policy, rule.scope, rule.accompanied) };
}

/** What somebody wanted, of what a zone keeps. */
export function ruleOf({ key, treatment: { policy, scope, accompanied } }: Entry): Rule {
  return {
    name: networkOfKey(key) ?? reversed(key),
    policy,
    scope: scope === 'between' ? 'both' : scope,
    ...(accompanied && { accompanied }),
  };
}
