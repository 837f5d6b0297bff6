import { RpzError, WireError } from '../errors.ts';
import { TYPE } from '../wire/codes.ts';
import { canonicalName } from '../wire/name.ts';
import { writeData } from '../wire/records.ts';

/** What a resolver does with a name, as a response policy zone can say it (draft-vixie-dnsop-dns-rpz). */
export type Policy =
  /** `CNAME .`: there is no such name. */
  | { kind: 'nxdomain' }
  /** `CNAME *.`: the name is there, without data. */
  | { kind: 'nodata' }
  /** `CNAME rpz-passthru.`: answered as if no zone said anything. */
  | { kind: 'passthru' }
  /** `CNAME rpz-drop.`: no answer at all. */
  | { kind: 'drop' }
  /** `CNAME rpz-tcp-only.`: only over TCP. */
  | { kind: 'tcp-only' }
  /** To a page that explains. */
  | { kind: 'landing'; target: string }
  /** Own records; types without one are answered NODATA. */
  | { kind: 'local'; a?: string[]; aaaa?: string[]; txt?: string[] };

/** Which names a rule is for: the name, what is under it, or (what one nearly always wants) both. */
export type Scope = 'both' | 'exact' | 'subdomains';

/** 'between': not wanted by anybody, but needed between two rules (see derived.ts); written as 'both'. */
export type InnerScope = Scope | 'between';

interface PolicyRecord {
  type: number;
  data: Buffer;
}

/** Policy and scope of a rule, shared by all rules that have the same, with its record data ready. */
export interface Treatment {
  readonly policy: Policy;
  readonly scope: InnerScope;
  /** Whether each secondary has names of its own below (see companions.ts). */
  readonly accompanied: boolean;
  /** What goes over the wire, as text: the key without what only concerns us. */
  readonly wire: string;
  /** Text that is the same for the same treatment: how it stands in journals. */
  readonly key: string;
  readonly records: readonly PolicyRecord[];
}

const SPECIAL = {
  nxdomain: '.',
  nodata: '*.',
  passthru: 'rpz-passthru.',
  drop: 'rpz-drop.',
  'tcp-only': 'rpz-tcp-only.',
};

const known = new Map<string, Treatment>();

const ACCOMPANIED = '+';

/** More than that many different treatments are not kept for sharing: each zone still keeps its own. */
const MOST_KNOWN = 10_000;

/** A rule and its wildcard must fit one message (see encode.ts). */
const MOST_DATA = 6000;

/** @throws {RpzError} policy-invalid */
export function treatment(policy: Policy, scope: InnerScope = 'both', accompanied = false): Treatment {
  const mark = accompanied ? ACCOMPANIED : '';
  // Nearly all rules have one of few plain policies: no need to look at the rest.
  const quick = known.get(`${scope}${mark}|{"kind":"${policy.kind}"}`);
  if (quick && policy.kind !== 'landing' && policy.kind !== 'local') return quick;
  const clean = normalise(policy);
  const wire = `${scope}|${JSON.stringify(clean)}`;
  const key = accompanied ? wire.replace('|', `${ACCOMPANIED}|`) : wire;
  const existing = known.get(key);
  if (existing) return existing;
  if (!['both', 'exact', 'subdomains', 'between'].includes(scope))
    throw new RpzError('policy-invalid', `unknown scope ${scope}`);
  if (accompanied && scope !== 'both')
    throw new RpzError('policy-invalid', 'only a rule for a name and what is under it can be accompanied');
  try {
    const made: Treatment = { policy: clean, scope, accompanied, wire, key, records: recordsOf(clean) };
    if (made.records.reduce((sum, r) => sum + r.data.length + 16, 0) > MOST_DATA) {
      throw new RpzError('policy-invalid', `more than ${MOST_DATA} bytes of records for one name`);
    }
    if (known.size < MOST_KNOWN) known.set(key, made);
    return made;
  } catch (error) {
    if (error instanceof WireError) throw new RpzError('policy-invalid', error.message);
    throw error;
  }
}

/** Reads `Treatment.key` again. @throws {RpzError} policy-invalid */
export function treatmentOfKey(key: string): Treatment {
  const existing = known.get(key);
  if (existing) return existing;
  const bar = key.indexOf('|');
  const accompanied = key.slice(0, bar).endsWith(ACCOMPANIED);
  const scope = key.slice(0, accompanied ? bar - 1 : bar) as InnerScope;
  try {
    return treatment(JSON.parse(key.slice(bar + 1)) as Policy, scope, accompanied);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RpzError('policy-invalid', `not a policy: ${key}`);
    throw error;
  }
}

function normalise(policy: Policy): Policy {
  if (policy.kind === 'landing') {
    const target = canonical(policy.target);
    // These mean something else to a resolver than "go there".
    if (target === '.' || /^(\*|rpz-[^.]*)\.$/.test(target))
      throw new RpzError('policy-invalid', `no landing: ${target}`);
    return { kind: 'landing', target };
  }
  if (policy.kind === 'local') {
    const { a, aaaa, txt } = policy;
    const out = {
      kind: 'local' as const,
      ...(a?.length && { a }),
      ...(aaaa?.length && { aaaa }),
      ...(txt?.length && { txt }),
    };
    if (Object.keys(out).length === 1) throw new RpzError('policy-invalid', 'local data without a record');
    return out;
  }
  if (!Object.hasOwn(SPECIAL, policy.kind)) throw new RpzError('policy-invalid', 'unknown policy');
  return { kind: policy.kind };
}

function canonical(name: string): string {
  try {
    return canonicalName(name);
  } catch (error) {
    if (error instanceof WireError) throw new RpzError('policy-invalid', error.message);
    throw error;
  }
}

function recordsOf(policy: Policy): PolicyRecord[] {
  if (policy.kind !== 'local') {
    const target = policy.kind === 'landing' ? policy.target : SPECIAL[policy.kind];
    return [{ type: TYPE.CNAME, data: writeData({ type: 'CNAME', target }) }];
  }
  return [
    ...(policy.a ?? []).map((address) => ({ type: TYPE.A, data: writeData({ type: 'A', address }) })),
    ...(policy.aaaa ?? []).map((address) => ({ type: TYPE.AAAA, data: writeData({ type: 'AAAA', address }) })),
    ...(policy.txt ?? []).map((text) => ({ type: TYPE.TXT, data: textData(text) })),
  ];
}

/** A text in pieces of 255 bytes, as the record wants it. */
function textData(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > 4000) throw new WireError('a text longer than 4,000 bytes');
  const texts = Array.from({ length: Math.max(1, Math.ceil(bytes.length / 255)) }, (_, i) =>
    bytes.subarray(255 * i, 255 * (i + 1)),
  );
  return writeData({ type: 'TXT', texts });
}
