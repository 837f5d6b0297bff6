import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Policy as Decider, ProxyServer, type Verdict } from '../../packages/dns-proxy/index.ts';
import { type Policy, Primary, Zone } from '../../packages/rpz/index.ts';
import { DeployedDns, type Ports } from '../support/deployed-dns.ts';
import { freePort, look, nationalServersInstalled, run, startInternet, until } from '../support/dns-servers.ts';

const NX: Policy = { kind: 'nxdomain' };
const SOMEWHERE = '192.0.2.53';
const DEVICE = 'abc234';
/** A school's line in the files of the test. */
const SCHOOL = '127.0.0.9';

const OPEN: Verdict = { kind: 'forward', follow: true, withoutEch: false };
const NATIONAL: Verdict = { kind: 'block', answer: 'nxdomain', ede: 16, ttl: 5 };
const FAMILY: Verdict = {
  kind: 'block',
  answer: 'nxdomain',
  ede: 17,
  ttl: 5,
  structured: { c: ['https://dns.example/why'], j: 'Closed by the family.', o: 'e-Salama' },
};

/** deploy/dns with Debian's servers: our primary, three resolvers that follow it, two of our own, and dnsdist before all. */
describe.runIf(nationalServersInstalled)('the servers of deploy/dns', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-deploy-'));
  const tls = { cert: path.join(dir, 'cert.pem'), key: path.join(dir, 'key.pem') };
  const zones: Zone[] = [];
  const nodes: ProxyServer[] = [];
  let internet: Awaited<ReturnType<typeof startInternet>>;
  let primary: Primary | undefined;
  let dns: DeployedDns;
  let ports: Ports;
  let failed = false;
  /** Who asked the Node pool last. */
  let last = '';

  const policy: Decider = {
    decide: ({ packet, name, client }) => {
      const asked = textOf(packet, name);
      last = `${client.transport} ${client.address} ${client.id ?? '-'}`;
      if (asked.endsWith('listed.example')) return NATIONAL;
      const ruled = client.id === DEVICE || client.address === SCHOOL;
      return ruled && asked === 'games.example' ? FAMILY : OPEN;
    },
  };
  const startNode = async (port: number) => {
    const at = [{ address: '127.0.0.1', port }];
    const upstreams = [ports.unbound, ports.recursor].map((p) => ({ host: '127.0.0.1', port: p }));
    return ProxyServer.start({
      policy,
      upstreams,
      proxies: ['127.0.0.1'],
      listen: { udp: at, tcp: at },
      graceMs: 100,
      discovery: { name: 'dns.example', doh: { port: 443 }, dot: { port: 853 }, ipv4: ['192.0.2.53'] },
    });
  };
  const zone = (tier: 'hot' | 'base', basis: string) =>
    zones.find((z) => z.origin === `${tier}.${basis}.rpz.example.`) as Zone;
  const startPrimary = async () => {
    const { resolvers } = dns.settings;
    const notified: Record<string, number> = { unbound: ports.unboundRelay, 'knot-resolver': ports.kresdRelay };
    primary = await Primary.start({
      listen: dns.settings.primary,
      zones,
      secondaries: resolvers.map(({ folder, key }) => ({
        id: folder,
        zones: zones.map((z) => z.origin),
        ...(key && { keys: [{ ...key, since: 1 }] }),
        notify: notified[folder] ? [{ address: '127.0.0.1', port: notified[folder] }] : [],
      })),
    });
  };

  const kdig = async (port: number, ...args: string[]) =>
    (await run('kdig', '@127.0.0.1', '-p', String(port), '+retry=0', '+time=3', '+nocookie', ...args)).output;
  const ca = `+tls-ca=${tls.cert}`;
  const trusted = [ca, '+tls-hostname=dns.example'];
  /** The doors for who says nothing about itself. */
  const doors: Record<string, (...args: string[]) => Promise<string>> = {
    udp: (...args) => kdig(ports.plain, ...args),
    tcp: (...args) => kdig(ports.plain, '+tcp', ...args),
    dot: (...args) => kdig(ports.dot, '+tls', ...trusted, ...args),
    doh: (...args) => kdig(ports.doh, '+https', ...trusted, ...args),
  };
  /** The doors of a device. */
  const own = {
    dot: (id: string, ...args: string[]) => kdig(ports.dot, '+tls', ca, `+tls-hostname=${id}.dns.example`, ...args),
    doh: (id: string, ...args: string[]) => kdig(ports.doh, `+https=/dns-query/${id}`, ...trusted, ...args),
  };
  const address = new RegExp(`IN\\s+A\\s+${SOMEWHERE.replaceAll('.', '\\.')}`);

  beforeAll(async () => {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=dns.example', '-addext', 'subjectAltName=DNS:dns.example,DNS:*.dns.example'];
    execFileSync('openssl', [...request, ...names, '-keyout', tls.key, '-out', tls.cert], { stdio: 'ignore' });
    internet = await startInternet('e-salama.internal');
    const free = async () => [await freePort(), await freePort()] as [number, number];
    const [[prim, unbound], [unboundRelay, kresd], [kresdRelay, recursor], [plain, dot], nodePorts, doh] = [
      await free(),
      await free(),
      await free(),
      await free(),
      await free(),
      await freePort(),
    ];
    ports = {
      primary: prim,
      internet: internet.port,
      unbound,
      unboundRelay,
      kresd,
      kresdRelay,
      recursor,
      nodes: nodePorts,
      plain,
      dot,
      doh,
    };
    dns = new DeployedDns(dir, ports, tls);
    for (const origin of dns.settings.zones) {
      zones.push(await Zone.open({ origin, basis: origin.split('.')[1] as string, refresh: 1, retry: 1, ttl: 1 }));
    }
    const known: Policy = { kind: 'local', a: ['192.0.2.1'] };
    const probe = { name: dns.settings.probe as string, policy: known };
    await zone('base', 'court').apply({ add: [probe, { name: 'listed.example', policy: NX }] }, 1);
    await zone('base', 'csam').apply({ add: [{ name: 'other.listed.example', policy: NX }] }, 1);
    for (const tier of ['court', 'csam']) await zone('hot', tier).apply({}, 1);
    for (const port of ports.nodes) nodes.push(await startNode(port));
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    if (failed) console.log(dns?.log(), primary?.board());
    await dns?.stop();
    await Promise.all(nodes.map((n) => n.close()));
    await primary?.close();
    await internet?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('find nothing wrong with their files', async () => {
    for (const [name, [program, ...args]] of Object.entries(dns.checks)) {
      const { code, output } = await run(program, ...args);
      expect(code, `${name}: ${output}`).toBe(0);
    }
  });

  it('answer nobody as long as no resolver has the list', async () => {
    dns.start('unbound-knot', 'unbound', 'kresd-knot', 'kresd', 'recursor', 'dnsdist');
    for (const port of [ports.unbound, ports.kresd, ports.recursor])
      await until(`a resolver at ${port}`, async () => (await look(port, 'open.example'))?.answers.length === 1);
    await until('dnsdist', async () => (await look(ports.plain, 'open.example'))?.rcode === 'SERVFAIL');
    expect(await doors.doh?.('listed.example')).toMatch(/status: SERVFAIL/);
  });

  it('have the list a moment after they can fetch it', async () => {
    await startPrimary();
    for (const port of [ports.unbound, ports.kresd, ports.recursor]) {
      for (const name of ['listed.example', 'www.other.listed.example'])
        await until(`${name} at ${port}`, async () => (await look(port, name))?.rcode === 'NXDOMAIN');
    }
    await until('all on the board', () => primary?.board().every((row) => row.behind === 0) === true);
    // What each can say of the reason.
    expect(await kdig(ports.recursor, '+edns', 'listed.example')).toMatch(/EDE: 16/);
    expect(await kdig(ports.kresd, '+edns', 'listed.example')).toMatch(/EDE: 15/);
    expect(await kdig(ports.unbound, '+edns', 'listed.example')).not.toMatch(/EDE/);
    await until('the front', async () => (await look(ports.plain, 'open.example'))?.answers.length === 1);
  });

  it.each(['udp', 'tcp', 'dot', 'doh'])(
    'give the national list to who asks by %s, and nothing else is closed',
    async (way) => {
      const door = doors[way] as (name: string) => Promise<string>;
      last = 'nobody';
      expect(await door('www.listed.example')).toMatch(/status: NXDOMAIN/);
      expect(await door('other.listed.example')).toMatch(/status: NXDOMAIN/);
      expect(await door('games.example')).toMatch(address);
      expect(await door(`${way}.open.example`)).toMatch(address);
      expect(await door('listed.example.base.court.rpz.example')).toMatch(/status: REFUSED/);
      expect(last).toBe('nobody');
    },
  );

  it.each(['dot', 'doh'] as const)('give a device that asks by %s what its family chose', async (way) => {
    const door = own[way];
    expect(await door(DEVICE, '+edns', 'games.example')).toMatch(/status: NXDOMAIN[\s\S]*EDE: 17/);
    expect(last).toBe(`${way} 127.0.0.1 ${DEVICE}`);
    expect(await door('xyz567', 'games.example')).toMatch(address);
    expect(last).toBe(`${way} 127.0.0.1 xyz567`);
    expect(await door(DEVICE, '+edns', 'listed.example')).toMatch(/status: NXDOMAIN[\s\S]*EDE: 16/);
    expect(await door(DEVICE, 'open.example')).toMatch(address);
    expect(await door(DEVICE, 'listed.example.base.court.rpz.example')).toMatch(/status: REFUSED/);
  });

  it('give a school’s line its rules without a device’s id, and strangers nothing without encryption', async () => {
    expect(await kdig(ports.plain, '-b', SCHOOL, 'games.example')).toMatch(/status: NXDOMAIN/);
    expect(last).toBe(`udp ${SCHOOL} -`);
    expect(await kdig(ports.plain, '-b', '127.0.0.7', 'open.example')).toMatch(/status: REFUSED/);
    expect(await kdig(ports.dot, '-b', '127.0.0.7', '+tls', ...trusted, 'open.example')).toMatch(address);
  });

  it('say how they are reached encrypted, and refuse what only harms', async () => {
    expect(await kdig(ports.plain, '_dns.resolver.arpa', 'SVCB')).toMatch(/dns\.example\./);
    expect(await kdig(ports.plain, '+ignore', 'open.example', 'ANY')).toMatch(/flags: qr tc/i);
    expect(await kdig(ports.plain, '+norec', 'open.example')).toMatch(/status: REFUSED/);
    expect(await kdig(ports.plain, '+tcp', 'open.example', 'AXFR')).toMatch(/REFUSED/);
  });

  it('block a name they answered a moment ago, and open it again', async () => {
    expect(await doors.dot?.('sudden.example')).toMatch(address);
    const is = (what: RegExp) =>
      until(`sudden.example is ${what}`, async () => what.test((await doors.udp?.('sudden.example')) ?? ''), 20_000);
    await zone('hot', 'court').apply({ add: [{ name: 'sudden.example', policy: NX }] }, 2);
    await is(/NXDOMAIN/);
    await zone('hot', 'court').apply({ remove: ['sudden.example'] }, 3);
    await is(address);
  });

  it('go on when one of each kind dies', async () => {
    await nodes[0]?.close();
    await dns.kill('kresd', 'recursor');
    await until('the second of our own', async () => /EDE: 17/.test(await own.dot(DEVICE, '+edns', 'games.example')));
    await until('Unbound alone', async () => {
      const all = await Promise.all(['a', 'b', 'c', 'd'].map((l) => doors.udp?.(`${l}.listed.example`)));
      return all.every((output) => /NXDOMAIN/.test(output ?? ''));
    });
  });

  it('serve the last good list after all died, with nobody to fetch it from', async () => {
    await primary?.close();
    primary = undefined;
    await dns.kill('unbound', 'unbound-knot', 'dnsdist');
    dns.start('unbound', 'unbound-knot', 'kresd', 'recursor', 'dnsdist');
    await until('the list', async () => (await look(ports.plain, 'y.listed.example'))?.rcode === 'NXDOMAIN');
    for (const port of [ports.unbound, ports.kresd, ports.recursor])
      await until(`the list at ${port}`, async () => (await look(port, 'z.listed.example'))?.rcode === 'NXDOMAIN');
  });

  it('answer a device with an error, never without its rules, when our own resolvers are away', async () => {
    for (const node of nodes) await node.close();
    await until('the loss', async () => /SERVFAIL/.test(await own.doh(DEVICE, 'open.example')));
    expect(await own.dot(DEVICE, 'games.example')).toMatch(/status: SERVFAIL/);
    expect(await doors.doh?.('open.example')).toMatch(address);
    // Help is never out of reach, and no reason to answer strangers.
    for (const door of [own.dot, own.doh]) expect(await door(DEVICE, 'www.dgsn.gov.ma')).toMatch(address);
    expect(await kdig(ports.plain, '-b', SCHOOL, 'www.dgsn.gov.ma')).toMatch(address);
    expect(await kdig(ports.plain, '-b', '127.0.0.7', 'www.dgsn.gov.ma')).toMatch(/status: REFUSED/);
  });

  it('write down nobody’s name and nobody’s address', () => {
    const said = ['unbound', 'kresd', 'recursor', 'dnsdist'].map((n) =>
      readFileSync(path.join(dir, `${n}.log`), 'utf8'),
    );
    expect(said.join('\n')).not.toMatch(/listed\.example(?!\.\w)|games\.example|sudden\.example|127\.0\.0\.[79]\b/);
  });
});

function textOf(packet: Uint8Array, from: number): string {
  const labels: string[] = [];
  for (let at = from; packet[at]; at += 1 + (packet[at] as number))
    labels.push(Buffer.from(packet.subarray(at + 1, at + 1 + (packet[at] as number))).toString('latin1'));
  return labels.join('.').toLowerCase();
}
