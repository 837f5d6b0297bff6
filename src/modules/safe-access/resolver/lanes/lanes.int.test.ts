import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../../../world/index.ts';
import type { Actor } from '../../../identity/index.ts';
import { cableTo } from '../../testing/cable.ts';
import { introduction, overTls, overUdp, type Reply } from '../../testing/doors.ts';
import { openFamilies, type TestFamilies } from '../../testing/families.ts';
import { startTestRole } from '../../testing/role.ts';
import { resolverFolder } from '../resolver.ts';
import { metricsText } from '../status.ts';

/** Real lanes, a real database, real packets. The clock is the machine's: threads have no other. */
const SITE = 'photos.sample-host.example';
const NOWHERE = 'postgres://nobody@127.0.0.1:1/none';
let f: TestFamilies;
let world: World;
let parent: Actor;
const open: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  world = await startWorld({ abuseDeskDelayMs: 0 });
  f = await openFamilies({
    start: new Date(),
    env: {
      DNS_PORT: '0',
      DOT_PORT: '0',
      DOH_PORT: '0',
      DNS_NAME: 'dns.salama.example',
      DNS_UPSTREAMS: world.dnsServer.replace(/:(\d+)$/, '@$1'),
      DNS_PROXIES: '127.0.0.1',
    },
  });
  mkdirSync(resolverFolder(f.stateDir));
  parent = await f.person('parent', 'parent');
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});
afterAll(async () => {
  await f.close();
  await world.stop();
});

async function start(given: { databaseUrl?: string; lanes?: number; proxies?: string[] } = {}) {
  const { databaseUrl = f.platform.databaseUrl, lanes = 2, proxies = ['127.0.0.1'] } = given;
  const role = await startTestRole(f, databaseUrl, { lanes, proxies });
  const made = { ...role, port: role.ports.udp[0] as number };
  open.push(made);
  return made;
}
type Role = Awaited<ReturnType<typeof start>>;

const reason = ({ rcode, ede }: Reply): string => (ede ? `${rcode} ${ede.code}` : rcode);
/** Asked from so many ports that every thread answers some. */
async function all(role: Role, name: string, device?: string): Promise<string[]> {
  const before = device === undefined ? {} : { before: introduction(device, 'udp') };
  const replies = await Promise.all(Array.from({ length: 12 }, () => overUdp(role.port, name, before)));
  return [...new Set(replies.map(reason))];
}
async function until(what: () => Promise<boolean>, ms = 8_000): Promise<void> {
  const began = performance.now();
  while (!(await what())) {
    if (performance.now() - began > ms) throw new Error('it did not happen');
    // Less than a network may ask.
    await sleep(30);
  }
}
const becomes = (role: Role, name: string, text: string, device?: string) =>
  until(async () => (await all(role, name, device)).join() === text);

async function child(deny: string[] = [], keeps: 'nothing' | 'names' = 'nothing') {
  const { id } = await f.safeAccess.families.create(parent);
  const { profile, childToken } = await f.safeAccess.profiles.create(
    parent,
    { family: id },
    { label: 'Lapin', band: '9-12', lang: 'fr' },
  );
  const rules = { ...profile.rules, closed: [], deny, keeps, windows: [], noWaysAround: false };
  await f.safeAccess.profiles.setRules(parent, profile.id, rules, 1);
  const device = await f.safeAccess.devices.add(parent, profile.id, { kind: 'android', label: 'Tel' });
  return { profile: profile.id, childToken, device: device.id };
}

describe('lanes follow', () => {
  it('the national list: a release and its end count in every thread', async () => {
    const role = await start();
    expect(role.lines[0]).toContain('(2 lanes)');
    await becomes(role, SITE, 'NOERROR');
    await f.list('add', 'domain', 'sample-host.example');
    await becomes(role, SITE, 'NXDOMAIN 16');
    await f.list('remove', 'domain', 'sample-host.example');
    await becomes(role, SITE, 'NOERROR');
  });

  it('a family: closed, opened when asked, paused, resumed, gone; a load balancer says whose device it is', async () => {
    const role = await start();
    const { profile, childToken, device } = await child(['sample-host.example']);
    await becomes(role, SITE, 'NXDOMAIN 17', device);
    expect(await all(role, SITE)).toEqual(['NOERROR']);
    // As a question that came encrypted to the load balancer: with the reason in the family's language.
    const closed = await overUdp(role.port, SITE, { before: introduction(device) });
    expect(JSON.parse(closed.ede?.text ?? '')).toMatchObject({
      l: 'fr',
      j: f.platform.i18n.format('fr', 'safe-access.why.deny'),
      o: f.platform.i18n.format('fr', 'safe-access.who.family'),
      c: [`http://localhost:8080/fr/closed?why=deny&device=${device}`],
    });
    const asked = await f.safeAccess.children.ask(childToken, 'sample-host.example');
    await f.safeAccess.requests.answer(parent, asked.id, { kind: 'for-a-time', minutes: 5 });
    await becomes(role, SITE, 'NOERROR', device);
    await f.safeAccess.profiles.pause(parent, profile, 10);
    await becomes(role, SITE, 'NXDOMAIN 17', device);
    // Help is never paused, whoever's name server finds it.
    expect((await overUdp(role.port, '2511.ma', { before: introduction(device, 'udp') })).ede?.code).not.toBe(17);
    await f.safeAccess.profiles.resume(parent, profile);
    await becomes(role, SITE, 'NOERROR', device);
    await f.safeAccess.profiles.pause(parent, profile, 10);
    await becomes(role, 'photos.sample-host.example', 'NXDOMAIN 17', device);
    await f.safeAccess.devices.revoke(parent, device);
    await becomes(role, SITE, 'NOERROR', device);
  });

  it('a school’s line, without anybody who introduces it, and believes no introduction then', async () => {
    const role = await start({ proxies: [] });
    const { device } = await child([]);
    const { profiles, networks, preset } = f.safeAccess;
    const school = await f.organisation('school', 'Line');
    const teacher = await f.person('line-teacher', 'teacher', school);
    const admin = await f.person('line-admin', 'administrator');
    const rules = { ...preset('9-12'), windows: [], deny: ['sample-host.example'] };
    const given = { label: '6A', band: '9-12', lang: 'fr', rules } as const;
    const { profile } = await profiles.create(teacher, { school }, given);
    await networks.add(admin, school, '127.0.0.0/24');
    await networks.setClass(teacher, profile.id, ['127.0.0.0/24']);
    await becomes(role, SITE, 'NXDOMAIN 17');
    // What it says is no question here.
    expect((await overUdp(role.port, SITE, { before: introduction(device, 'udp') })).rcode).toBe('NOTIMP');
    await networks.remove(admin, '127.0.0.0/24');
    await becomes(role, SITE, 'NOERROR');
  });
});

describe('what lanes count', () => {
  it('comes home and is written: what the family keeps, the device’s day, the word of its test page', async () => {
    const role = await start();
    const { profile, device } = await child(['sample-host.example'], 'names');
    await becomes(role, SITE, 'NXDOMAIN 17', device);
    const before = (await f.safeAccess.profiles.blocked(parent, profile)).counts;
    expect(before).toEqual([]);
    const word = 'abcdefghijklmnop';
    await overUdp(role.port, `${word}.check.dns.salama.example`, { before: introduction(device, 'doh') });
    await until(async () => {
      const { rows } =
        await sql`select 1 from safe_access.device_check where device = ${device} and word = ${word}`.execute(
          f.platform.db,
        );
      return rows.length > 0;
    });
    // What was asked while it was not closed everywhere yet was not counted: 12 questions a round, each of one type.
    const asked = 3 * 12;
    for (let i = 0; i < 3; i++) await all(role, 'other.sample-host.example', device);
    await role.stop();
    const kept = await f.safeAccess.profiles.blocked(parent, profile);
    if (kept.keeps !== 'names') throw new Error('names are kept');
    expect(kept.names.find(({ name }) => name === 'other.sample-host.example')).toMatchObject({
      what: 'deny',
      n: asked,
    });
    const day = f.country.localDate(new Date());
    expect((await f.safeAccess.profiles.get(parent, profile)).devices[0]?.lastSeen).toBe(day);
  });
});

describe('cookies', () => {
  it('of one door count at all others, in whichever thread', async () => {
    const role = await start();
    await becomes(role, SITE, 'NOERROR');
    const half = Buffer.alloc(8, 7);
    const whole = (await overUdp(role.port, SITE, { cookie: half })).cookie;
    expect(whole).toHaveLength(24);
    for (let i = 0; i < 8; i++) await overUdp(role.port, SITE, { cookie: whole as Buffer });
    expect((await role.status()).counters.cookiesValid).toBe(8);
    await overTls(role.ports.dot[0] as number, 'dns.salama.example', SITE, whole);
    const status = await role.status();
    expect(status).toMatchObject({
      ready: true,
      counters: { cookiesValid: 9, dot: 1, laneRestarts: 0 },
      gauges: { lanes: 2 },
    });
    expect(metricsText(status)).toContain('\ne_salama_dns_total{what="cookiesValid"} 9\n');
    expect(metricsText(status)).toMatch(/\ne_salama_dns_now\{what="ready"\} 1\n$/);
  });
});

describe('the database away', () => {
  it('goes on, and catches up', async () => {
    const wire = await cableTo(f.platform.databaseUrl);
    open.push(wire);
    const role = await start({ databaseUrl: wire.url });
    const { device } = await child(['sample-host.example']);
    await becomes(role, SITE, 'NXDOMAIN 17', device);
    await wire.cut();
    const other = await child(['sample-host.example']);
    await f.list('add', 'domain', 'meanwhile.example');
    await sleep(300);
    expect(await all(role, SITE, device)).toEqual(['NXDOMAIN 17']);
    expect(await all(role, SITE, other.device)).toEqual(['NOERROR']);
    await wire.mend();
    await becomes(role, 'meanwhile.example', 'NXDOMAIN 16');
    await becomes(role, SITE, 'NXDOMAIN 17', other.device);
  });

  it('restarts from the disk with the newest change; without a readable list refuses all but help', async () => {
    const first = await start();
    const { device } = await child(['sample-host.example']);
    await f.list('add', 'domain', 'newest.example');
    await becomes(first, SITE, 'NXDOMAIN 17', device);
    await becomes(first, 'newest.example', 'NXDOMAIN 16');
    await first.stop();
    const alone = await start({ databaseUrl: NOWHERE });
    expect(await all(alone, SITE, device)).toEqual(['NXDOMAIN 17']);
    expect(await all(alone, 'newest.example')).toEqual(['NXDOMAIN 16']);
    expect(await all(alone, SITE)).toEqual(['NOERROR']);
    await alone.stop();

    const table = `${resolverFolder(f.stateDir)}/national.table`;
    writeFileSync(table, 'torn');
    rmSync(`${table}.previous`, { force: true });
    expect(existsSync(table)).toBe(true);
    const without = await start({ databaseUrl: NOWHERE });
    for (const name of [SITE, 'newest.example', 'nothing.example'])
      expect(await all(without, name, device)).toEqual(['REFUSED 14']);
    // Its own name is one of those that help.
    expect(reason(await overUdp(without.port, 'dns.salama.example'))).not.toContain('REFUSED');
    await without.stop();
    // Fetched whole, into lanes that were open before there was any table.
    rmSync(table);
    const back = await start();
    await becomes(back, 'newest.example', 'NXDOMAIN 16');
    await becomes(back, SITE, 'NXDOMAIN 17', device);
  });
});
