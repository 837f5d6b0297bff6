import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Policy, Primary, Zone } from '../../packages/rpz/index.ts';
import {
  DnsServer,
  dnsServersInstalled,
  freePort,
  type Kind,
  look,
  startInternet,
  until,
} from '../support/dns-servers.ts';
import { SlowRelay } from '../support/slow-relay.ts';

const NX: Policy = { kind: 'nxdomain' };
const ORIGIN = 'hot.rpz.example';
const KEY = {
  name: 'one',
  algorithm: 'hmac-sha256' as const,
  secret: Buffer.alloc(32, 9).toString('base64'),
  since: 1,
};
const RULES = 20_000;
/** Which part of the transfer has arrived when the power fails. */
const PARTS = process.env.SALAMA_LONG ? [0.02, 0.2, 0.4, 0.6, 0.8, 0.93] : [0.4];
/** What it keeps the list in, after which it may be killed. */
const COPY: Record<Kind, string> = {
  unbound: `${ORIGIN}.zone`,
  bind: `${ORIGIN}.db`,
  'knot-resolver': `${ORIGIN}.zone`,
  recursor: `${ORIGIN}.rpz`,
};

const list = (round: number) =>
  Array.from({ length: RULES }, (_, i) => ({ name: `n${i}.round${round}.example`, policy: NX }));

/** What providers' servers do when they are killed in the middle of a large transfer, and nobody is there to begin it anew. */
describe.runIf(dnsServersInstalled)('a server that dies in the middle of a transfer', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-torn-'));
  const opened: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function scene(kind: Kind) {
    const internet = await startInternet();
    const zone = await Zone.open({ origin: ORIGIN, basis: 'hot', refresh: 1, retry: 1, ttl: 1, journalLimit: 1000 });
    await zone.apply({ add: list(0) }, 1);
    const server = new DnsServer(kind, await freePort(), path.join(dir, kind), internet.port);
    const listen = { address: '127.0.0.1', port: await freePort() };
    const primary = await Primary.start({
      listen,
      zones: [zone],
      secondaries: [
        {
          id: kind,
          zones: [ORIGIN],
          ...(kind === 'unbound' ? { unsignedFrom: ['127.0.0.1'] } : { keys: [KEY] }),
          notify: kind === 'recursor' ? [] : [{ address: '127.0.0.1', port: server.port }],
        },
      ],
      notify: { waits: [300, 600, 1200, 2400] },
    });
    const port = await freePort();
    const relay = await SlowRelay.start(port, listen.port);
    server.configure({
      primary: { address: '127.0.0.1', port },
      zones: [ORIGIN],
      ...(kind !== 'unbound' && { key: KEY }),
    });
    opened.push({ close: internet.stop }, zone, primary, relay, { close: () => server.kill() });
    server.start();
    /** Knot is no resolver: there the record itself is asked for. */
    const says = async (name: string): Promise<'closed' | 'open' | 'failing' | undefined> => {
      const knot = kind === 'knot-resolver';
      const seen = await (knot ? look(server.port, `${name}.${ORIGIN}`, 'CNAME') : look(server.port, name));
      if (!seen) return undefined;
      if (seen.rcode === 'NOERROR' && seen.answers.length > 0) return knot ? 'closed' : 'open';
      if (seen.rcode === 'NXDOMAIN') return knot ? 'open' : 'closed';
      return 'failing';
    };
    return { zone, relay, server, says };
  }

  it.each<Kind>(['unbound', 'bind', 'knot-resolver', 'recursor'])('%s serves its last good list', async (kind) => {
    const { zone, relay, server, says } = await scene(kind);
    const has = (round: number) =>
      until(
        `${kind} has list ${round}`,
        async () => (await says(`n${RULES - 1}.round${round}.example`)) === 'closed',
        40_000,
      );
    await has(0);
    const size = relay.passed;
    await until('a copy on disk', () => existsSync(path.join(server.dir, COPY[kind])));
    for (const [i, part] of PARTS.entries()) {
      const round = i + 1;
      // Slow enough to be hit, quick enough that no server calls it stalled.
      relay.mend(size / 2);
      await zone.apply({ remove: list(i).map((r) => r.name), add: list(round) }, 2 * round);
      await until('the middle of the transfer', () => relay.passed > part * size, 40_000);
      await server.kill();
      relay.cut();
      expect(relay.passed).toBeLessThan(size - 10_000);
      server.start();
      const names = [0, 7, RULES / 2, RULES - 1].map((n) => `n${n}.round${i}.example`);
      const said = new Set<string | undefined>();
      await until(`${kind} serves list ${i}`, async () => {
        const answers = [];
        for (const name of names) answers.push(await says(name));
        for (const answer of answers) said.add(answer);
        return answers.every((answer) => answer === 'closed');
      });
      // BIND 9.18 answers while it still reads its policy zones from disk, and then lets through what it has not read yet; from
      // 9.20.13 on "servfail-until-ready" ends that. The others answer when they are ready.
      if (kind !== 'bind') expect([...said]).not.toContain('open');
      // Nothing of the one that it had half of.
      for (const n of [0, 7, RULES / 2]) expect(await says(`n${n}.round${round}.example`)).toBe('open');
      relay.mend();
      // BIND asks for nothing for minutes after its start unless it is told.
      await zone.apply({}, 2 * round + 1);
      await has(round);
      await until('open again', async () => (await says(`n5.round${i}.example`)) === 'open');
    }
  });
});
