import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Companions,
  FileStore,
  generateConfig,
  type KeySettings,
  type Policy,
  Primary,
  type PrimarySettings,
  type SecondarySettings,
  type TsigAlgorithm,
  Zone,
} from '../../packages/rpz/index.ts';
import { recordsOf } from '../../packages/rpz/testing/reader.ts';
import {
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

const NX: Policy = { kind: 'nxdomain' };
const ORIGIN = 'hot.rpz.example';
/** Nobody may have this one without a key. */
const CLOSED = 'closed.rpz.example';
const KINDS: Kind[] = ['bind', 'unbound', 'knot-resolver', 'recursor'];

const key = (name: string, fill: number, algorithm: TsigAlgorithm = 'hmac-sha256', since = 1): KeySettings => ({
  name,
  algorithm,
  secret: Buffer.alloc(48, fill).toString('base64'),
  since,
});
const KEYS: Partial<Record<Kind, KeySettings>> = {
  bind: key('bind-1', 1),
  'knot-resolver': key('knot-1', 2, 'hmac-sha512'),
  recursor: key('recursor-1', 3, 'hmac-sha384'),
};

/** Our primary against the name servers that providers run, each with the configuration that we write for it. */
describe.runIf(dnsServersInstalled)('Debian’s name servers follow our zone', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-rpz-'));
  const servers = new Map<Kind, DnsServer>();
  let internet: { port: number; stop(): Promise<void> };
  let zone: Zone;
  let closed: Zone;
  let primary: Primary;
  let listen: PrimarySettings['listen'];
  let secondaries: SecondarySettings[];
  let failed = false;
  let serial = 1;

  const openZone = () =>
    Zone.open({
      origin: ORIGIN,
      basis: 'hot',
      // Unbound and the Recursor ask again by themselves when NOTIFY does not reach them.
      refresh: 1,
      retry: 1,
      ttl: 1,
      journalLimit: 6000,
      store: new FileStore(path.join(dir, 'hot.journal')),
    });
  const pem = (name: 'key' | 'cert') => path.join(dir, `${name}.pem`);
  const makeCertificate = () => {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=primary.rpz.example', '-addext', 'subjectAltName=DNS:primary.rpz.example'];
    execFileSync('openssl', [...request, ...names, '-keyout', pem('key'), '-out', pem('cert')], { stdio: 'ignore' });
  };
  const openPrimary = async () => {
    const tls = {
      address: '127.0.0.1',
      port: 0,
      key: readFileSync(pem('key'), 'utf8'),
      cert: readFileSync(pem('cert'), 'utf8'),
    };
    primary = await Primary.start({
      listen,
      tls,
      zones: [zone, closed],
      secondaries,
      notify: { waits: [300, 600, 1200, 2400] },
    });
  };
  const server = (kind: Kind) => servers.get(kind) as DnsServer;
  const settings = (kind: Kind) => {
    const own = secondaries.find((s) => s.id === kind)?.keys?.at(-1);
    return { primary: listen, zones: [ORIGIN], ...(own && { key: own }) };
  };

  /** Knot is no resolver: there we ask for the record itself. */
  const blocked = async (kind: Kind, name: string): Promise<boolean | undefined> => {
    if (kind !== 'knot-resolver') {
      const seen = await look(server(kind).port, name);
      return (
        seen && (seen.rcode === 'NOERROR' && seen.answers.length > 0 ? false : seen.rcode === 'NXDOMAIN' || undefined)
      );
    }
    const seen = await look(server(kind).port, `${name}.${ORIGIN}`, 'CNAME');
    return seen && (seen.rcode === 'NOERROR' || seen.rcode === 'NXDOMAIN' ? seen.answers.length > 0 : undefined);
  };
  const everywhere = async (name: string, want: boolean, kinds = KINDS) => {
    for (const kind of kinds) {
      await until(`${name} ${want ? 'blocked' : 'open'} at ${kind}`, async () => (await blocked(kind, name)) === want);
    }
  };
  const row = (kind: Kind) => primary.board().find((r) => r.secondary === kind && r.zone === `${ORIGIN}.`);
  /** Each has names of its own in what all share. */
  const companions = Object.fromEntries(
    KINDS.map((kind, i) => [kind, () => [['m', 'app', 'img', 'cdn'][i] as string]]),
  );
  const currentAtAll = (kinds = KINDS) =>
    until(`serial ${zone.serial} at ${kinds.join(', ')}`, () => kinds.every((k) => row(k)?.behind === 0));
  const change = async (changes: Parameters<Zone['apply']>[0]) => zone.apply(changes, ++serial);

  beforeAll(async () => {
    internet = await startInternet();
    makeCertificate();
    listen = { address: '127.0.0.1', port: await freePort() };
    for (const kind of KINDS) {
      servers.set(kind, new DnsServer(kind, await freePort(), path.join(dir, kind), internet.port));
    }
    secondaries = KINDS.map((kind) => {
      const own = KEYS[kind];
      return {
        id: kind,
        zones: kind === 'bind' ? [ORIGIN, CLOSED] : [ORIGIN],
        ...(own ? { keys: [own] } : { unsignedFrom: ['127.0.0.1'] }),
        // The Recursor of Debian 12 does not listen to NOTIFY for policy zones.
        notify: kind === 'recursor' ? [] : [{ address: '127.0.0.1', port: server(kind).port }],
        companions: companions[kind] as Companions,
      };
    });
    zone = await openZone();
    // Enough for many messages, each of them signed.
    await zone.apply(
      {
        add: Array.from({ length: 3000 }, (_, i) => ({
          name: `n${i}.listed.example`,
          policy: NX,
          accompanied: i % 300 === 0,
        })),
      },
      serial,
    );
    closed = await Zone.open({ origin: CLOSED });
    await closed.apply({ add: [{ name: 'secret.listed.example', policy: NX }] }, 1);
    await openPrimary();
    for (const kind of KINDS) server(kind).configure(settings(kind));
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    if (failed) for (const one of servers.values()) console.log(`--- ${one.kind}\n${one.log()}`);
    if (failed) console.log(primary?.board());
    await Promise.all([...servers.values()].map((s) => s.stop()));
    await primary?.close();
    await zone?.close();
    await internet?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(KINDS)('%s finds nothing wrong with the configuration we write', async (kind) => {
    const { code, output } = await server(kind).check();
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/^(?!.*no errors).*(error|warn)/im);
  });

  it('take the whole list, each with its own key or address', async () => {
    for (const one of servers.values()) one.start();
    await everywhere('n2999.listed.example', true);
    await everywhere('www.n7.listed.example', true, ['bind', 'unbound', 'recursor']);
    await everywhere('open.example', false);
    await currentAtAll();
    for (const kind of KINDS) {
      expect(row(kind), kind).toMatchObject({ transfer: { kind: 'axfr', complete: true }, has: serial });
      expect(row(kind)?.key?.name, kind).toBe(KEYS[kind] && `${KEYS[kind]?.name}.`);
      expect(row(kind)?.transfer?.messages, kind).toBeGreaterThan(8);
    }
  });

  it('block a name they had just answered for, and open it again, by differences', async () => {
    await everywhere('sudden.example', false);
    await change({ add: [{ name: 'sudden.example', policy: NX, accompanied: true }] });
    await everywhere('sudden.example', true);
    await currentAtAll();
    for (const kind of KINDS) expect(row(kind)?.transfer, kind).toMatchObject({ kind: 'ixfr', complete: true });
    for (const kind of ['bind', 'unbound', 'knot-resolver'] as const) {
      const signed = kind === 'unbound' ? {} : { verified: true };
      await until(`${kind} answers`, () => row(kind)?.notify?.answer !== 'waiting');
      expect(row(kind)?.notify, kind).toMatchObject({ serial, answer: 'NOERROR', ...signed });
    }
    await change({ remove: ['sudden.example'] });
    await everywhere('sudden.example', false);
  });

  it('do what each policy says', async () => {
    await change({
      add: [
        { name: 'nodata.example', policy: { kind: 'nodata' } },
        { name: 'moved.example', policy: { kind: 'landing', target: 'page.example' } },
        { name: 'local.example', policy: { kind: 'local', a: ['192.0.2.80'], txt: ['why'] } },
        { name: 'n5.listed.example', policy: { kind: 'passthru' }, scope: 'exact' },
        { name: 'مثال.example', policy: NX },
        { name: 'parent.example', policy: NX },
        { name: 'a.b.parent.example', policy: NX },
      ],
    });
    await currentAtAll();
    await everywhere('xn--mgbh0fb.example', true);
    for (const kind of ['bind', 'unbound', 'recursor'] as const) {
      const ask = async (name: string, type?: 'TXT') => {
        const seen = await look(server(kind).port, name, type);
        return [seen?.rcode, ...(seen?.answers ?? []).map((a) => ('data' in a ? String(a.data) : ''))];
      };
      await until(`nodata at ${kind}`, async () => (await ask('nodata.example')).join() === 'NOERROR');
      expect(await ask('moved.example'), kind).toEqual(['NOERROR', 'page.example', '192.0.2.53']);
      expect(await ask('a.local.example'), kind).toEqual(['NOERROR', '192.0.2.80']);
      expect(await ask('local.example', 'TXT'), kind).toEqual(['NOERROR', 'why']);
      // "b.parent.example" is nobody's rule but a node of the zone, which in plain DNS would end the wildcard above it.
      expect(await ask('x.b.parent.example'), kind).toEqual(['NXDOMAIN']);
      expect(await ask('n5.listed.example'), kind).toEqual(['NOERROR', '192.0.2.53']);
    }
  });

  it('keep the list while we are away, and go on with differences when we are back', async () => {
    await primary.close();
    await zone.close();
    await everywhere('n2999.listed.example', true);
    zone = await openZone();
    expect(zone.serial).toBe(serial);
    await openPrimary();
    await change({
      add: [{ name: 'after-restart.example', policy: NX, accompanied: true }],
      remove: ['n300.listed.example'],
    });
    await everywhere('after-restart.example', true);
    await currentAtAll();
    for (const kind of KINDS) expect(row(kind)?.transfer?.kind, kind).toBe('ixfr');
  });

  it('ask for the difference after their own restart, and get the whole list when the gap is too wide', async () => {
    await Promise.all([...servers.values()].map((s) => s.stop()));
    await change({ add: [{ name: 'meanwhile.example', policy: NX, accompanied: true }] });
    for (const one of servers.values()) one.start();
    await everywhere('meanwhile.example', true);
    await currentAtAll();
    for (const kind of ['bind', 'knot-resolver', 'recursor'] as const) {
      expect(row(kind)?.transfer?.kind, kind).toBe('ixfr');
    }
    await Promise.all([...servers.values()].map((s) => s.stop()));
    const many = (to: string) => Array.from({ length: 3500 }, (_, i) => ({ name: `m${i}.${to}.example`, policy: NX }));
    await change({ add: many('one') });
    await change({ add: many('two'), remove: ['meanwhile.example'] });
    for (const one of servers.values()) one.start();
    await everywhere('m3499.two.example', true);
    await everywhere('meanwhile.example', false);
    await currentAtAll();
    for (const kind of KINDS) expect(row(kind)?.transfer, kind).toMatchObject({ kind: 'axfr', serial });
  });

  it('change their keys without missing anything', async () => {
    const signing = KINDS.filter((kind) => KEYS[kind]);
    const fresh = (kind: Kind) => key(`${kind}-2`, 40 + KINDS.indexOf(kind), 'hmac-sha256', 2);
    const keyed = (keys: (kind: Kind) => KeySettings[]) =>
      secondaries.map((s) => (s.keys ? { ...s, keys: keys(s.id as Kind) } : s));
    // Both live: the old one goes on working.
    secondaries = keyed((kind) => [KEYS[kind] as KeySettings, fresh(kind)]);
    primary.setSecondaries(secondaries);
    await change({ add: [{ name: 'both-keys.example', policy: NX, accompanied: true }] });
    await everywhere('both-keys.example', true);
    for (const kind of signing) expect(row(kind)?.key?.name, kind).toBe(`${KEYS[kind]?.name}.`);
    // The provider takes the new one; then the old one ends.
    await Promise.all(signing.map((kind) => server(kind).stop()));
    for (const kind of signing) {
      server(kind).configure(settings(kind));
      server(kind).start();
    }
    // BIND has the list on disk and asks for nothing; NOTIFY finds out which key it has.
    await change({ add: [{ name: 'changing-keys.example', policy: NX }] });
    await everywhere('changing-keys.example', true);
    await until('the new key', () => signing.every((kind) => row(kind)?.key?.name === `${kind}-2.`));
    secondaries = keyed((kind) => [fresh(kind)]);
    primary.setSecondaries(secondaries);
    await change({
      // A rule takes a companion's place, a companion the place of a rule.
      add: ['new-key.example', 'm.n600.listed.example'].map((name) => ({ name, policy: NX, accompanied: true })),
      remove: ['n900.listed.example'],
    });
    await everywhere('new-key.example', true);
    await currentAtAll();
    expect(row('bind')).toMatchObject({ key: { name: 'bind-2.' }, keys: [{ name: 'bind-2.' }] });
  });

  it('are told no with a wrong secret, and keep what they have', async () => {
    const knot = server('knot-resolver');
    await knot.stop();
    const right = settings('knot-resolver');
    knot.configure({ ...right, key: key('knot-resolver-2', 99) });
    knot.start();
    await until('a refusal', () => row('knot-resolver')?.refused?.why === 'bad-signature');
    await change({ add: [{ name: 'not-for-them.example', policy: NX }] });
    await everywhere('not-for-them.example', true, ['bind', 'unbound', 'recursor']);
    await until('what NOTIFY met', () => row('knot-resolver')?.notify?.verified === false);
    expect(await blocked('knot-resolver', 'new-key.example')).toBe(true);
    expect(await blocked('knot-resolver', 'not-for-them.example')).toBe(false);
    await knot.stop();
    knot.configure(right);
    knot.start();
    await everywhere('not-for-them.example', true, ['knot-resolver']);
  });

  it('block what leads into a listed network, and let it go again', async () => {
    const kinds = ['bind', 'unbound', 'recursor'] as const;
    const v6 = async (kind: Kind) => (await look(server(kind).port, 'v6.example', 'AAAA'))?.rcode;
    await everywhere('into.example', false, [...kinds]);
    const networks = ['192.0.2.0/24', '2001:db8:0:1::/64', '2001:0:0:1:1::/80', '2001:db8:1:2:3:4:5:0/112'];
    await change({ add: networks.map((name) => ({ name, policy: NX })) });
    await everywhere('into.example', true, [...kinds]);
    for (const kind of kinds) await until(`IPv6 at ${kind}`, async () => (await v6(kind)) === 'NXDOMAIN');
    expect(server('bind').log()).not.toMatch(/rpz-ip.*(invalid|not canonical|bad)|invalid rpz/i);
    await change({ remove: networks });
    await everywhere('into.example', false, [...kinds]);
    for (const kind of kinds) await until(`IPv6 at ${kind}`, async () => (await v6(kind)) === 'NOERROR');
  });

  it('transfer over TLS when they are told to', async () => {
    const bind = server('bind');
    await bind.stop();
    const tls = { port: primary.tlsPort ?? 0, name: 'primary.rpz.example', caFile: pem('cert') };
    bind.configure({ ...settings('bind'), primary: { ...listen, tls } });
    expect(await bind.check()).toMatchObject({ code: 0 });
    secondaries = secondaries.map((s) => (s.id === 'bind' ? { ...s, tlsOnly: true } : s));
    primary.setSecondaries(secondaries);
    bind.start();
    await change({ add: [{ name: 'over-tls.example', policy: NX }] });
    await everywhere('over-tls.example', true, ['bind']);
    await until('the board', () => row('bind')?.transfer?.serial === serial);
    expect(row('bind')?.transfer).toMatchObject({ kind: 'ixfr', transport: 'tls' });
    secondaries = secondaries.map((s) => ({ ...s, tlsOnly: false }));
    primary.setSecondaries(secondaries);
  });

  it.each(KINDS)('%s has after all that exactly the copy that is its own', async (kind) => {
    await currentAtAll();
    const want = recordsOf(zone, zone.axfr(companions[kind])).filter((r) => r.data.type === 'CNAME');
    const own = (companions[kind] as Companions)('', '')[0];
    expect(want.filter((r) => r.name.startsWith(`${own}.n`)).length).toBeGreaterThan(5);
    const copied = async () => {
      const text = await copyOf(server(kind), ORIGIN);
      const owners = text.split('\n').flatMap((l) => (/\sCNAME\s/i.test(l) ? [l.split(/\s/)[0] as string] : []));
      return new Set(owners.map((o) => (o.endsWith(`${ORIGIN}.`) ? o : `${o}${o.endsWith('.') ? '' : '.'}${ORIGIN}.`)));
    };
    const names = new Set(want.map((r) => r.name));
    await until('the copy on disk', async () => (await copied()).size === names.size);
    expect([...(await copied())].sort()).toEqual([...names].sort());
  });

  it('would be relayed to an Unbound by a Knot that finds nothing wrong', async () => {
    const own = path.join(dir, 'relay');
    mkdirSync(own);
    const { files } = generateConfig('unbound-behind-knot', { ...settings('knot-resolver'), dir: own });
    for (const { name, text } of files) writeFileSync(path.join(own, name), text);
    expect(await run('knotc', '-c', path.join(own, 'knot.conf'), 'conf-check')).toMatchObject({ code: 0 });
    expect(await run('unbound-checkconf', path.join(own, 'e-salama.conf'))).toMatchObject({ code: 0 });
  });

  describe.each(['dig', 'kdig'])('%s', (client) => {
    const ask = (...args: string[]) => run(client, '@127.0.0.1', '-p', String(listen.port), ...args);
    const sign = ({ algorithm, name, secret }: KeySettings) => ['-y', `${algorithm}:${name}:${secret}`];
    const good = () => sign(secondaries.find((s) => s.id === 'bind')?.keys?.[0] as KeySettings);

    it('verifies every message of a transfer', async () => {
      const whole = await ask(...good(), ORIGIN, 'AXFR');
      expect(whole.output).toContain('m3499.two.example.hot.rpz.example.');
      expect(whole.output).not.toMatch(/Couldn't verify|failed|BADSIG|BADKEY|BADTIME|WARNING/);
      const since = await ask(...good(), ORIGIN, `IXFR=${serial - 1}`);
      expect(since.output).toContain('over-tls.example.hot.rpz.example.');
      expect(since.output).not.toContain('m3499');
      const current = await ask(...good(), ORIGIN, `IXFR=${serial}`);
      expect(current.output.match(/\bSOA\b.*hostmaster/g)).toHaveLength(1);
    });

    it('gets nothing without a key, with a wrong one, or of another zone', async () => {
      for (const args of [
        [CLOSED, 'SOA'],
        [CLOSED, 'AXFR', '+tcp'],
        [...good(), 'other.rpz.example', 'AXFR'],
        [...good(), `x.${ORIGIN}`, 'A'],
      ]) {
        const { output } = await ask(...args);
        expect(output, args.join(' ')).toMatch(/REFUSED|Transfer failed/);
        expect(output).not.toContain('listed.example');
      }
      const unknown = await ask(...sign(key('nobody', 5)), CLOSED, 'SOA');
      expect(unknown.output).toMatch(/BADKEY/);
      const wrong = await ask(...sign(key('bind-2', 5)), CLOSED, 'AXFR');
      expect(wrong.output).toMatch(/BADSIG|NOTAUTH/);
      expect(wrong.output).not.toContain('listed.example');
    });
  });
});
