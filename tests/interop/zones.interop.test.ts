import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, transfer } from '../../packages/rpz/testing/client.ts';
import { type Blocks, openBlocks } from '../../src/modules/blocking/testing/blocks.ts';
import { DnsServer, dnsServersInstalled, freePort, look, startInternet, until } from '../support/dns-servers.ts';
import { ordered, ZonesProcess } from '../support/zones-role.ts';

const HOT = 'hot.court.rpz.localhost';
const ZONES = [HOT, 'base.court.rpz.localhost'];

/** From the second person's release to a provider's resolver, with the role as a process of its own. */
describe.runIf(dnsServersInstalled)('the national list at a provider’s Unbound', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-zones-'));
  // The application's user has to pass through.
  chmodSync(dir, 0o755);
  let b: Blocks;
  let internet: { port: number; stop(): Promise<void> };
  let unbound: DnsServer;
  let role: ZonesProcess;
  let zonesPort: number;
  let failed = false;

  const says = async (name: string) => (await look(unbound.port, name))?.rcode;
  const is = (name: string, rcode: string, ms?: number) =>
    until(`${name} is ${rcode}`, async () => (await says(name)) === rcode, ms);
  /** The hot zone as a secondary gets it. */
  async function hot() {
    const socket = await connect(zonesPort);
    try {
      const { records } = await transfer(socket, { name: HOT, type: 'AXFR' });
      const soa = records[0]?.data;
      if (soa?.type !== 'SOA') throw new Error('refused');
      return { serial: soa.soa.serial, names: records.map((r) => r.name) };
    } finally {
      socket.destroy();
    }
  }

  beforeAll(async () => {
    b = await openBlocks({ seed: 57 });
    internet = await startInternet();
    zonesPort = await freePort();
    unbound = new DnsServer('unbound', await freePort(), path.join(dir, 'unbound'), internet.port);
    const { platform, identity } = b.scene;
    const organisation = { name: 'Atlas Télécom', kind: 'provider' as const, territory: null };
    const { id } = await identity.directory.insertOrganisation(platform.db, 'system', organisation);
    await b.blocking.partners.add(
      {
        organisation: id,
        name: 'Atlas',
        contract: 'C-1',
        from: new Date('2026-01-01'),
        until: undefined,
        bases: ['court'],
        addresses: '127.0.0.1',
        notify: `127.0.0.1 ${unbound.port}`,
        tlsOnly: false,
      },
      'system',
    );
    role = new ZonesProcess({
      SALAMA_STATE: path.join(dir, 'state'),
      DATABASE_URL: b.scene.platform.databaseUrl,
      ZONES_PORT: String(zonesPort),
    });
    role.start();
    unbound.configure({ primary: { address: '127.0.0.1', port: zonesPort }, zones: ZONES });
    unbound.start();
  }, 120_000);
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    if (failed) console.log(`--- role\n${role?.said}\n--- unbound\n${unbound.log()}`);
    await role?.end('SIGTERM');
    await unbound?.stop();
    await internet?.stop();
    await b?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('has a release and its end at once, with the name in its cache before', async () => {
    for (const tier of ['hot', 'base']) {
      const name = `${tier}-court.blocked-test.e-salama.internal`;
      const tested = async () => {
        const [answer] = (await look(unbound.port, name))?.answers ?? [];
        return answer?.type === 'A' && answer.data === '192.0.2.1';
      };
      await until(`the name for tests of ${tier} is answered`, tested, 60_000);
    }
    const one = await ordered(b, 'first.zones.example');
    await is('www.first.zones.example', 'NOERROR');
    const began = performance.now();
    await one.release();
    await is('www.first.zones.example', 'NXDOMAIN', 5000);
    // The aim is measured in bench:propagation; here only that nobody waited for a refresh.
    expect(performance.now() - began).toBeLessThan(5000);
    await one.remove();
    await is('www.first.zones.example', 'NOERROR', 5000);
  });

  it('loses nothing and gets nothing twice when the role is killed between the log and the zones', async () => {
    const before = await hot();
    const [one, two] = [await ordered(b, 'killed.zones.example'), await ordered(b, 'gone.zones.example')];
    // It stands still: the changes are in the log, and can't be in the zones.
    role.kill('SIGSTOP');
    await one.release();
    await two.release();
    await two.remove();
    await role.end('SIGKILL');
    await is('killed.zones.example', 'NOERROR');
    role.start();
    await is('killed.zones.example', 'NXDOMAIN', 60_000);
    const after = await hot();
    expect(after.names.filter((n) => n === `killed.zones.example.${HOT}.`)).toHaveLength(1);
    expect(after.names.some((n) => n.startsWith('gone.zones.example'))).toBe(false);
    expect(after.serial).toBeGreaterThan(before.serial);
    // Killed again without a change: the same number, so no server fetches anything.
    await role.end('SIGKILL');
    role.start();
    await until('it serves again', async () => (await hot().catch(() => undefined)) !== undefined, 60_000);
    expect((await hot()).serial).toBe(after.serial);
    await one.remove();
    await is('killed.zones.example', 'NOERROR', 10_000);
  });
});
