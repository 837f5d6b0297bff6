import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesTo, type Rule, Zone } from '../../../../packages/rpz/index.ts';
import { above, Listed } from './listed.ts';
import { astray, type Edit, settled, stepFor, tangled } from './overlay.ts';

const LABELS = ['a', 'b'];
const NAMES = (() => {
  let level = ['t'];
  const out: string[] = [];
  for (let depth = 0; depth < 3; depth++) {
    level = level.flatMap((parent) => LABELS.map((l) => `${l}.${parent}`));
    out.push(...level);
  }
  return out;
})();
/** What people ask: every name, and one below each that nobody ever wrote down. */
const ASKED = NAMES.flatMap((n) => [n, `x.${n}`]);

/** What a zone says of a name, as DNS does: its own rule, else that of the nearest name above if it speaks for what is under it. */
function says(rules: ReadonlyMap<string, Rule>, name: string): 'block' | 'pass' | undefined {
  const verdict = (rule: Rule) => (rule.policy.kind === 'passthru' ? 'pass' : 'block');
  const own = rules.get(name);
  if (own && own.scope !== 'subdomains') return verdict(own);
  for (const at of above(name)) {
    const rule = rules.get(at);
    // A wildcard ends at the next name that is there.
    if (rule) return rule.scope === 'both' ? verdict(rule) : undefined;
  }
  return undefined;
}

const rulesOf = (zone: Pick<Zone, 'rules'>) => new Map([...zone.rules()].map((r) => [r.name, r]));

type Op =
  | { do: 'add' | 'remove'; kind: 'domain' | 'host'; name: string }
  | { do: 'rebase' }
  | { do: 'settle' }
  | { do: 'restart' };

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('add' as const, 'remove' as const),
      kind: fc.constantFrom('domain' as const, 'host' as const),
      name: fc.constantFrom(...NAMES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebase' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

async function apply(zone: Zone, edit: Edit): Promise<void> {
  if (edit.add.length + edit.remove.length > 0) await zone.apply(edit, zone.serial + 1);
}

describe('hot and base together', () => {
  it('say what the list says after any history, with the base of now and with one that is being replaced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 40 }), async (ops) => {
        const hot = await Zone.open({ origin: 'hot' });
        const base = await Zone.open({ origin: 'base' });
        const list = new Listed(10);
        const own = new Set<string>();
        /** What servers that have not fetched the newest base still have. */
        let before: Map<string, Rule> | undefined;
        const step = async (changed: Iterable<string>) => {
          const edits = stepFor(list, { hot, base }, changed);
          await apply(hot, edits.hot);
          await apply(base, edits.base);
          // A base that had to be mended: until servers have it, what is under one name may stay closed.
          if (edits.base.add.length + edits.base.remove.length > 0) before = undefined;
        };
        for (const one of ops) {
          if (one.do === 'rebase') {
            before = rulesOf(base);
            await apply(base, changesTo(base, list.rules()));
          } else if (one.do === 'settle') {
            await apply(hot, settled(list, { hot, base }, own));
            before = undefined;
          } else if (one.do === 'restart') {
            // The list was lost and read again: nothing may be found that has to be changed.
            expect([...(await astray(list, { hot, base }, own))]).toEqual([]);
          } else {
            const changed = list.change({ op: one.do, kind: one.kind, target: one.name });
            if (changed) await step([changed]);
          }
          const inHot = rulesOf(hot);
          for (const inBase of [rulesOf(base), ...(before ? [before] : [])]) {
            for (const name of ASKED) {
              const rule = list.rule(name);
              const want = rule.policy.kind === 'nxdomain' ? 'block' : 'pass';
              const is = says(inHot, name) ?? says(inBase, name) ?? 'pass';
              // One name listed where an older base closed everything above: what is under it opens with the new base.
              if (inBase === before && is === 'block' && above(name).some((a) => inHot.get(a)?.scope === 'exact'))
                continue;
              expect(`${name} ${is}`).toBe(`${name} ${want}`);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('find back from any state of the zones', async () => {
    const some = fc.array(fc.tuple(fc.constantFrom('domain', 'host'), fc.constantFrom(...NAMES)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(some, some, some, async (inBase, inHot, now) => {
        const filled = async (origin: string, entries: [string, string][]) => {
          const zone = await Zone.open({ origin });
          const list = new Listed(10);
          for (const [kind, target] of entries) list.change({ op: 'add', kind, target });
          if (list.size > 0) await zone.apply({ add: [...list.rules()] }, 1);
          return zone;
        };
        const [hot, base] = [await filled('hot', inHot), await filled('base', inBase)];
        const list = new Listed(10);
        for (const [kind, target] of now) list.change({ op: 'add', kind, target });
        const edits = stepFor(list, { hot, base }, await astray(list, { hot, base }, new Set()));
        await apply(hot, edits.hot);
        await apply(base, edits.base);
        for (const name of ASKED) {
          const want = list.rule(name).policy.kind === 'nxdomain' ? 'block' : 'pass';
          expect(`${name} ${says(rulesOf(hot), name) ?? says(rulesOf(base), name) ?? 'pass'}`).toBe(`${name} ${want}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('two bases, one asked after the other', () => {
  it('block what either lists, and nothing else', async () => {
    const change = fc.record({
      basis: fc.constantFrom(0, 1),
      do: fc.constantFrom('add' as const, 'remove' as const),
      kind: fc.constantFrom('domain' as const, 'host' as const),
      name: fc.constantFrom(...NAMES),
      rebase: fc.constantFrom(false, false, false, true),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (ops) => {
        const both = await Promise.all(
          ['one', 'two'].map(async (origin) => ({
            list: new Listed(10),
            pair: {
              hot: await Zone.open({ origin: `hot.${origin}` }),
              base: await Zone.open({ origin: `base.${origin}` }),
            },
          })),
        );
        const [first, second] = both as [(typeof both)[0], (typeof both)[0]];
        for (const one of ops) {
          const { list, pair } = one.basis === 0 ? first : second;
          const name = list.change({ op: one.do, kind: one.kind, target: one.name });
          const names = name ? [name] : [];
          const edits = stepFor(list, pair, names);
          await apply(pair.hot, edits.hot);
          await apply(pair.base, edits.base);
          const touched = names.flatMap((n) => [n, ...[...pair.hot.rules(n)].map((r) => r.name)]);
          const remove = tangled(first.pair.hot, second, {
            earlier: one.basis === 0 ? touched : [],
            later: one.basis === 1 ? names : [],
          });
          await apply(first.pair.base, { add: [], remove: remove.filter((n) => first.pair.base.get(n)) });
          await apply(first.pair.hot, { add: [], remove });
          if (one.rebase) await apply(pair.base, changesTo(pair.base, list.rules()));
          const zones = both.flatMap((b) => [rulesOf(b.pair.hot), rulesOf(b.pair.base)]);
          for (const asked of ASKED) {
            const want = both.some((b) => b.list.rule(asked).policy.kind === 'nxdomain') ? 'block' : 'pass';
            const is = zones.map((z) => says(z, asked)).find((v) => v !== undefined) ?? 'pass';
            expect(`${asked} ${is}`).toBe(`${asked} ${want}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list', () => {
  it('refuses what fits no zone and says why, and takes what another entry still lists', () => {
    const list = new Listed(30);
    expect(list.change({ op: 'add', kind: 'domain', target: `${'a'.repeat(60)}.`.repeat(4) })).toBeUndefined();
    expect([...list.refused.values()]).toEqual(['too-long']);
    expect(list.change({ op: 'add', kind: 'url', target: 'http://a.example/' })).toBeUndefined();
    expect(list.change({ op: 'add', kind: 'host', target: 'A.example' })).toBe('a.example');
    expect(list.rule('a.example')).toMatchObject({ policy: { kind: 'nxdomain' }, scope: 'exact' });
    list.change({ op: 'add', kind: 'domain', target: 'a.example' });
    expect(list.rule('www.a.example')).toMatchObject({ policy: { kind: 'nxdomain' }, scope: 'both' });
    list.change({ op: 'remove', kind: 'domain', target: 'a.example' });
    expect(list.rule('a.example')).toMatchObject({ scope: 'exact' });
    expect(list.rule('www.a.example')).toMatchObject({ policy: { kind: 'passthru' } });
  });
});
