import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../../world/index.ts';
import type { DnsSettings } from '../../../platform/dns-config.ts';
import { dohRoutes } from '../http/doh.routes.ts';
import { overH2, overTls, overUdp, query, read } from '../testing/doors.ts';
import { openFamilies, type TestFamilies } from '../testing/families.ts';
import { startTestRole } from '../testing/role.ts';
import { resolverFolder } from './resolver.ts';

const SITE = 'photos.sample-host.example';
let f: TestFamilies;
let world: World;
let device: string;
let open: string;
const stops: (() => Promise<unknown>)[] = [];

async function start(databaseUrl: string, lanes: number, door: Partial<DnsSettings> = {}) {
  const role = await startTestRole(f, databaseUrl, { lanes, ...door });
  stops.push(role.stop);
  return role;
}

beforeAll(async () => {
  world = await startWorld({ abuseDeskDelayMs: 0 });
  const upstream = world.dnsServer.replace(/:(\d+)$/, '@$1');
  f = await openFamilies({
    env: { DNS_PORT: '0', DOT_PORT: '0', DOH_PORT: '0', DNS_NAME: 'dns.salama.example', DNS_UPSTREAMS: upstream },
  });
  mkdirSync(resolverFolder(f.stateDir));
  const parent = await f.person('parent', 'parent');
  const family = await f.safeAccess.families.create(parent);
  const child = async (deny: string[]) => {
    const { profile } = await f.safeAccess.profiles.create(
      parent,
      { family: family.id },
      { label: 'x', band: '9-12', lang: 'fr' },
    );
    await f.safeAccess.profiles.setRules(parent, profile.id, { ...profile.rules, deny, windows: [] }, 1);
    return (await f.safeAccess.devices.add(parent, profile.id, { kind: 'android', label: 'Tel' })).id;
  };
  device = await child(['sample-host.example']);
  open = await child([]);
  await f.list('add', 'domain', 'listed.example');
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await f.close();
  await world.stop();
});

const ready = async (port: number) => {
  for (let i = 0; i < 200; i++) {
    if ((await overUdp(port, 'listed.example')).rcode === 'NXDOMAIN') return;
    await sleep(20);
  }
  throw new Error('the resolver never had its list');
};

describe.each([0, 1])('the role dns with %i lanes', (lanes) => {
  it('answers over every door by whose device asks, and says why in the family’s language', async () => {
    const role = await start(f.platform.databaseUrl, lanes);
    const { udp, dot, doh } = role.ports;
    expect(role.lines[0]).toContain(lanes === 0 ? '(plain sockets)' : '(1 lane)');
    expect(role.lanes?.doors[0]?.kind).toBe(lanes === 0 ? undefined : 'batch');
    await ready(udp[0] as number);
    expect((await overUdp(udp[0] as number, SITE)).answers[0]).toMatchObject({ type: 'A' });
    const national = await overUdp(udp[0] as number, 'x.listed.example');
    // In the clear nothing that a machine could act on.
    expect(national).toMatchObject({ rcode: 'NXDOMAIN', ede: { code: 16, text: 'national list' } });
    const closed = await overTls(dot[0] as number, `${device}.dns.salama.example`, SITE);
    expect(closed).toMatchObject({ rcode: 'NXDOMAIN', ede: { code: 17 } });
    const structured = JSON.parse(closed.ede?.text ?? '');
    expect(structured).toMatchObject({ l: 'fr', j: expect.stringContaining('Ta famille') });
    expect(structured.c[0]).toBe(`http://localhost:8080/fr/closed?why=deny&device=${device}`);
    expect((await overTls(dot[0] as number, `${open}.dns.salama.example`, SITE)).rcode).toBe('NOERROR');
    expect((await overH2(doh[0] as number, `/dns-query/${device}`, SITE)).ede?.code).toBe(17);
    expect((await overH2(doh[0] as number, `/dns-query/${open}`, SITE)).rcode).toBe('NOERROR');
    expect((await overH2(doh[0] as number, `/dns-query/${open}`, 'listed.example')).ede?.code).toBe(16);
    await role.stop();
  });

  it('restarts without the database and answers as before, from the first question on', async () => {
    const role = await start('postgres://nobody@127.0.0.1:1/none', lanes);
    const { udp, dot } = role.ports;
    expect(role.lines[0]).toContain('national list at 1');
    expect((await overUdp(udp[0] as number, 'listed.example')).ede?.code).toBe(16);
    expect((await overTls(dot[0] as number, `${device}.dns.salama.example`, SITE)).ede?.code).toBe(17);
    await role.stop();
  });
});

describe('the door that closed names lead to', () => {
  const NOWHERE = 'postgres://nobody@127.0.0.1:1/none';

  it('is opened where one is wished for', async () => {
    const role = await start(NOWHERE, 0, { blockAddress: '127.0.0.1', blockPort: 0 });
    const closed = await overUdp(role.ports.udp[0] as number, 'listed.example');
    expect(closed).toMatchObject({ rcode: 'NOERROR', answers: [{ type: 'A', data: '127.0.0.1' }], ede: { code: 16 } });
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(role.lines.join(' '))?.[1]);
    const location = await new Promise((resolve, reject) => {
      const headers = { host: `listed.example:${port}` };
      request({ port, host: '127.0.0.1', path: '/x', headers }, (res) => resolve(res.resume().headers.location))
        .on('error', reject)
        .end();
    });
    expect(location).toBe('http://localhost:8080/blocked?n=listed.example');
    await role.stop();
  });

  it('is done without when its port is taken: names are decided all the same', async () => {
    const taken = fastify();
    await taken.listen({ host: '127.0.0.1', port: 0 });
    stops.push(() => taken.close());
    const blockPort = (taken.server.address() as AddressInfo).port;
    const role = await start(NOWHERE, 0, { blockAddress: '127.0.0.1', blockPort });
    expect(role.lines.join(' ')).not.toContain('Blocked names');
    expect((await overUdp(role.ports.udp[0] as number, 'listed.example')).ede?.code).toBe(16);
    await role.stop();
  });
});

describe('DNS over HTTPS on the web port', () => {
  it('answers, without a cookie', async () => {
    const app = fastify();
    await app.register(dohRoutes({ config: f.platform.config, resolver: () => f.safeAccess.resolver() }));
    f.safeAccess.resolver().start();
    await app.listen({ host: '127.0.0.1', port: 0 });
    stops.push(() => app.close());
    const at = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/dns-query`;
    const get = async (path: string, name: string) => {
      const response = await fetch(`${at}${path}?dns=${query(name).toString('base64url')}`);
      expect(response.headers.get('content-type')).toBe('application/dns-message');
      expect(response.headers.get('set-cookie')).toBeNull();
      return read(new Uint8Array(await response.arrayBuffer()));
    };
    const post = await fetch(`${at}/${device}`, {
      method: 'POST',
      headers: { 'content-type': 'application/dns-message' },
      body: new Uint8Array(query(SITE)),
    });
    expect(read(new Uint8Array(await post.arrayBuffer())).ede?.code).toBe(17);
    expect((await get(`/${open}`, SITE)).answers[0]).toMatchObject({ type: 'A' });
    expect((await get('', 'listed.example')).ede?.code).toBe(16);
    expect((await fetch(`${at}/${device}`, { method: 'POST', body: 'x' })).status).toBe(415);

    // A device has its own limit; ids that nobody gave out, and no id at all, share one.
    const many = async (path: string, n: number) => {
      const url = `/dns-query${path}?dns=${query('listed.example').toString('base64url')}`;
      const replies = await Promise.all(Array.from({ length: n }, () => app.inject({ method: 'GET', url })));
      return replies.filter(({ statusCode }) => statusCode === 429).length;
    };
    expect(await many(`/${device}`, 1_000)).toBeGreaterThan(200);
    expect(await many(`/${open}`, 50)).toBe(0);
    expect(await many('/zzzzzzzzzzzz', 100)).toBe(0);
  });
});
