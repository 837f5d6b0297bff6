import { checkName, type NameFault, type Policy, type Rule } from '../../../../packages/rpz/index.ts';
import { isTooWide } from '../entry/refusal.ts';
import { isZoneKind, type ZoneKind } from './names.ts';

const NX: Policy = { kind: 'nxdomain' };
const PASS: Policy = { kind: 'passthru' };
const BIT = { domain: 1, host: 2 };

/** Networks are told from names by their slash, as in `Rule`. */
export const isNetwork = (name: string): boolean => name.includes('/');

/** A change of the list, as the feed log has it. */
export interface ListChange {
  op: 'add' | 'remove';
  kind: string;
  target: string;
}

/**
 * The names that are listed on one legal basis, as far as a zone can hold them, and what its rules are to be. Pure state; the
 * truth is in the database.
 */
export class Listed {
  #bits = new Map<string, number>();
  /** Names that fit no zone, and why. */
  readonly refused = new Map<string, NameFault | 'too-wide'>();
  /** Networks in the one spelling. */
  readonly networks = new Set<string>();
  readonly #originLength: number;

  /** @param originLength bytes of the longest origin on the wire */
  constructor(originLength: number) {
    this.#originLength = originLength;
  }

  /** Names; networks are counted by themselves. */
  get size(): number {
    return this.#bits.size;
  }

  has(name: string): boolean {
    return this.#bits.has(name);
  }

  names(): Iterable<string> {
    return this.#bits.keys();
  }

  /** @returns the name that changed, or undefined when it is nothing for a zone */
  change({ op, kind, target }: ListChange): string | undefined {
    if (!isZoneKind(kind as ZoneKind)) return undefined;
    const checked = checkName(target, this.#originLength);
    const refuse = (fault: NameFault | 'too-wide') => {
      if (op === 'add') this.refused.set(target, fault);
      else this.refused.delete(target);
      return undefined;
    };
    if (!checked.ok) return refuse(checked.fault);
    const { name } = checked;
    if (kind === 'network') {
      if (!isNetwork(name)) return refuse('not-a-network');
      // Refused long before, by the rules of the list; here a mistake would take away half the Internet.
      if (isTooWide(name)) return refuse('too-wide');
      const before = this.networks.has(name);
      if (op === 'add') this.networks.add(name);
      else this.networks.delete(name);
      return before === (op === 'add') ? undefined : name;
    }
    if (isNetwork(name)) return refuse('not-a-name');
    const before = this.#bits.get(name) ?? 0;
    const bit = BIT[kind as keyof typeof BIT];
    const after = op === 'add' ? before | bit : before & ~bit;
    if (after === 0) this.#bits.delete(name);
    else this.#bits.set(name, after);
    return before === after ? undefined : name;
  }

  /** Whether a listed domain lies above it. */
  isCovered(name: string): boolean {
    for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1))
      if ((this.#bits.get(name.slice(dot + 1)) ?? 0) & BIT.domain) return true;
    return false;
  }

  /**
   * What a zone has to say of a name by itself. Open names pass with what is under them, and so do blocked ones below a listed
   * domain block with what is under them: in DNS a rule for one name alone would open what is under it.
   */
  rule(name: string): Rule {
    if (isNetwork(name)) return { name, policy: this.networks.has(name) ? NX : PASS, scope: 'exact' };
    const bits = this.#bits.get(name) ?? 0;
    if (bits & BIT.domain || this.isCovered(name)) return { name, policy: NX, scope: 'both' };
    return bits ? { name, policy: NX, scope: 'exact' } : { name, policy: PASS, scope: 'both' };
  }

  /** The whole list of names as rules. */
  *rules(): Iterable<Rule> {
    for (const name of this.#bits.keys()) yield this.rule(name);
  }
}

export const passes = (rule: Rule | undefined): boolean => rule?.policy.kind === 'passthru';

export const sameRule = (a: Rule | undefined, b: Rule | undefined): boolean =>
  a !== undefined && b !== undefined && a.policy.kind === b.policy.kind && (a.scope ?? 'both') === (b.scope ?? 'both');

/** Names above, nearest first. */
export function above(name: string): string[] {
  const out: string[] = [];
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) out.push(name.slice(dot + 1));
  return out;
}
