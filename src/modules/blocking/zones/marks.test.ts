import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../packages/rpz/index.ts';
import type { Mac } from '../feeds/mark.ts';
import { namesIn, traceZone } from '../feeds/zone-trace.ts';
import { candidatesOf, chosenFor, companionsFor, MARKED, marked } from './marks.ts';

const mac: Mac = (partner, about) => createHmac('sha256', 'test').update(`${partner}\n${about}`).digest();
const PARTNERS = Array.from({ length: 40 }, (_, i) => `p-${i}`);
const ORIGIN = 'base.court.rpz.example';
const names = Array.from({ length: 3000 }, (_, i) => `ordered${i}.example`);
const listed = [
  ...names.map((target) => ({ kind: 'domain', target })),
  ...Array.from({ length: 200 }, (_, i) => ({ kind: 'host', target: `h${i}.shared.example` })),
];
const rules: Rule[] = names.map((name) => ({ name, policy: { kind: 'nxdomain' } }));
const carriers = (await marked(rules, 'secret')).filter((r) => r.accompanied).map((r) => r.name);

/** Owners in a partner's copy. */
const copy = (partner: string): string[] => [
  ...listed.map((l) => l.target),
  ...carriers.map((name) => `${companionsFor(mac, partner)(name, ORIGIN)[0]}.${name}`),
];
const dumped = (owners: readonly string[]) =>
  owners.flatMap((n) => [`${n}.${ORIGIN}. 5 IN CNAME .`, `*.${n}.${ORIGIN}.\t5\tIN\tCNAME\t.`]).join('\n');
const named = (text: string) =>
  traceZone(text, listed, PARTNERS, mac)
    .filter((e) => e.named)
    .map((e) => e.partner);

describe('marks of zones', () => {
  it('are chosen from four names for all partners, and always the same', () => {
    const name = 'ordered7.example';
    expect(new Set(candidatesOf(mac, name)).size).toBe(4);
    for (const partner of PARTNERS) expect(candidatesOf(mac, name)).toContain(chosenFor(mac, partner, name));
    // Servers hold what was said before: another choice would be a fault.
    expect(names.slice(0, 12).map((n) => chosenFor(mac, 'p-1', n))).toMatchInlineSnapshot(`
      [
        "news",
        "img",
        "help",
        "m",
        "old",
        "forum",
        "app",
        "old",
        "video",
        "live",
        "mail",
        "help",
      ]
    `);
  });

  it('stand below so many domains of a list, hardly others when the list changes', async () => {
    expect(carriers).toHaveLength(MARKED);
    const fewer = (await marked(rules.slice(30), 'secret')).filter((r) => r.accompanied).map((r) => r.name);
    expect(fewer.filter((n) => !carriers.includes(n)).length).toBeLessThan(12);
    const other = (await marked(rules, 'other')).filter((r) => r.accompanied).map((r) => r.name);
    expect(other.filter((n) => carriers.includes(n)).length).toBeLessThan(60);
    const closed: Rule[] = [
      { name: 'one.example', policy: { kind: 'nxdomain' }, scope: 'exact' },
      { name: 'open.example', policy: { kind: 'passthru' } },
      { name: '192.0.2.0/24', policy: { kind: 'nxdomain' } },
    ];
    expect((await marked(closed, 'secret')).some((r) => r.accompanied)).toBe(false);
  });
});

describe('a leaked zone has a name', () => {
  it('whole, in any order, with another origin or none', () => {
    expect(named(dumped(copy('p-3')))).toEqual(['p-3']);
    expect(named(copy('p-3').sort().join('\n'))).toEqual(['p-3']);
    expect(named(dumped(copy('p-3')).replaceAll(ORIGIN, 'my.list'))).toEqual(['p-3']);
    expect(named(`$ORIGIN ${ORIGIN}.\n${copy('p-3').join(' CNAME .\n')}`)).toEqual(['p-3']);
  });

  it('from a tenth of it', () => {
    const tenth = copy('p-5').filter((_, i) => i % 10 === 3);
    expect(named(dumped(tenth))).toEqual(['p-5']);
  });

  it('from what two partners put together, whether they drop what differs, keep it, or toss a coin', () => {
    const [a, b] = [copy('p-1'), copy('p-2')];
    const both = a.filter((n) => b.includes(n));
    expect(named(dumped(both)).sort()).toEqual(['p-1', 'p-2']);
    expect(named(dumped([...a, ...b])).sort()).toEqual(['p-1', 'p-2']);
    const tossed = a.map((n, i) => ((mac('coin', String(i))[0] as number) % 2 ? n : (b[i] as string)));
    expect(named(dumped(tossed)).sort()).toEqual(['p-1', 'p-2']);
  });

  it('from what three dropped, most of the time; what is nobody’s never', () => {
    const [a, b, c] = [copy('p-1'), copy('p-2'), copy('p-3')];
    const three = a.filter((n) => b.includes(n) && c.includes(n));
    for (const name of named(dumped(three))) expect(['p-1', 'p-2', 'p-3']).toContain(name);
    expect(named(dumped(copy('nobody')))).toEqual([]);
    expect(named(dumped(names))).toEqual([]);
    expect(named('')).toEqual([]);
  });

  it('reads owners as master files have them', () => {
    const text = [
      '$ORIGIN zone.example.',
      '@ SOA a. b. 1 2 3 4 5',
      'm.one.net 5 IN CNAME .',
      '$ORIGIN two.net.zone.example.',
      '\\052.img\tCNAME .',
      '  5 CNAME .',
      '; cdn.three.net',
      '$ORIGIN deep',
      'app CNAME .',
    ].join('\n');
    const found = [...namesIn(text)];
    for (const want of ['m.one.net.zone.example', 'img.two.net.zone.example', 'app.deep.two.net.zone.example'])
      expect(found).toContain(want);
  });
});
