import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedChange } from '../feed/feed.ts';
import { changesFor, FEED_FORMATS, fileOf, linesFor } from './files.ts';
import { hashOf, inOrder, type Mac, saltOf, trace } from './mark.ts';

const mac: Mac = (partner, about) => createHmac('sha256', 'test').update(`${partner}\n${about}`).digest();
const PARTNERS = ['p-one', 'p-two', 'p-three', 'p-four'];
const listed = [
  ...Array.from({ length: 40 }, (_, i) => ({ kind: 'domain' as const, target: `ordered${i}.example` })),
  ...Array.from({ length: 20 }, (_, i) => ({ kind: 'host' as const, target: `h${i}.shared.example` })),
  { kind: 'url' as const, target: 'https://page.example/x' },
];
const file = (partner: string, format: (typeof FEED_FORMATS)[number]) =>
  fileOf(format, 7, linesFor(mac, partner, listed));

describe('files of the list', () => {
  it('close what is listed and nothing that is not', () => {
    for (const format of ['hosts', 'adblock', 'dnsmasq'] as const) {
      const closed = file('p-one', format)
        .split('\n')
        .flatMap((line) => /^(?:0\.0\.0\.0 |\|{1,2}|local=\/)([a-z0-9.-]+)[\^/]?$/.exec(line)?.[1] ?? []);
      expect(closed.length).toBeGreaterThan(60);
      const covered = (n: string) =>
        listed.some((l) => n === l.target || (l.kind === 'domain' && n.endsWith(`.${l.target}`)));
      expect(
        closed.filter((n) => !covered(n)),
        format,
      ).toEqual([]);
      for (const l of listed) if (l.kind === 'domain') expect(closed, format).toContain(l.target);
    }
    expect(file('p-one', 'dnsmasq')).toContain('left out: 21');
    expect(file('p-one', 'csv')).toContain('add,url,https://page.example/x');
  });

  it('are the same list for everybody, and the same file for one partner', () => {
    for (const format of FEED_FORMATS) {
      expect(file('p-one', format)).toBe(file('p-one', format));
      expect(file('p-one', format)).not.toBe(file('p-two', format));
    }
    const targets = (p: string) => linesFor(mac, p, listed).map((l) => l.target);
    for (const l of listed) expect(targets('p-two')).toContain(l.target);
  });

  it('tell changes, and replaying them gives the whole', () => {
    const line = fc.record({
      kind: fc.constant('domain' as const),
      target: fc.integer({ min: 0, max: 6 }).map((n) => `d${n}.example`),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('add', 'remove'), line), { maxLength: 30 }),
        fc.nat(30),
        (ops, cut) => {
          const at = (n: number) => {
            const now = new Map<string, (typeof listed)[number]>();
            for (const [op, l] of ops.slice(0, n)) op === 'add' ? now.set(l.target, l) : now.delete(l.target);
            return [...now.values()];
          };
          const changes = ops.map(
            ([op, l], i): FeedChange => ({
              ...{ serial: i + 1, op: op as 'add', entry: l.target, kind: l.kind, basis: 'court', target: l.target },
              at: new Date(0),
            }),
          );
          const from = Math.min(cut, ops.length);
          const told = changesFor(mac, 'p', changes.slice(from), at(ops.length));
          const have = new Set(linesFor(mac, 'p', at(from)).map((l) => l.target));
          for (const l of told?.remove ?? []) have.delete(l.target);
          for (const l of told?.add ?? []) have.add(l.target);
          expect([...have].sort()).toEqual(
            linesFor(mac, 'p', at(ops.length))
              .map((l) => l.target)
              .sort(),
          );
        },
      ),
    );
    const lost = {
      serial: 1,
      op: 'remove',
      entry: 'e',
      kind: 'domain',
      basis: 'court',
      target: null,
      at: new Date(0),
    } as const;
    expect(changesFor(mac, 'p', [lost], [])).toBeUndefined();
  });
});

describe('a leak has a name', () => {
  const names = (text: string) =>
    trace(text, listed, PARTNERS, mac)
      .filter((e) => e.named)
      .map((e) => e.partner);

  it.each(FEED_FORMATS)('from a whole %s file', (format) => {
    for (const partner of PARTNERS) expect(names(file(partner, format))).toEqual([partner]);
  });

  it('from a file that was sorted, cut to a quarter, or copied into another format', () => {
    const lines = file('p-three', 'hosts').split('\n');
    expect(names([...lines].sort().join('\n'))).toEqual(['p-three']);
    expect(names(lines.slice(10, 10 + lines.length / 4).join('\n'))).toEqual(['p-three']);
    expect(names(lines.map((l) => `"${l.split(' ')[1]}";`).join(' '))).toEqual(['p-three']);
  });

  it('from a file whose marks were taken out, by the order of the rest', () => {
    const only = inOrder(mac, 'p-two', listed).map((l) => l.target);
    expect(names(only.join('\n'))).toEqual(['p-two']);
  });

  it('from what two partners put together', () => {
    const both = `${file('p-one', 'adblock')}\n${file('p-four', 'hosts')}`;
    expect(names(both.split('\n').sort().join('\n')).sort()).toEqual(['p-four', 'p-one']);
  });

  it('from hashes, by their salt', () => {
    const salt = saltOf(mac, 'p-two');
    const hashes = listed.slice(0, 5).map((l) => hashOf(salt, l));
    expect(names(hashes.join('\n'))).toEqual(['p-two']);
    expect(names(hashes.map((h) => h.slice(0, 8)).join('\n'))).toEqual(['p-two']);
  });

  it('but never from a file that is nobody’s', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(listed.map((l) => l.target)), (some) => {
        expect(names(some.join('\n'))).toEqual([]);
      }),
    );
    expect(names('')).toEqual([]);
    const stranger = fileOf('hosts', 7, linesFor(mac, 'somebody else', listed));
    expect(names(stranger)).toEqual([]);
  });
});
