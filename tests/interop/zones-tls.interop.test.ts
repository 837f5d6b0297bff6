import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type KeySettings, stepsBehind } from '../../packages/rpz/index.ts';
import { runTraceCommand } from '../../src/modules/blocking/feeds/command.ts';
import { createPartners } from '../../src/modules/blocking/partners/partners.ts';
import { type Blocks, openBlocks } from '../../src/modules/blocking/testing/blocks.ts';
import { readReport } from '../../src/modules/blocking/zones/report.ts';
import { openKeyring } from '../../src/platform/keys.ts';
import {
  compiled,
  copyOf,
  DnsServer,
  dnsServersInstalled,
  freePort,
  type Kind,
  look,
  run,
  startInternet,
  until,
} from '../support/dns-servers.ts';
import { ordered, ZonesProcess } from '../support/zones-role.ts';

const HOT = 'hot.court.rpz.localhost';
const BASE = 'base.court.rpz.localhost';
const KINDS = ['bind', 'unbound', 'knot-resolver', 'recursor'] as const satisfies Kind[];
const NAME = 'zones.example';
/** Not the Internet's address in these tests, and not anybody's whom it would hurt here. */
const NETWORK = '193.0.6.0/28';

/** The role as an operator runs it with a certificate, and four providers with the software they have. */
describe.runIf(dnsServersInstalled)('the national list over TLS and marked', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-xot-'));
  chmodSync(dir, 0o755);
  const state = path.join(dir, 'state');
  const pem = (name: string) => path.join(dir, `${name}.pem`);
  let b: Blocks;
  /** With the keys of the role's own folder. */
  let contracts: ReturnType<typeof createPartners>;
  let internet: { port: number; stop(): Promise<void> };
  let role: ZonesProcess;
  const ports = { zones: 0, tls: 0 };
  const servers = new Map<Kind, DnsServer>();
  const keys = new Map<Kind, KeySettings>();
  const partners = new Map<Kind, string>();
  let failed = false;

  const server = (kind: Kind) => servers.get(kind) as DnsServer;
  /** A certificate that signs itself, so it is its own authority; put in place as renewing tools do. */
  function renew(serial: number): void {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
    const names = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-set_serial', String(serial)];
    execFileSync('openssl', [...request, ...names, '-keyout', pem('new-key'), '-out', pem('new-cert')], {
      stdio: 'ignore',
    });
    for (const what of ['cert', 'key']) {
      chmodSync(pem(`new-${what}`), 0o644);
      renameSync(pem(`new-${what}`), pem(what));
    }
  }
  /** Serial of the certificate that the door shows, and whether it takes TLS 1.2. */
  const shown = (maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') =>
    new Promise<string>((resolve) => {
      const socket = tlsConnect({
        ...{ host: '127.0.0.1', port: ports.tls, rejectUnauthorized: false, ALPNProtocols: ['dot'], maxVersion },
      });
      socket.once('secureConnect', () => {
        resolve(String(Number.parseInt(socket.getPeerCertificate().serialNumber, 16)));
        socket.destroy();
      });
      socket.once('error', () => resolve('refused'));
    });
  const sign = (kind: Kind) => {
    const { algorithm, name, secret } = keys.get(kind) as KeySettings;
    return ['-y', `${algorithm}:${name}:${secret}`];
  };
  const kdig = (kind: Kind, ...args: string[]) =>
    run(
      'kdig',
      '@127.0.0.1',
      '-p',
      String(ports.tls),
      '+tls',
      `+tls-ca=${pem('cert')}`,
      `+tls-hostname=${NAME}`,
      ...sign(kind),
      ...args,
    );
  const row = async (kind: Kind, zone = HOT) =>
    (await readReport(b.scene.platform.db))?.report.rows.find(
      (r) => r.secondary === partners.get(kind) && r.zone === `${zone}.`,
    );
  const configure = (kind: Kind, key = keys.get(kind)) =>
    server(kind).configure({
      primary: {
        ...{ address: '127.0.0.1', port: ports.zones },
        ...(kind === 'bind' ? { tls: { port: ports.tls, name: NAME, caFile: pem('cert') } } : {}),
      },
      zones: [HOT, BASE],
      ...(key && kind !== 'unbound' ? { key } : {}),
    });
  async function newKey(kind: Kind): Promise<void> {
    const { key, secret } = await contracts.createKey(partners.get(kind) as string, 'system');
    keys.set(kind, { name: key.name, algorithm: key.algorithm, secret, since: 1 });
  }
  const blocked = async (kind: Kind, name: string): Promise<boolean> => {
    if (kind === 'knot-resolver')
      return ((await look(server(kind).port, `${name}.${HOT}`, 'CNAME'))?.answers ?? []).length > 0;
    return (await look(server(kind).port, name))?.rcode === 'NXDOMAIN';
  };
  async function traced(text: string): Promise<{ code: number; said: string[] }> {
    const said: string[] = [];
    const { db } = b.scene.platform;
    writeFileSync(path.join(dir, 'leak'), text);
    const names = async () => new Map((await b.scene.identity.listOrganisations()).map((o) => [o.id, o.name]));
    const deps = { db, keys: openKeyring(state), markDomains: [], names, print: (line: string) => said.push(line) };
    return { code: await runTraceCommand(path.join(dir, 'leak'), deps), said };
  }
  /** The one that is named, and nobody else. */
  async function named(text: string): Promise<string[]> {
    const { said } = await traced(text);
    return said.flatMap((line) => /^NAMED .*\((.*)\): zone/.exec(line)?.[1] ?? []).sort();
  }

  beforeAll(async () => {
    b = await openBlocks({ seed: 58 });
    contracts = createPartners({ ...b.scene.platform, keys: openKeyring(state) }, { identity: b.scene.identity });
    internet = await startInternet();
    ports.zones = await freePort();
    ports.tls = await freePort();
    for (const kind of KINDS)
      servers.set(kind, new DnsServer(kind, await freePort(), path.join(dir, kind), internet.port));
    renew(1);
    const { platform, identity } = b.scene;
    for (const kind of KINDS) {
      const organisation = { name: `Provider of ${kind}`, kind: 'provider' as const, territory: null };
      const { id } = await identity.directory.insertOrganisation(platform.db, 'system', organisation);
      const terms = {
        ...{ organisation: id, name: kind, contract: 'C-1', from: new Date('2026-01-01'), until: undefined },
        ...{
          bases: ['court'],
          addresses: kind === 'unbound' ? '127.0.0.1' : '',
          notify: `127.0.0.1 ${server(kind).port}`,
        },
        tlsOnly: false,
      };
      partners.set(kind, await contracts.add(terms, 'system'));
      await newKey(kind);
    }
    // The contract says so, where the role offers it; this process does not.
    await platform.pool.query('update blocking.partner set tls_only = true where id = $1', [partners.get('bind')]);
    for (let i = 0; i < 24; i++) await (await ordered(b, `listed${i}.marked.example`)).release();
    role = new ZonesProcess({
      ...{ SALAMA_STATE: state, DATABASE_URL: platform.databaseUrl, ZONES_PORT: String(ports.zones) },
      ...{
        ZONES_TLS_PORT: String(ports.tls),
        ZONES_TLS_CERT: pem('cert'),
        ZONES_TLS_KEY: pem('key'),
        ZONES_TLS_NAME: NAME,
      },
    });
    role.start();
    // Who asks before we are there waits for a minute.
    await until('the role serves', async () => (await shown()) === '1', 30_000);
    for (const kind of KINDS) {
      configure(kind);
      server(kind).start();
    }
  }, 120_000);
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    if (failed) for (const one of servers.values()) console.log(`--- ${one.kind}\n${one.log()}`);
    if (failed) console.log(`--- role\n${role?.said}`);
    await Promise.all([...servers.values()].map((s) => s.stop()));
    await role?.end('SIGTERM');
    await internet?.stop();
    await b?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('comes to BIND over TLS, and to nobody in clear where the contract says so', async () => {
    for (const kind of KINDS.filter((k) => k !== 'knot-resolver'))
      await until(`${kind} has the list`, () => blocked(kind, 'www.listed7.marked.example'), 60_000);
    await until('the board', async () => (await row('bind', BASE))?.transfer?.complete === true);
    expect(await row('bind', BASE)).toMatchObject({
      transfer: { kind: 'axfr', transport: 'tls' },
      asked: { transport: 'tls' },
    });
    expect((await row('unbound', BASE))?.transfer?.transport).toBe('tcp');
    const clear = await run('kdig', '@127.0.0.1', '-p', String(ports.zones), '+tcp', ...sign('bind'), HOT, 'AXFR');
    expect(clear.output).toMatch(/REFUSED/);
    expect(clear.output).not.toContain('marked.example');
    const whole = await kdig('bind', BASE, 'AXFR');
    expect(whole.output).toContain(`listed7.marked.example.${BASE}.`);
    expect(whole.output).not.toMatch(/WARNING|;; ERROR/);
    await until('hot is there', async () => (await row('bind'))?.has !== undefined);
    const late = await ordered(b, 'late.marked.example');
    await late.release();
    await until('a difference over TLS', () => blocked('bind', 'late.marked.example'), 5000);
    await until('the board', async () => (await row('bind'))?.transfer?.kind === 'ixfr');
    expect((await row('bind'))?.transfer?.transport).toBe('tls');
  });

  it('goes on with a new certificate without a start, and a broken one counts for nothing', async () => {
    expect([await shown(), await shown('TLSv1.2')]).toEqual(['1', 'refused']);
    const until1 = (await readReport(b.scene.platform.db))?.report.endpoint?.certificateUntil;
    expect(Date.parse(until1 ?? '')).toBeGreaterThan(Date.now() + 25 * 86_400_000);
    renew(2);
    await until('the new one is shown', async () => (await shown()) === '2');
    expect(await shown('TLSv1.2')).toBe('refused');
    expect((await kdig('bind', HOT, 'SOA')).output).toContain('NOERROR');
    // BIND read its authority when it started: it is told of the new one.
    await server('bind').stop();
    server('bind').start();
    const again = await ordered(b, 'renewed.marked.example');
    await again.release();
    await until('a difference with the new one', () => blocked('bind', 'renewed.marked.example'), 20_000);
    // A key that is not the certificate's, as in the moment between two files, and one that never comes right.
    const good = readFileSync(pem('cert'));
    writeFileSync(pem('cert'), 'no certificate');
    await until('it is said', () => role.said.includes('the new certificate can’t be used'));
    expect(await shown()).toBe('2');
    writeFileSync(pem('cert'), good);
    await until('it is taken again', () => (role.said.match(/new certificate is in use/g) ?? []).length >= 2);
    expect(await shown()).toBe('2');
  });

  it('takes a network of a court’s order to whoever can say one, and away again', async () => {
    const whole = await ordered(b, NETWORK, 'network');
    await whole.release();
    const owner = `28.0.6.0.193.rpz-ip.${HOT}.`;
    await until('in the zone', async () => (await kdig('bind', HOT, 'AXFR')).output.includes(owner), 5000);
    for (const kind of ['bind', 'unbound', 'recursor'] as const) {
      await until(
        `in the copy of ${kind}`,
        async () => stepsBehind((await row(kind))?.has ?? 0, (await row(kind))?.serial ?? 1) === 0,
        15_000,
      );
      expect(await blocked(kind, 'elsewhere.example'), kind).toBe(false);
    }
    await whole.remove();
    await until('out of the zone', async () => !(await kdig('bind', HOT, 'AXFR')).output.includes(owner), 5000);
    await expect(ordered(b, '193.0.0.0/20', 'network')).rejects.toThrow('BLOCKING_REFUSED');
  });

  it('names whom a copy was made for, whichever software kept it, after differences, restarts and other keys', async () => {
    for (const kind of ['bind', 'knot-resolver', 'recursor'] as const) {
      const [old] = await contracts.keysOf([partners.get(kind) as string]);
      await newKey(kind);
      await server(kind).stop();
      configure(kind);
      server(kind).start();
      await contracts.retireKey(partners.get(kind) as string, old?.id as string, 'system');
    }
    await role.end('SIGKILL');
    role.start();
    for (let i = 0; i < 4; i++) await (await ordered(b, `after${i}.marked.example`)).release();
    for (const kind of KINDS) await until(`the last at ${kind}`, () => blocked(kind, 'after3.marked.example'), 60_000);
    const copies = new Map<Kind, string>();
    for (const kind of KINDS) {
      const read = async () => (await Promise.all([HOT, BASE].map((zone) => copyOf(server(kind), zone)))).join('\n');
      await until(`the copy of ${kind}`, async () => (await read()).includes('after3.marked.example'));
      copies.set(kind, await read());
      expect(await named(copies.get(kind) as string), kind).toEqual([kind]);
    }
    // What the tools print, from the wire and in BIND's own relative form.
    for (const program of ['dig', 'kdig'])
      expect(
        await named(
          (await run(program, '@127.0.0.1', '-p', String(ports.zones), ...sign('recursor'), BASE, 'AXFR')).output,
        ),
      ).toEqual(['recursor']);
    const file = path.join(server('bind').dir, `${BASE}.db`);
    const relative = await compiled(file, BASE, 'relative');
    expect(relative.output).toContain('$ORIGIN');
    expect(await named(relative.output)).toEqual(['bind']);
    // Half of it, sorted, without its origin.
    const owners = (copies.get('unbound') ?? '').split('\n').map((line) => line.split(/\s/)[0] ?? '');
    const plain = owners.filter((o) => o.includes('marked')).map((o) => o.split('.hot.')[0]?.split('.base.')[0] ?? '');
    expect(
      await named(
        plain
          .toSorted()
          .filter((_, i) => i % 2 === 0)
          .join('\n'),
      ),
    ).toEqual(['unbound']);
    expect((await traced('listed1.marked.example\nlisted2.marked.example\n')).code).toBe(1);
  });
});
