import { describe, expect, it } from 'vitest';
import { type BoardRow, Zone } from '../../../../packages/rpz/index.ts';
import { ManualClock } from '../../../platform/clock.ts';
import { createLogger } from '../../../platform/log.ts';
import type { TargetKind } from '../entry/target.ts';
import { allHave, Coordinator, EXPIRE_MS } from './coordinator.ts';
import { MARKED } from './marks.ts';
import type { Source, SourceChange } from './source.ts';

const HOUR = 3_600_000;

/** A list and its log, as the database has them. */
function listOf() {
  const log: SourceChange[] = [];
  const listed = new Map<string, { kind: TargetKind; basis: 'csam' | 'court'; target: string }>();
  let wholes = 0;
  return {
    log,
    wholes: () => wholes,
    change(op: 'add' | 'remove', target: string, basis: 'csam' | 'court' = 'court', kind: TargetKind = 'domain') {
      log.push({ serial: log.length + 1, op, kind, basis, target });
      if (op === 'add') listed.set(`${kind} ${target}`, { kind, basis, target });
      else listed.delete(`${kind} ${target}`);
    },
    source: {
      heads: async () => ({ feed: log.length, partners: 0, rebase: 0 }),
      since: async (serial) => log.filter((c) => c.serial > serial),
      whole: async (take) => {
        wholes++;
        for (const row of listed.values()) take(row);
        return log.length;
      },
    } satisfies Source,
  };
}

async function open(over: { hotLimit?: number; markSecret?: string; markDomains?: string[] } = {}) {
  const list = listOf();
  const clock = new ManualClock(new Date('2026-11-24T12:00:00Z'));
  const pairs = {
    csam: { hot: await Zone.open({ origin: 'hot.csam' }), base: await Zone.open({ origin: 'base.csam' }) },
    court: { hot: await Zone.open({ origin: 'hot.court' }), base: await Zone.open({ origin: 'base.court' }) },
  };
  const current = { all: true };
  const settings = {
    pairs,
    source: list.source,
    clock,
    log: createLogger('silent', 'test'),
    testName: 'test.example',
    rebaseMinute: 210,
    localMinute: (at: Date) => at.getUTCHours() * 60 + at.getUTCMinutes(),
    everybodyHas: () => current.all,
    ...over,
  };
  return {
    list,
    clock,
    pairs,
    current,
    coordinator: new Coordinator(settings),
    again: () => new Coordinator(settings),
  };
}
const rules = (zone: Zone) => [...zone.rules()].map((r) => `${r.name} ${r.policy.kind}`);

describe('the coordinator', () => {
  it('builds base at first, brings changes to hot, and all to base at the quiet hour only', async () => {
    const { list, clock, pairs, current, coordinator } = await open();
    list.change('add', 'old.example');
    await coordinator.follow();
    expect(rules(pairs.court.base)).toEqual(['old.example nxdomain', 'base-court.test.example local']);
    list.change('add', 'new.example');
    list.change('remove', 'old.example');
    await coordinator.follow();
    expect(rules(pairs.court.hot)).toEqual([
      'new.example nxdomain',
      'old.example passthru',
      'hot-court.test.example local',
    ]);
    // Two changes in one second; whoever lost the folder begins behind them all the same.
    expect(pairs.court.hot.serial).toBe(clock.now().getTime() / 1000 + 1);
    await coordinator.tend();
    expect(pairs.court.base.get('new.example')).toBeUndefined();
    current.all = false;
    clock.set(new Date('2026-11-25T03:45:00Z'));
    await coordinator.tend();
    expect(rules(pairs.court.base)).toEqual(['new.example nxdomain', 'base-court.test.example local']);
    // Somebody has the old base still: nothing leaves hot.
    expect(pairs.court.hot.size).toBe(3);
    current.all = true;
    await coordinator.tend();
    expect(rules(pairs.court.hot)).toEqual(['hot-court.test.example local']);
    // Once a night.
    const { serial } = pairs.court.base;
    list.change('add', 'later.example');
    await coordinator.follow();
    clock.advance(HOUR / 2);
    await coordinator.tend();
    expect(pairs.court.base.serial).toBe(serial);
  });

  it('does not wait for the night when hot has grown large', async () => {
    const { list, pairs, coordinator } = await open({ hotLimit: 5 });
    await coordinator.follow();
    for (let i = 0; i < 6; i++) list.change('add', `n${i}.example`);
    await coordinator.follow();
    await coordinator.tend();
    await coordinator.tend();
    expect(pairs.court.base.size).toBe(7);
    expect(pairs.court.hot.size).toBe(1);
  });

  it('reads the whole list where the log does not tell the name any more, and after a restore', async () => {
    const { list, pairs, coordinator, again } = await open();
    list.change('add', 'a.example');
    await coordinator.follow();
    list.change('remove', 'a.example');
    list.change('add', 'b.example');
    (list.log[1] as SourceChange).target = null;
    await coordinator.follow();
    expect(list.wholes()).toBe(2);
    expect(rules(pairs.court.hot)).toEqual([
      'a.example passthru',
      'b.example nxdomain',
      'hot-court.test.example local',
    ]);
    const before = pairs.court.hot.serial;
    // Another process finds all as it is, and changes nothing.
    await again().follow();
    expect(pairs.court.hot.serial).toBe(before);
    // The database was put back to a time when there was nothing: numbers begin again, the zone's do not.
    list.log.length = 0;
    for (const target of ['b.example']) list.change('remove', target);
    coordinator.forget();
    await coordinator.follow();
    expect(pairs.court.hot.get('b.example')?.policy.kind).toBe('passthru');
    expect(pairs.court.hot.serial).toBeGreaterThan(before);
    expect(coordinator.feed).toBe(1);
  });

  it('opens nothing on one basis that another lists', async () => {
    const { list, pairs, coordinator } = await open();
    list.change('add', 'both.example', 'csam');
    await coordinator.follow();
    list.change('add', 'www.both.example', 'court', 'host');
    list.change('remove', 'both.example', 'csam');
    await coordinator.follow();
    expect(rules(pairs.csam.hot)).toEqual(['hot-csam.test.example local']);
    expect(rules(pairs.csam.base)).toEqual(['base-csam.test.example local']);
    expect(pairs.court.hot.get('www.both.example')?.policy.kind).toBe('nxdomain');
  });

  it('keeps networks in hot as long as they are listed, and lets nothing pass that could lead into one', async () => {
    const { list, clock, pairs, coordinator, again } = await open();
    list.change('add', 'old.example', 'csam');
    list.change('add', '203.0.113.0/24', 'court', 'network');
    await coordinator.follow();
    const hot = ['hot-court.test.example local', '203.0.113.0/24 nxdomain'];
    expect(rules(pairs.court.hot)).toEqual(hot);
    expect(rules(pairs.court.base)).toEqual(['base-court.test.example local']);
    // Refused long before; if it came so far all the same, it would close half the Internet.
    list.change('add', '64.0.0.0/2', 'court', 'network');
    list.change('add', '203.0.113.9/24', 'court', 'network');
    list.change('add', '2001:db8:1::/48', 'court', 'network');
    list.change('remove', 'old.example', 'csam');
    await coordinator.follow();
    expect(rules(pairs.court.hot).sort()).toEqual(['2001:db8:1::/48 nxdomain', ...hot.toSorted()]);
    expect(coordinator.standing()[1]).toMatchObject({
      networks: 2,
      refused: [
        { name: '64.0.0.0/2', fault: 'too-wide' },
        { name: '203.0.113.9/24', fault: 'not-a-network' },
      ],
    });
    // What passes would pass whatever it leads to: it leaves base at once instead.
    expect(rules(pairs.csam.hot)).toEqual(['hot-csam.test.example local']);
    expect(rules(pairs.csam.base)).toEqual(['base-csam.test.example local']);
    clock.set(new Date('2026-11-25T03:45:00Z'));
    const before = pairs.court.base.serial;
    await coordinator.tend();
    await coordinator.tend();
    expect(rules(pairs.court.hot).sort()).toEqual(['2001:db8:1::/48 nxdomain', ...hot.toSorted()]);
    // Networks alone are no reason for a new base.
    expect(pairs.court.base.serial).toBe(before);
    list.change('remove', '203.0.113.0/24', 'court', 'network');
    await coordinator.follow();
    expect(pairs.court.hot.get('203.0.113.0/24')).toBeUndefined();
    // While nobody looked.
    list.change('remove', '2001:db8:1::/48', 'court', 'network');
    list.change('add', '203.0.113.64/26', 'court', 'network');
    await again().follow();
    expect(rules(pairs.court.hot)).toEqual(['hot-court.test.example local', '203.0.113.64/26 nxdomain']);
  });

  it('chooses which names carry marks, in base by night and in hot at once', async () => {
    const { list, pairs, current, coordinator } = await open({ markSecret: 's', markDomains: ['own.example'] });
    const carry = (zone: Zone) => [...zone.rules()].filter((r) => r.accompanied).map((r) => r.name);
    for (let i = 0; i < 400; i++) list.change('add', `n${i}.example`);
    list.change('add', 'host.example', 'court', 'host');
    await coordinator.follow();
    expect(carry(pairs.court.base)).toHaveLength(MARKED + 1);
    expect(carry(pairs.court.base)).toContain('own.example');
    const { serial } = pairs.court.base;
    await coordinator.rebase();
    // The same again: nothing to change.
    expect(pairs.court.base.serial).toBe(serial);
    current.all = false;
    for (const kind of ['domain', 'host'] as const) list.change('add', `${kind}.new.example`, 'court', kind);
    await coordinator.follow();
    expect(carry(pairs.court.hot)).toEqual(['domain.new.example']);
    list.change('remove', 'domain.new.example');
    await coordinator.follow();
    expect(carry(pairs.court.hot)).toEqual([]);
  });
});

describe('whether every server has a zone', () => {
  it('counts who ever had it, until zones expire', async () => {
    const zone = await Zone.open({ origin: 'base.court' });
    await zone.apply({ add: [{ name: 'a.example', policy: { kind: 'nxdomain' } }] }, 7);
    const row = (over: Partial<BoardRow>): BoardRow => ({
      secondary: 's',
      zone: zone.origin,
      basis: 'court',
      serial: 7,
      keys: [],
      ...over,
    });
    const now = 10 * EXPIRE_MS;
    expect(allHave([row({}), row({ has: 7 }), row({ zone: 'hot.court.', has: 3 })], zone, now)).toBe(true);
    expect(allHave([row({ has: 6, lateSince: now - 1000 })], zone, now)).toBe(false);
    expect(allHave([row({ has: 6, lateSince: now - EXPIRE_MS - 1 })], zone, now)).toBe(true);
  });
});
