import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../journal/store.ts';
import { applyIxfr, recordsOf, text } from '../testing/reader.ts';
import type { Policy } from './policy.ts';
import { changesTo } from './rebase.ts';
import { checkName, type Rule } from './rule.ts';
import { Zone } from './zone.ts';

const NX: Policy = { kind: 'nxdomain' };
const open = (journalLimit?: number) =>
  Zone.open({ origin: 'Rpz.Example', store: new MemoryStore(), ...(journalLimit && { journalLimit }) });
const lines = (zone: Zone) => recordsOf(zone, zone.axfr()).map(text);

describe('a zone', () => {
  it('says each policy as resolvers expect it, for the name and what is under it', async () => {
    const zone = await open();
    await zone.apply(
      {
        add: [
          { name: 'a.example', policy: NX },
          { name: 'b.example', policy: { kind: 'nodata' }, scope: 'exact' },
          { name: 'c.example', policy: { kind: 'passthru' }, scope: 'subdomains' },
          { name: 'd.example', policy: { kind: 'drop' }, scope: 'exact' },
          { name: 'e.example', policy: { kind: 'tcp-only' }, scope: 'exact' },
          { name: 'f.example', policy: { kind: 'landing', target: 'Page.example' }, scope: 'exact' },
          { name: 'g.example', policy: { kind: 'local', a: ['192.0.2.1'], aaaa: ['2001:db8::1'], txt: ['x'] } },
        ],
      },
      7,
    );
    const o = 'rpz.example.';
    expect(lines(zone)).toEqual([
      `${o} SOA 7`,
      `${o} NS localhost.`,
      `a.example.${o} CNAME .`,
      `*.a.example.${o} CNAME .`,
      `b.example.${o} CNAME *.`,
      `*.c.example.${o} CNAME rpz-passthru.`,
      `d.example.${o} CNAME rpz-drop.`,
      `e.example.${o} CNAME rpz-tcp-only.`,
      `f.example.${o} CNAME page.example.`,
      `g.example.${o} A 192.0.2.1`,
      `g.example.${o} AAAA 2001:db8:0:0:0:0:0:1`,
      `g.example.${o} TXT x`,
      `*.g.example.${o} A 192.0.2.1`,
      `*.g.example.${o} AAAA 2001:db8:0:0:0:0:0:1`,
      `*.g.example.${o} TXT x`,
      `${o} SOA 7`,
    ]);
  });

  it('refuses names that it cannot hold, says why, and takes the others', async () => {
    const zone = await open();
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(50)}.example`;
    const wrong = ['', '*.x.example', 'two words', '192.0.2.1', '2001:db8::1', `${'a'.repeat(64)}.example`, long];
    const smuggled = '32.1.2.0.192.rpz-ip';
    const applied = await zone.apply(
      { add: [...wrong, smuggled, 'good.example'].map((name) => ({ name, policy: NX })) },
      1,
    );
    expect(applied.refused.map((r) => r.fault)).toEqual([
      'empty',
      'wildcard',
      'not-a-name',
      'an-address',
      'an-address',
      'label-too-long',
      'too-long',
      'not-a-name',
    ]);
    expect([...zone.rules()].map((r) => r.name)).toEqual(['good.example']);
  });

  it('takes names in any script, and the longest that fits', async () => {
    expect(checkName('مثال.إختبار', 20)).toEqual({ ok: true, name: 'xn--mgbh0fb.xn--kgbechtv' });
    expect(checkName('BÜCHER.Example.', 20)).toEqual({ ok: true, name: 'xn--bcher-kva.example' });
    const zone = await open();
    // 255 = 2 for the wildcard + name + 1 + 13 for the origin.
    const label = (n: number) => 'x'.repeat(n);
    const fits = [label(63), label(63), label(63), label(47)].join('.');
    expect(fits.length).toBe(239);
    const applied = await zone.apply({ add: [fits, `y${fits}`].map((name) => ({ name, policy: NX })) }, 1);
    expect(applied.refused).toEqual([{ name: `y${fits}`, fault: 'too-long' }]);
    expect(lines(zone)).toContain(`*.${fits}.rpz.example. CNAME .`);
  });

  it('goes only forwards', async () => {
    const zone = await open();
    await zone.apply({}, 5);
    await expect(zone.apply({}, 5)).rejects.toMatchObject({ code: 'serial-not-newer' });
    await expect(zone.apply({}, 4)).rejects.toMatchObject({ code: 'serial-not-newer' });
    await expect(zone.apply({}, -1)).rejects.toMatchObject({ code: 'serial-invalid' });
    await expect(
      zone.apply({ add: [{ name: 'x.example', policy: { kind: 'landing', target: '.' } }] }, 6),
    ).rejects.toMatchObject({ code: 'policy-invalid' });
    expect(zone.serial).toBe(5);
  });

  it('goes round behind the last serial', async () => {
    const zone = await open();
    for (const serial of [0x7fff_ffff, 0xffff_fff0]) await zone.apply({}, serial);
    await zone.apply({ add: [{ name: 'x.example', policy: NX }] }, 3);
    expect(recordsOf(zone, zone.ixfr(0xffff_fff0)).map(text)).toEqual([
      'rpz.example. SOA 3',
      'rpz.example. SOA 4294967280',
      'rpz.example. SOA 3',
      'x.example.rpz.example. CNAME .',
      '*.x.example.rpz.example. CNAME .',
      'rpz.example. SOA 3',
    ]);
  });

  it('answers the current serial, and one from the future, with a lone SOA', async () => {
    const zone = await open();
    await zone.apply({ add: [{ name: 'x.example', policy: NX }] }, 9);
    expect(recordsOf(zone, zone.ixfr(9)).map(text)).toEqual(['rpz.example. SOA 9']);
    expect(recordsOf(zone, zone.ixfr(12)).map(text)).toEqual(['rpz.example. SOA 9']);
  });

  it('falls back to the whole zone when it does not remember, or when that is shorter', async () => {
    const zone = await open(4);
    const names = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ name: `n${from + i}.example`, policy: NX }));
    await zone.apply({ add: names(0, 10) }, 1);
    expect(zone.ixfr(0).kind).toBe('axfr');
    await zone.apply({ add: names(10, 11) }, 2);
    expect(zone.ixfr(1).kind).toBe('ixfr');
    await zone.apply({ add: names(11, 13) }, 3);
    expect(zone.ixfr(1).kind).toBe('axfr');
    expect(zone.ixfr(2).kind).toBe('ixfr');
    const emptied = await open();
    await emptied.apply({ add: names(0, 10) }, 1);
    await emptied.apply({ remove: names(0, 10).map((r) => r.name) }, 2);
    expect(emptied.ixfr(1).kind).toBe('axfr');
  });

  it('leaves out of a difference what came and went again', async () => {
    const zone = await open();
    await zone.apply({ add: ['a', 'b', 'c'].map((n) => ({ name: `${n}.example`, policy: NX })) }, 1);
    await zone.apply({ add: [{ name: 'x.example', policy: NX }] }, 2);
    await zone.apply({ remove: ['x.example', 'a.example'] }, 3);
    await zone.apply({ add: [{ name: 'a.example', policy: NX }] }, 4);
    expect(recordsOf(zone, zone.ixfr(1)).map(text)).toEqual([4, 1, 4, 4].map((n) => `rpz.example. SOA ${n}`));
  });

  it('gives all who ask the same bytes, and somebody in the middle of a transfer the state it began with', async () => {
    const zone = await open();
    const add = Array.from({ length: 5000 }, (_, i) => ({ name: `name${i}.example`, policy: NX }));
    await zone.apply({ add }, 1);
    const [one, two] = [[...zone.axfr().chunks], [...zone.axfr().chunks]];
    expect(one.length).toBeGreaterThan(8);
    for (const [i, chunk] of one.slice(1, -1).entries()) expect(two[i + 1]?.body).toBe(chunk.body);
    const under = zone.axfr();
    await zone.apply({ remove: ['name7.example'] }, 2);
    expect(recordsOf(zone, under).map(text)).toContain('name7.example.rpz.example. CNAME .');
    expect(lines(zone)).not.toContain('name7.example.rpz.example. CNAME .');
    // Nearly all of the messages are the ones from before.
    const again = new Set([...zone.axfr().chunks].map((c) => c.body));
    expect(one.filter((c) => again.has(c.body)).length).toBeGreaterThan(one.length - 5);
  });

  it('is re-based from a whole list by the difference alone', async () => {
    const zone = await open();
    const rule = (name: string, policy: Policy = NX) => ({ name, policy });
    await zone.apply({ add: ['a.example', 'b.example', 'c.example', 'x.a.example'].map((n) => rule(n)) }, 1);
    const wanted = [rule('A.Example.'), rule('b.example', { kind: 'nodata' }), rule('new.example'), rule('no name')];
    const changes = changesTo(zone, wanted);
    expect(changes.add.map((r) => r.name)).toEqual(['b.example', 'new.example', 'no name']);
    expect(changes.remove.toSorted()).toEqual(['c.example', 'x.a.example']);
    const applied = await zone.apply(changes, 2);
    expect(applied.refused).toEqual([{ name: 'no name', fault: 'not-a-name' }]);
    expect([...zone.rules()].map((r) => r.name)).toEqual(['a.example', 'b.example', 'new.example']);
    expect(changesTo(zone, wanted.slice(0, 3))).toEqual({ add: [], remove: [] });
  });

  it('leaves no open door between two rules, as DNS reads its wildcards', async () => {
    const label = fc.constantFrom('a', 'b', 'c');
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((l) => [...l, 'example'].join('.'));
    const policy = fc.constantFrom<Policy>(NX, { kind: 'passthru' }, { kind: 'nodata' });
    const step = fc.record({
      add: fc.array(fc.record({ name, policy }), { maxLength: 3 }),
      remove: fc.array(name, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.array(name), async (steps, asked) => {
        const zone = await open();
        const model = new Map<string, string>();
        let serial = 0;
        for (const { add, remove } of steps) {
          const before = dataOf(zone);
          await zone.apply({ add, remove }, ++serial);
          for (const gone of remove) model.delete(gone);
          for (const one of add) model.set(one.name, one.policy.kind);
          expect(applyIxfr(recordsOf(zone, zone.ixfr(serial - 1)), before)).toEqual(dataOf(zone));
          const records = new Map(lines(zone).map((l) => l.split(' CNAME ') as [string, string]));
          for (const n of [...asked, ...model.keys()]) {
            const nearest = n
              .split('.')
              .map((_, i, all) => all.slice(i).join('.'))
              .find((x) => model.has(x));
            expect(dnsFinds(records, `${n}.rpz.example.`), n).toBe(nearest && TARGETS[model.get(nearest) as string]);
          }
          expect(zone.size).toBe(model.size);
        }
        // Nothing is left of what stood between rules when the rules are gone.
        await zone.apply({ remove: [...model.keys()] }, ++serial);
        expect(lines(zone).length).toBe(3);
      }),
      { numRuns: process.env.SALAMA_LONG ? 5000 : 300 },
    );
  });

  it('holds what a plain list holds, at every serial and by every way to it', { timeout: 120_000 }, async () => {
    // Few names, so that they meet; some long, so that pages fill.
    const name = fc.oneof(
      fc.constantFrom('a.example', 'b.a.example', 'a.a.example', 'c.example', 'a-b.example', 'example', 'x.c.example'),
      fc.integer({ min: 0, max: 400 }).map((n) => `n${n}.${'long'.repeat(10)}.${n % 7}x.example`),
    );
    const policy = fc.constantFrom<Policy>(
      NX,
      { kind: 'passthru' },
      { kind: 'landing', target: 'page.example.' },
      { kind: 'local', a: ['192.0.2.1', '192.0.2.2'] },
    );
    const scope = fc.constantFrom('both' as const, 'exact' as const, 'subdomains' as const);
    const rule = fc.record({ name, policy, scope });
    const step = fc.record({
      add: fc.array(rule, { maxLength: 200 }),
      remove: fc.array(name, { maxLength: 60 }),
      jump: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const store = new MemoryStore();
        const zone = await Zone.open({ origin: 'rpz.example', store });
        const model = new Map<string, Rule>();
        const states = new Map<number, Set<string>>();
        states.set(0, dataOf(zone));
        let serial = 0;
        for (const { add, remove, jump } of steps) {
          serial += jump;
          await zone.apply({ add, remove }, serial);
          for (const gone of remove) model.delete(gone);
          for (const one of add) model.set(one.name, one);
          states.set(serial, dataOf(zone));
          expect(new Map([...zone.rules()].map((r) => [r.name, r]))).toEqual(model);
          expect(zone.size).toBe(model.size);
          for (const [from, state] of states) {
            expect(applyIxfr(recordsOf(zone, zone.ixfr(from)), state)).toEqual(states.get(serial));
          }
        }
        const again = await Zone.open({ origin: 'rpz.example', store });
        expect(again.serial).toBe(serial);
        expect(dataOf(again)).toEqual(states.get(serial));
      }),
      { numRuns: process.env.SALAMA_LONG ? 500 : 40 },
    );
  });
});

const TARGETS: Record<string, string> = { nxdomain: '.', passthru: 'rpz-passthru.', nodata: '*.' };

/** Look-up with wildcards as RFC 4592 has them: only that of the closest name that is there. */
function dnsFinds(records: ReadonlyMap<string, string>, name: string): string | undefined {
  const there = (n: string) => [...records.keys()].some((r) => r === n || r.endsWith(`.${n}`));
  if (records.has(name)) return records.get(name);
  if (there(name)) return undefined;
  let at = name;
  while (!there(at)) at = at.slice(at.indexOf('.') + 1);
  return records.get(`*.${at}`);
}

/** Everything but the SOA; a set has each record once, so a zone that says one twice fails. */
function dataOf(zone: Zone): Set<string> {
  const all = recordsOf(zone, zone.axfr()).slice(1, -1).map(text);
  expect(new Set(all).size).toBe(all.length);
  return new Set(all);
}
