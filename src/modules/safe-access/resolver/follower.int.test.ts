import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../platform/db.ts';
import { createFeed } from '../../blocking/index.ts';
import type { Actor } from '../../identity/index.ts';
import { cableTo } from '../testing/cable.ts';
import { openFamilies, type TestFamilies } from '../testing/families.ts';
import { from, question, REWRITES } from '../testing/resolver.ts';
import { createResolver, type Resolver, resolverFolder } from './resolver.ts';

let f: TestFamilies;
let parent: Actor;
const open: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  f = await openFamilies();
  mkdirSync(resolverFolder(f.stateDir));
  parent = await f.person('parent', 'parent');
});
afterEach(async () => {
  for (const r of open.splice(0).reverse()) await r.stop();
});
afterAll(() => f.close());

async function start(
  databaseUrl = f.platform.databaseUrl,
  write = true,
): Promise<Resolver & { stop(): Promise<void> }> {
  const { db, close } = openDatabase(databaseUrl, { max: 2 });
  const platform = { ...f.platform, db, config: { ...f.platform.config, databaseUrl } };
  const resolver = createResolver(platform, {
    country: f.country,
    feed: createFeed(platform),
    rewrites: REWRITES,
    write,
  });
  resolver.start();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await resolver.stop();
    await close();
  };
  const made = { ...resolver, stop };
  open.push(made);
  return made;
}

const why = (r: Resolver, name: string, device?: string) =>
  r.verdicts.why(r.policy.decide(question(name, from(device), f.platform.clock.now().getTime())))?.kind;

async function until(what: () => boolean, ms = 8_000): Promise<number> {
  const began = performance.now();
  while (!what()) {
    if (performance.now() - began > ms) throw new Error('it did not happen');
    await sleep(5);
  }
  return performance.now() - began;
}

async function family() {
  const { id } = await f.safeAccess.families.create(parent);
  const { profile, childToken } = await f.safeAccess.profiles.create(
    parent,
    { family: id },
    { label: 'Lapin', band: '9-12', lang: 'fr' },
  );
  const device = await f.safeAccess.devices.add(parent, profile.id, { kind: 'android', label: 'Tel' });
  return { profile, childToken, device: device.id };
}

describe('the resolver follows', () => {
  it('is not ready before it saw the database for the first time, then is', async () => {
    const r = await start('postgres://nobody@127.0.0.1:1/none');
    await sleep(50);
    expect(why(r, 'a.example')).toBe('not-ready');
    expect(why(r, '2511.ma')).toBe('help');
    await r.stop();
    const there = await start();
    await until(() => why(there, 'a.example') === 'none');
  });

  it('families’ changes count well within a second, in every process', async () => {
    const r = await start();
    const web = await start(undefined, false);
    const { profile, device, childToken } = await family();
    await until(() => why(r, 'vpn.example', device) === 'ways-around');
    const rules = { ...profile.rules, deny: ['denied.example'], windows: [] };
    await f.safeAccess.profiles.setRules(parent, profile.id, rules, 1);
    expect(await until(() => why(r, 'denied.example', device) === 'deny')).toBeLessThan(900);
    await until(() => why(web, 'denied.example', device) === 'deny');
    await f.safeAccess.profiles.pause(parent, profile.id, 10);
    await until(() => why(r, 'a.example', device) === 'paused');
    await f.safeAccess.profiles.resume(parent, profile.id);
    await until(() => why(r, 'a.example', device) === 'none');
    const asked = await f.safeAccess.children.ask(childToken, 'denied.example');
    await f.safeAccess.requests.answer(parent, asked.id, { kind: 'for-a-time', minutes: 5 });
    await until(() => why(r, 'denied.example', device) === 'opened');
    f.platform.clock.advance(5 * 60_000);
    expect(why(r, 'denied.example', device)).toBe('deny');
    await f.safeAccess.devices.revoke(parent, device);
    await until(() => why(r, 'denied.example', device) === 'none');
  });

  it('the national list counts, on and off, also for who polls only', async () => {
    const r = await start();
    await until(() => why(r, 'a.example') === 'none');
    await f.list('add', 'domain', 'listed.example');
    // The channel is blocking's to notify; without it the poll of a second finds it.
    expect(await until(() => why(r, 'x.listed.example') === 'national')).toBeLessThan(2_500);
    await f.list('remove', 'domain', 'listed.example');
    await until(() => why(r, 'x.listed.example') === 'none');
  });

  it('explains a name without a query', async () => {
    const { device, profile } = await family();
    await f.safeAccess.profiles.setRules(
      parent,
      profile.id,
      { ...profile.rules, deny: ['denied.example'], windows: [] },
      1,
    );
    const explain = (name: string, id: string | undefined = device) => f.safeAccess.explain(id, name);
    expect(await explain('https://denied.example/x')).toMatchObject({ outcome: 'blocked', why: { kind: 'deny' } });
    expect(await explain('2511.ma')).toMatchObject({ outcome: 'help' });
    expect(await explain('search.example')).toMatchObject({ outcome: 'rewritten' });
    expect(await explain('fine.example')).toMatchObject({ outcome: 'open', why: { kind: 'none' } });
    await f.list('add', 'host', 'ordered.example', 'court');
    expect(await f.safeAccess.explain(undefined, 'ordered.example')).toMatchObject({
      outcome: 'blocked',
      why: { kind: 'national', basis: 'court' },
      appealPath: '/ar/blocked/appeal',
    });
    await expect(explain('no site')).rejects.toThrow('SAFE_ACCESS_NAME_INVALID');
  });

  it('counts what a family asked for and the day of each device, and no more', async () => {
    const r = await start();
    const { device, profile } = await family();
    const rules = { ...profile.rules, deny: ['denied.example'], windows: [], keeps: 'names' as const };
    await f.safeAccess.profiles.setRules(parent, profile.id, rules, 1);
    await until(() => why(r, 'denied.example', device) === 'deny');
    for (const name of ['denied.example', 'denied.example', '2511.ma', 'open.example']) {
      const q = question(name, from(device), f.platform.clock.now().getTime());
      r.policy.noted?.(q, r.policy.decide(q));
    }
    await r.counter.flush();
    const day = f.country.localDate(f.platform.clock.now());
    expect(await f.safeAccess.profiles.blocked(parent, profile.id)).toEqual({
      keeps: 'names',
      counts: [{ day, what: 'deny', n: 2 }],
      names: [{ day, name: 'denied.example', what: 'deny', n: 2 }],
    });
    expect((await f.safeAccess.profiles.get(parent, profile.id)).devices[0]?.lastSeen).toBe(day);
  });
});

describe('the database away', () => {
  it('goes on with what it has, and catches up with all that happened', async () => {
    const wire = await cableTo(f.platform.databaseUrl);
    open.push(wire);
    const r = await start(wire.url);
    const { profile, device } = await family();
    await until(() => why(r, 'vpn.example', device) === 'ways-around');
    await wire.cut();
    await until(() => !r.follower.connected);
    expect(why(r, 'vpn.example', device)).toBe('ways-around');
    await f.safeAccess.profiles.setRules(
      parent,
      profile.id,
      { ...profile.rules, deny: ['later.example'], windows: [] },
      1,
    );
    await f.list('add', 'domain', 'meanwhile.example');
    expect(why(r, 'meanwhile.example')).toBe('none');
    await wire.mend();
    await until(() => why(r, 'meanwhile.example') === 'national' && why(r, 'later.example', device) === 'deny', 15_000);
  });

  it('restarts from its disk with the newest change, and serves without anybody', async () => {
    const first = await start();
    const { profile, device } = await family();
    await until(() => why(first, 'vpn.example', device) === 'ways-around');
    const rules = { ...profile.rules, deny: ['newest.example'], windows: [] };
    await f.safeAccess.profiles.setRules(parent, profile.id, rules, 1);
    await f.list('add', 'domain', 'newest-listed.example');
    await until(
      () => why(first, 'newest-listed.example') === 'national' && why(first, 'newest.example', device) === 'deny',
    );
    await first.stop();
    const alone = await start('postgres://nobody@127.0.0.1:1/none');
    // At once: nothing is waited for.
    expect(why(alone, 'newest-listed.example')).toBe('national');
    expect(why(alone, 'newest.example', device)).toBe('deny');
    expect(why(alone, 'fine.example', device)).toBe('none');
    expect(why(alone, '2511.ma', device)).toBe('help');
    await sleep(300);
    expect(why(alone, 'newest-listed.example')).toBe('national');
    await alone.stop();
  });

  it('without a readable national table nobody is answered unfiltered', async () => {
    const folder = resolverFolder(f.stateDir);
    for (const name of ['national.table', 'national.table.previous']) rmSync(`${folder}/${name}`, { force: true });
    const { device } = await family();
    const alone = await start('postgres://nobody@127.0.0.1:1/none');
    expect(why(alone, 'newest-listed.example')).toBe('not-ready');
    expect(why(alone, 'fine.example', device)).toBe('not-ready');
    expect(why(alone, '2511.ma')).toBe('help');
    await alone.stop();
    const back = await start();
    await until(() => why(back, 'newest-listed.example') === 'national');
  });
});
