import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { LaneGroup } from '../../../../../packages/dns-proxy/index.ts';
import { loadCatalogues } from '../../../../platform/i18n/index.ts';
import { findRoot } from '../../../../platform/root.ts';
import { offsetAt } from '../../../country/index.ts';
import { WallClock } from '../../profile/wall-clock.ts';
import { kindsOf } from '../../profile/windows.ts';
import { introduction, overUdp } from '../../testing/doors.ts';
import { facts, openResolver, openRules, REWRITES } from '../../testing/resolver.ts';
import type { Counter } from '../counter.ts';
import { Registry } from '../registry.ts';
import { allSentences, sentencesOf } from '../sentences.ts';
import { LaneCounts } from './counts.ts';
import { LaneFeed, type LaneSource } from './feed.ts';
import type { LaneChange, LaneWord } from './orders.ts';
import { startLanes } from './start.ts';
import { LaneState } from './state.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const LATER = Date.parse('2100-01-01');
const DEVICE = 'aaaaaaaaaaaa';
const DENIED = { ...openRules, deny: ['denied.example'] };

/** Lanes behind real tables, fed by hand. Nothing is forwarded: what is open is SERVFAIL. */
async function start(devices = true) {
  const resolver = openResolver({ national: null });
  closing.push(() => resolver.close());
  const told: [string, ...unknown[]][] = [];
  const help = { names: ['help.example'] as readonly string[] };
  const source: LaneSource = {
    registry: resolver.registry,
    national: resolver.national,
    categories: resolver.categories,
    follower: { freedNames: [] as [string, number][] },
    helpNames: () => help.names,
    counter: {
      blocked: (...args: unknown[]) => told.push(['blocked', ...args]),
      seen: (device: string) => told.push(['seen', device]),
    } as unknown as Counter,
    checked: (device: string, word: string) => told.push(['checked', device, word]),
  };
  const troubles: unknown[] = [];
  const feed = new LaneFeed(
    {
      zone: 'Africa/Casablanca',
      publicOrigin: 'https://salama.example',
      blockAddress: undefined,
      lang: 'ar',
      dnsName: 'dns.salama.example',
      sentences: allSentences(sentencesOf(loadCatalogues(findRoot()))),
      rewrites: REWRITES,
    },
    { devices, onTrouble: (error) => troubles.push(error) },
  );
  const log: unknown[][] = [];
  const group = (await startLanes({
    wanted: 2,
    listen: [{ address: '127.0.0.1', port: 0 }],
    proxies: devices ? ['127.0.0.1'] : [],
    core: { upstreams: [], rate: { perNetwork: 0 } },
    feed,
    log: { warn: (...args: unknown[]) => log.push(args), error: (...args: unknown[]) => log.push(args) },
    onLost: (error) => log.push(['lost', error]),
  })) as LaneGroup;
  closing.push(() => group.close(0));
  const ask = async (name: string, device?: string, ms = 2_000) => {
    const { rcode, ede } = await overUdp(group.ports[0] as number, name, {
      ms,
      ...(device ? { before: introduction(device) } : {}),
    });
    return `${rcode} ${ede?.code}`;
  };
  const all = async (name: string, device?: string) => [
    ...new Set(await Promise.all(Array.from({ length: 10 }, () => ask(name, device)))),
  ];
  return { resolver, source, help, feed, group, told, troubles, log, ask, all };
}

describe('lanes', () => {
  it('refuse all until they are told, then know at once what the first thread knows', async () => {
    const { resolver, source, help, feed, all } = await start();
    expect(await all('a.example')).toEqual(['REFUSED 14']);
    feed.attach(source);
    expect(await all('a.example')).toEqual(['REFUSED 14']);
    expect(await all('help.example')).toEqual(['SERVFAIL 14']);
    resolver.national.begin(0, []);
    feed.look();
    expect(await all('a.example')).toEqual(['SERVFAIL 14']);
    // Not waited for: each thread takes what was said before it decides.
    const step = { serial: 1, op: 'add', kind: 'domain', basis: 'court', target: 'listed.example' } as const;
    expect(resolver.national.apply([step as never])).toBe(true);
    expect(await all('x.listed.example')).toEqual(['NXDOMAIN 16']);
    resolver.registry.put(facts({ rules: DENIED }));
    await Promise.resolve();
    expect(await all('denied.example', DEVICE)).toEqual(['NXDOMAIN 17']);
    resolver.registry.put(facts({ rules: DENIED, opened: [{ name: 'denied.example', until: LATER }] }));
    await Promise.resolve();
    expect(await all('denied.example', DEVICE)).toEqual(['SERVFAIL 14']);
    resolver.registry.put(facts({ rules: DENIED, pausedUntil: LATER }));
    await Promise.resolve();
    expect(await all('fine.example', DEVICE)).toEqual(['NXDOMAIN 17']);
    help.names = ['help.example', 'fine.example'];
    feed.look();
    expect(await all('fine.example', DEVICE)).toEqual(['SERVFAIL 14']);
    resolver.registry.remove(facts().id);
    await Promise.resolve();
    expect(await all('denied.example', DEVICE)).toEqual(['SERVFAIL 14']);
    resolver.registry.ready = false;
    feed.look();
    expect(await all('denied.example', DEVICE)).toEqual(['REFUSED 14']);
  });

  it('that missed something refuse, and are replaced by others that are told everything', async () => {
    const { resolver, source, feed, group, troubles, log, ask } = await start();
    resolver.national.begin(0, []);
    feed.attach(source);
    expect(await ask('denied.example', DEVICE)).toBe('SERVFAIL 14');
    // What no message can carry.
    resolver.registry.put({ ...facts({ rules: DENIED }), broken: () => {} } as never);
    await Promise.resolve();
    expect(troubles).toHaveLength(2);
    for (let i = 0; i < 20; i++)
      expect(await ask('denied.example', DEVICE, 100).catch(() => 'nothing')).toMatch(/^(REFUSED 14|nothing)$/);
    // Three starts fail: the process is told that it has to end.
    await expect.poll(() => log.flat().includes('lost'), { timeout: 10_000 }).toBe(true);
    expect(group.restarts).toBeGreaterThan(0);
    resolver.registry.put(facts({ rules: DENIED }));
    await expect.poll(() => ask('denied.example', DEVICE).catch(() => ''), { timeout: 10_000 }).toBe('NXDOMAIN 17');
    await expect.poll(() => group.running, { timeout: 10_000 }).toBe(2);
    expect(await ask('fine.example', DEVICE)).toBe('SERVFAIL 14');
  });

  it('tell what they counted when they end, and nothing of who asked but the family’s own device', async () => {
    const { resolver, source, feed, group, told, ask } = await start();
    resolver.national.begin(0, []);
    resolver.registry.put(facts({ rules: { ...DENIED, keeps: 'names' } }));
    feed.attach(source);
    for (let i = 0; i < 20; i++) await ask('x.denied.example', DEVICE);
    await group.close(100);
    const lines = told.filter(([kind]) => kind === 'blocked');
    expect(lines.map((l) => l.slice(0, 4))).toEqual(
      lines.map(() => ['blocked', facts().id, 'deny', 'x.denied.example']),
    );
    expect(lines.reduce((n, l) => n + (l[5] as number), 0)).toBe(20);
    expect(new Set(told.filter(([kind]) => kind === 'seen').map(([, device]) => device))).toEqual(new Set([DEVICE]));
    expect(JSON.stringify(told)).not.toMatch(/127\.0\.0\.1|192\.0\.2/);
  });

  it('know profiles of networks alone where nobody introduces devices', async () => {
    const { resolver, source, feed, all, told } = await start(false);
    resolver.national.begin(0, []);
    feed.attach(source);
    const home = facts({ rules: { ...DENIED, keeps: 'counts' }, networks: ['127.0.0.0/24'] });
    resolver.registry.put(home);
    await Promise.resolve();
    expect(await all('denied.example')).toEqual(['NXDOMAIN 17']);
    // No line of anybody's any more: gone from the threads.
    resolver.registry.put(facts({ rules: DENIED }));
    await Promise.resolve();
    expect(await all('denied.example')).toEqual(['SERVFAIL 14']);
    expect(told).toEqual([]);
  });
});

describe('what a thread knows', () => {
  function thread() {
    const { port1, port2 } = new MessageChannel();
    closing.push(() => port1.close());
    const control = new SharedArrayBuffer(4);
    const lost: unknown[] = [];
    const registry = new Registry(new WallClock((instant) => offsetAt(instant, 'Africa/Casablanca')));
    const state = new LaneState({ port: port2, control }, registry, (error) => lost.push(error));
    const say = (number: number, change: LaneChange, sent = number) => {
      port1.postMessage({ number, change });
      Atomics.store(new Int32Array(control), 0, sent);
    };
    return { state, lost, say, control };
  }

  it('changes when it is looked at, in order', () => {
    const { state, say, lost } = thread();
    say(1, { kind: 'ready', ready: true });
    expect(state.registry.ready).toBe(false);
    state.follow();
    expect(state.registry.ready).toBe(true);
    say(2, { kind: 'freed', freed: [['a.example', kindsOf(['games'])]] });
    say(3, { kind: 'help', names: ['b.example'] });
    say(4, { kind: 'profiles', put: [facts()], gone: [] });
    state.catchUp();
    expect([state.freed.size, state.help.size, state.registry.size]).toEqual([1, 1, 1]);
    say(5, { kind: 'profiles', put: [], gone: [facts().id] });
    state.follow();
    expect(state.registry.size).toBe(0);
    expect(lost).toEqual([]);
  });

  it.each<[string, (say: ReturnType<typeof thread>['say']) => void]>([
    ['a message lost between two', (say) => say(3, { kind: 'ready', ready: true })],
    ['the last one lost', (say) => say(2, { kind: 'help', names: [] }, 3)],
    ['one that came twice', (say) => say(1, { kind: 'ready', ready: true }, 2)],
    ['one that cannot be taken', (say) => say(2, { kind: 'help', names: ['not a..name'] })],
    ['one of another program', (say) => say(2, { kind: 'later' } as never)],
  ])('is nothing after %s', (_what, wrong) => {
    const { state, say, lost } = thread();
    say(1, { kind: 'ready', ready: true });
    state.follow();
    wrong(say);
    state.follow();
    expect(lost).toHaveLength(1);
    expect(state.registry.ready).toBe(false);
    // For good: another thread begins anew.
    say(9, { kind: 'ready', ready: true });
    state.follow();
    expect(state.registry.ready).toBe(false);
    expect(lost).toHaveLength(1);
  });
});

describe('what a thread counts', () => {
  it('goes home with its minute, each device once in a quarter of an hour', () => {
    const sent: LaneWord[] = [];
    const counts = new LaneCounts((word) => sent.push(word));
    const noon = Date.parse('2026-11-28T12:00:00Z');
    counts.blocked('p', 'games', undefined, noon);
    counts.blocked('p', 'games', undefined, noon + 59_999);
    counts.seen(DEVICE, noon + 1);
    counts.seen(DEVICE, noon + 2);
    counts.blocked('p', 'games', undefined, noon + 60_000);
    counts.flush();
    counts.seen(DEVICE, noon + 14 * 60_000);
    counts.flush();
    counts.seen(DEVICE, noon + 15 * 60_000);
    counts.flush();
    counts.flush();
    const line = { profile: 'p', what: 'games', name: undefined };
    expect(sent).toEqual([
      { kind: 'blocked', at: noon, lines: [{ ...line, n: 2 }] },
      { kind: 'seen', at: noon, devices: [DEVICE] },
      { kind: 'blocked', at: noon + 60_000, lines: [{ ...line, n: 1 }] },
      { kind: 'seen', at: noon + 15 * 60_000, devices: [DEVICE] },
    ]);
  });
});
