import fc from 'fast-check';
import type { Change } from '../overlay.ts';
import type { CategoryMask, Rule, Scope } from '../rule.ts';

/** A wire name as its labels, in lower case, one character a byte. */
function labelsOf(wire: Uint8Array): string[] {
  const labels: string[] = [];
  for (let at = 0; wire[at] !== 0; at += (wire[at] as number) + 1) {
    const label = Buffer.from(wire.subarray(at + 1, at + 1 + (wire[at] as number))).toString('latin1');
    labels.push(label.replace(/[A-Z]/g, (c) => c.toLowerCase()));
  }
  return labels;
}

const keyOf = (labels: string[]) => labels.map((l) => `${l.length}:${l}`).join('');

const counts = (mask: CategoryMask, c: number) => ((mask[c >> 5] as number) & (1 << (c & 31))) !== 0;

/** The same as the table, told the plain way: a map of names to their rules, asked suffix by suffix. */
export class Model {
  private readonly names = new Map<string, Map<string, Rule>>();

  apply(change: Change): void {
    const key = keyOf(labelsOf(change.name));
    const rules = this.names.get(key) ?? new Map<string, Rule>();
    this.names.set(key, rules);
    if (change.op === 'add') rules.set(`${change.rule.scope} ${change.rule.category}`, change.rule);
    else rules.delete(`${change.scope} ${change.category}`);
  }

  lookup(wire: Uint8Array, mask?: CategoryMask): (Rule & { labels: number }) | undefined {
    const labels = labelsOf(wire);
    for (let skip = 0; skip <= labels.length; skip++) {
      const [best] = [...(this.names.get(keyOf(labels.slice(skip)))?.values() ?? [])]
        .filter((r) => (r.scope === 'subtree' || skip === 0) && (!mask || counts(mask, r.category)))
        .sort(
          (a, b) =>
            Number(b.scope === 'exact') - Number(a.scope === 'exact') ||
            Number(b.action === 'allow') - Number(a.action === 'allow') ||
            a.category - b.category,
        );
      if (best) return { ...best, labels: labels.length - skip };
    }
    return undefined;
  }
}

function join(labels: Uint8Array[]): Uint8Array {
  const out: number[] = [];
  for (const label of labels) if (out.length + label.length + 2 <= 255) out.push(label.length, ...label);
  return Uint8Array.of(...out, 0);
}

const text = (s: string) => Uint8Array.from(Buffer.from(s, 'latin1'));

/** Labels that meet each other often, in both cases, with dots and zeros inside, in IDNA form, of every length. */
const label = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'A', 'b', 'ab', 'com', 'COM', 'ma', 'xn--mgbc0a9azcg').map(text) },
  { weight: 2, arbitrary: fc.constantFrom('a.b', '\0', '*', '\x01a', 'abcd', 'abcde', '\xc3\xa9').map(text) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }) },
);

export const wireName = fc.oneof(
  { weight: 12, arbitrary: fc.array(label, { maxLength: 4 }).map(join) },
  { weight: 1, arbitrary: fc.array(label, { maxLength: 127 }).map(join) },
  { weight: 1, arbitrary: fc.constant(Uint8Array.of(...new Array(127).fill([1, 97]).flat(), 0)) },
);

const scope = fc.constantFrom<Scope>('exact', 'subtree');
const category = fc.constantFrom(0, 1, 31, 32, 255);
export const rule: fc.Arbitrary<Rule> = fc.record({
  action: fc.constantFrom<Rule['action']>('block', 'allow'),
  scope,
  category,
});
export const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('add' as const), name: wireName, rule }),
  fc.record({ op: fc.constant('remove' as const), name: wireName, scope, category }),
);
export const mask = fc.option(
  fc.array(category).map((cs) => {
    const words = new Uint32Array(8);
    for (const c of cs) words[c >> 5] = (words[c >> 5] as number) | (1 << (c & 31));
    return words;
  }),
  { nil: undefined },
);

/** All bits compared, or so few that most names collide: the answer must not differ. */
export const keep = fc.constantFrom<readonly [number, number]>([0xffff_ffff, 0xffff], [1, 0], [0, 0]);

/** Where the names that confirm hits are. */
export const where = fc.constantFrom('disk' as const, 'memory' as const);
