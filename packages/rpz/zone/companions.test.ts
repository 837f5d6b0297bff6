import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../journal/store.ts';
import { applyIxfr, recordsOf, text } from '../testing/reader.ts';
import type { Companions } from './companions.ts';
import type { Policy } from './policy.ts';
import type { Rule } from './rule.ts';
import { type TransferBody, Zone } from './zone.ts';

const NX: Policy = { kind: 'nxdomain' };
const LABELS = ['m', 'app', 'img', 'cdn'];
const companionsOf =
  (secondary: string): Companions =>
  (name) => [LABELS[(createHmac('sha256', secondary).update(name).digest()[0] as number) % 4] as string];
const open = (store = new MemoryStore()) => Zone.open({ origin: 'rpz.example', store });
const lines = (zone: Zone, body: TransferBody) => recordsOf(zone, body).map(text);
const dataOf = (zone: Zone, companions?: Companions) => {
  const all = lines(zone, zone.axfr(companions)).slice(1, -1);
  expect(new Set(all).size).toBe(all.length);
  return new Set(all);
};

describe('companions', () => {
  it('stand in their place below what they belong to, for whom they are meant alone', async () => {
    const zone = await open();
    await zone.apply(
      {
        add: [
          { name: 'a.example', policy: NX, accompanied: true },
          { name: 'a-b.example', policy: NX },
          { name: 'app.a.example', policy: NX },
          { name: 'z.a.example', policy: NX },
          { name: 'plain.example', policy: NX },
        ],
      },
      1,
    );
    const own = (label: string) =>
      lines(
        zone,
        zone.axfr(() => [label, 'No Label', '*', 'x.y', 'x'.repeat(64)]),
      );
    const nobody = lines(zone, zone.axfr());
    expect(own('m').filter((l) => !nobody.includes(l))).toEqual([
      'm.a.example.rpz.example. CNAME .',
      '*.m.a.example.rpz.example. CNAME .',
    ]);
    const at = own('m').indexOf('m.a.example.rpz.example. CNAME .');
    expect([own('m')[at - 1], own('m')[at + 2]]).toEqual([
      '*.app.a.example.rpz.example. CNAME .',
      'z.a.example.rpz.example. CNAME .',
    ]);
    // What is there as a rule needs no companion.
    expect(own('app')).toEqual(nobody);
    expect([...zone.rules()]).toHaveLength(5);
    expect(zone.get('m.a.example')).toBeUndefined();
    expect(zone.get('a.example')).toMatchObject({ accompanied: true });
    await expect(
      zone.apply({ add: [{ name: 'one.example', policy: NX, scope: 'exact', accompanied: true }] }, 2),
    ).rejects.toMatchObject({ code: 'policy-invalid' });
  });

  it('leave the messages they do not stand in shared by all', async () => {
    const zone = await open();
    const add = Array.from({ length: 5000 }, (_, i) => ({
      name: `name${i}.example`,
      policy: NX,
      ...(i % 1000 === 7 && { accompanied: true }),
    }));
    await zone.apply({ add }, 1);
    const [all, one, two] = [undefined, companionsOf('one'), companionsOf('two')].map((c) => [...zone.axfr(c).chunks]);
    const shared = new Set(all?.map((c) => c.body));
    expect(all?.length).toBeGreaterThan(10);
    expect(one?.length).toBe(all?.length);
    // Head and end are made for each; five companions on five pages at most.
    for (const own of [one, two]) expect(own?.filter((c) => !shared.has(c.body)).length).toBeLessThanOrEqual(2 + 5);
  });

  it('are the same by every way to a serial, whatever comes, goes and takes their place', {
    timeout: 60_000,
  }, async () => {
    const label = fc.constantFrom('m', 'app', 'img', 'a', 'b');
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((l) => [...l, 'example'].join('.'));
    const rule = fc.oneof(
      fc.record({ name, policy: fc.constantFrom<Policy>(NX, { kind: 'passthru' }), accompanied: fc.boolean() }),
      fc.record({ name, policy: fc.constant(NX), scope: fc.constantFrom('exact' as const, 'subdomains' as const) }),
      fc.record({ name: fc.constantFrom('192.0.2.0/24', '2001:db8::/48'), policy: fc.constant(NX) }),
    );
    const step = fc.record({ add: fc.array(rule, { maxLength: 5 }), remove: fc.array(name, { maxLength: 4 }) });
    const secondaries = ['one', 'two', 'three'].map(companionsOf);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const store = new MemoryStore();
        let zone = await open(store);
        // Only differences, never the whole: an empty zone would be the shorter answer.
        await zone.apply({ add: Array.from({ length: 60 }, (_, i): Rule => ({ name: `n${i}.other`, policy: NX })) }, 1);
        const states = new Map([[1, secondaries.map((c) => dataOf(zone, c))]]);
        let serial = 1;
        for (const [i, changes] of steps.entries()) {
          await zone.apply(changes, ++serial);
          if (i % 3 === 2) zone = await open(store);
          states.set(
            serial,
            secondaries.map((c) => dataOf(zone, c)),
          );
          for (const [from, state] of states)
            for (const [s, companions] of secondaries.entries()) {
              const body = zone.ixfr(from, companions);
              if (from !== serial) expect(body.kind).toBe('ixfr');
              expect(applyIxfr(recordsOf(zone, body), state[s] as Set<string>)).toEqual(states.get(serial)?.[s]);
            }
        }
        // They say what the rule above says, of themselves and of what is under them.
        for (const companions of secondaries)
          for (const line of dataOf(zone, companions)) {
            if (dataOf(zone).has(line)) continue;
            const [owner = '', , target] = line.split(' ');
            const parent = owner.replace('*.', '').split('.').slice(1).join('.');
            expect(zone.get(parent.replace('.rpz.example.', ''))).toMatchObject({ scope: 'both', accompanied: true });
            expect(dataOf(zone)).toContain(`*.${parent} CNAME ${target}`);
          }
      }),
      { numRuns: process.env.SALAMA_LONG ? 2000 : 30 },
    );
  });

  it('come and go without a word of the rule they belong to, which stays as it is', async () => {
    const zone = await open();
    const names = Array.from({ length: 9 }, (_, i): Rule => ({ name: `n${i}.example`, policy: NX }));
    await zone.apply({ add: names }, 1);
    await zone.apply({ add: [{ name: 'n3.example', policy: NX, accompanied: true }] }, 2);
    expect(lines(zone, zone.ixfr(1))).toEqual([2, 1, 2, 2].map((n) => `rpz.example. SOA ${n}`));
    expect(
      lines(
        zone,
        zone.ixfr(1, () => ['m']),
      ),
    ).toEqual([
      ...[2, 1, 2].map((n) => `rpz.example. SOA ${n}`),
      'm.n3.example.rpz.example. CNAME .',
      '*.m.n3.example.rpz.example. CNAME .',
      'rpz.example. SOA 2',
    ]);
  });
});
