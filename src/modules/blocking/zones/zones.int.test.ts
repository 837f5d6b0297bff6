import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeySettings } from '../../../../packages/rpz/index.ts';
import { connect, transfer } from '../../../../packages/rpz/testing/client.ts';
import { systemClock } from '../../../platform/clock.ts';
import { loadConfig } from '../../../platform/config.ts';
import { openDatabase } from '../../../platform/db.ts';
import { createLogger } from '../../../platform/log.ts';
import { macOf } from '../feeds/mark.ts';
import type { PartnerInput } from '../partners/partner.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';
import { startZones, type ZonesRole } from './index.ts';
import { chosenFor } from './marks.ts';
import { readReport } from './report.ts';

const DAY = 86_400_000;
let b: Blocks;
let dir: string;
let role: ZonesRole | undefined;
let database: ReturnType<typeof openDatabase>;
let provider: string;

beforeAll(async () => {
  b = await openBlocks({ seed: 55 });
  dir = mkdtempSync(path.join(tmpdir(), 'salama-zones-'));
  database = openDatabase(b.scene.platform.databaseUrl, { max: 4 });
  const { identity, platform } = b.scene;
  const organisation = { name: 'Atlas Télécom', kind: 'provider' as const, territory: null };
  provider = (await identity.directory.insertOrganisation(platform.db, 'system', organisation)).id;
});
afterEach(async () => {
  await role?.stop();
  role = undefined;
});
afterAll(async () => {
  await database?.close();
  rmSync(dir, { recursive: true, force: true });
  await b?.close();
});

async function until(what: string, check: () => boolean | Promise<boolean>, ms = 8000): Promise<void> {
  for (const end = performance.now() + ms; !(await check()); await sleep(10))
    if (performance.now() > end) throw new Error(`still not: ${what}`);
}

async function start(state = dir, databaseUrl = b.scene.platform.databaseUrl): Promise<ZonesRole> {
  const { platform } = b.scene;
  const config = loadConfig({ SALAMA_DEV: '1', SALAMA_STATE: state, ZONES_PORT: '0', DATABASE_URL: databaseUrl });
  const log = createLogger(process.env.TEST_LOG ?? 'silent', 'zones');
  const other = databaseUrl === platform.databaseUrl ? database : openDatabase(databaseUrl, { max: 1 });
  const started = await startZones({
    config,
    clock: systemClock,
    log,
    db: other.db,
    keys: platform.keys,
    databaseUrl,
    localMinute: () => 0,
  });
  if (other === database) return started;
  return { ...started, stop: () => started.stop().then(() => other.close()) };
}

const terms = (over: Partial<PartnerInput> = {}): PartnerInput => ({
  organisation: provider,
  name: 'Atlas',
  contract: 'C-1',
  from: new Date('2026-01-01'),
  until: undefined,
  bases: ['csam', 'court'],
  addresses: '',
  notify: '',
  tlsOnly: false,
  ...over,
});

/** A court's order for a name, proposed and approved; `release` and `remove` do the rest. */
async function ordered(target: string, kind: 'domain' | 'host' = 'domain') {
  const { platform } = b.scene;
  const entry = await b.blocking.proposals.fromOrder({
    kind,
    target,
    account: await b.person('programme-manager', 'programme-manager'),
    number: '77/2026',
    court: 'Tribunal de première instance de Rabat',
    date: '2026-11-20',
    reference: 'Archive C-77',
    scope: 'Le nom entier.',
    grounds: 'Reçue ce matin.',
    expiresAt: new Date(platform.clock.now().getTime() + 200 * DAY),
  });
  const senior = await b.person('senior-2', 'senior-analyst');
  const supervisor = await b.person('supervisor-2', 'supervisor');
  await b.blocking.decisions.approve(entry, senior, 'Seen.');
  return {
    entry,
    release: () => b.blocking.decisions.release(entry, supervisor, 'Seen anew.'),
    remove: () => b.blocking.decisions.remove(entry, senior, 'mistake', 'Taken back.'),
  };
}

/** What a secondary gets of a zone: owner names and what is said of them. */
async function fetched(zone: string, key?: KeySettings): Promise<Map<string, string>> {
  const socket = await connect((role as ZonesRole).port());
  try {
    const { records, messages } = await transfer(socket, { name: zone, type: 'AXFR', ...(key ? { key } : {}) });
    const { rcode } = messages[0]?.header ?? { rcode: -1 };
    if (rcode !== 0) throw new Error(`rcode ${rcode}`);
    return new Map(
      records.flatMap((r) =>
        r.data.type === 'CNAME'
          ? [[r.name.replace(`.${zone}.`, ''), r.data.target] as const]
          : r.data.type === 'A'
            ? [[r.name.replace(`.${zone}.`, ''), r.data.address] as const]
            : [],
      ),
    );
  } finally {
    socket.destroy();
  }
}
const HOT = 'hot.court.rpz.localhost';
const BASE = 'base.court.rpz.localhost';

async function partner(over: Partial<PartnerInput> = {}): Promise<{ id: string; key: KeySettings; keyId: string }> {
  const id = await b.blocking.partners.add(terms(over), 'account:test');
  const { key, secret } = await b.blocking.partners.createKey(id, 'account:test');
  return { id, keyId: key.id, key: { name: key.name, algorithm: key.algorithm, secret, since: 0 } };
}

describe('the role', () => {
  it('brings a release to the hot zone at once, an end as a passthru or away, and takes partners and keys as they come', async () => {
    const before = await ordered('in-base.zones.example');
    await before.release();
    role = await start();
    const one = await partner();
    await until('the key is known', async () => (await fetched(BASE, one.key).catch(() => undefined)) !== undefined);
    // What was listed before the first start is in base, with the name for tests.
    const mark = chosenFor(macOf(b.scene.platform.keys, 'zone'), one.id, 'in-base.zones.example');
    expect(Object.fromEntries(await fetched(BASE, one.key))).toEqual({
      'in-base.zones.example': '.',
      '*.in-base.zones.example': '.',
      [`${mark}.in-base.zones.example`]: '.',
      [`*.${mark}.in-base.zones.example`]: '.',
      'base-court.blocked-test.e-salama.internal': '192.0.2.1',
    });
    expect([...(await fetched(HOT, one.key)).keys()]).toEqual(['hot-court.blocked-test.e-salama.internal']);

    const later = await ordered('later.zones.example', 'host');
    const began = performance.now();
    await later.release();
    await until('blocked in hot', async () => (await fetched(HOT, one.key)).get('later.zones.example') === '.');
    expect(performance.now() - began).toBeLessThan(1500);
    expect((await fetched(HOT, one.key)).has('*.later.zones.example')).toBe(false);
    await before.remove();
    await until('opened', async () => (await fetched(HOT, one.key)).get('in-base.zones.example') === 'rpz-passthru.');
    // Nothing of it is in the other basis.
    expect([...(await fetched('hot.csam.rpz.localhost', one.key)).keys()]).toEqual([
      'hot-csam.blocked-test.e-salama.internal',
    ]);

    // A key that is retired is worth nothing within a second, and the new one everything.
    const { key, secret } = await b.blocking.partners.createKey(one.id, 'account:test');
    const next = { name: key.name, algorithm: key.algorithm, secret, since: 0 };
    await until('both keys', async () => (await fetched(HOT, next).catch(() => undefined)) !== undefined);
    await expect(b.blocking.partners.createKey(one.id, 'account:test')).rejects.toThrow('BLOCKING_KEYS_TOO_MANY');
    await b.blocking.partners.retireKey(one.id, one.keyId, 'account:test');
    await until('the old key is refused', async () => (await fetched(HOT, one.key).catch(() => 'no')) === 'no', 1500);
    expect((await fetched(HOT, next)).size).toBeGreaterThan(1);
    await b.blocking.partners.end(one.id, 'account:test');
    await until('the contract has ended', async () => (await fetched(HOT, next).catch(() => 'no')) === 'no', 1500);
  });

  it('finds what happened while it was away, once, and leaves hot to base when everybody has it', async () => {
    const one = await partner();
    const away = await ordered('away.zones.example');
    await away.release();
    role = await start();
    await until('away is blocked', async () =>
      (await fetched(HOT, one.key).catch(() => new Map())).has('away.zones.example'),
    );
    const zone = () =>
      role
        ?.primary()
        ?.board()
        .find((r) => r.secondary === one.id && r.zone === `${HOT}.`);
    const { serial } = zone() as { serial: number };
    await role.stop();
    // Nothing happened: nothing changes.
    role = await start();
    await until('the list is read', () => (role as ZonesRole).coordinator.feed >= 0);
    expect(zone()?.serial).toBe(serial);
    await fetched(BASE, one.key);
    await role.coordinator.rebase();
    await role.coordinator.tend();
    // The secondary has the old base still.
    expect((await fetched(HOT, one.key)).has('away.zones.example')).toBe(true);
    expect((await fetched(BASE, one.key)).get('away.zones.example')).toBe('.');
    await until('hot is empty again', async () => (await fetched(HOT, one.key)).size === 1);
  });

  it('gives the csam zones to nobody without a key, and the court’s by address where the contract says so', async () => {
    const both = await b.blocking.partners.add(terms({ addresses: '127.0.0.1' }), 'account:test');
    role = await start();
    await until('partners are read', () => (role?.primary()?.board() ?? []).some((r) => r.secondary === both));
    await expect(fetched('hot.csam.rpz.localhost')).rejects.toThrow('rcode 5');
    await expect(fetched(HOT)).rejects.toThrow('rcode 5');
    const court = { ...terms({ addresses: '127.0.0.1', bases: ['court'] }) };
    await b.blocking.partners.change(both, court, 'account:test');
    await until('the court’s zone', async () => (await fetched(HOT).catch(() => undefined)) !== undefined);
    await expect(fetched('hot.csam.rpz.localhost')).rejects.toThrow('rcode 5');
    await b.blocking.partners.end(both, 'account:test');
  });

  it('serves what it has without the database, and is alone in its folder', async () => {
    const one = await partner();
    role = await start();
    await until('known', async () => (await fetched(HOT, one.key).catch(() => undefined)) !== undefined);
    await expect(start()).rejects.toThrow('in use');
    const report = async () => (await readReport(database.db))?.report;
    await until(
      'it says how it stands',
      async () => (await report())?.rows.some((r) => r.secondary === one.id) ?? false,
    );
    expect((await report())?.zones.map((z) => z.origin)).toContain(`${BASE}.`);
    await role.stop();
    role = await start(dir, 'postgres://nobody:x@127.0.0.1:1/none');
    expect(role.port()).toBeGreaterThan(0);
    // Known from the last run: keys are sealed in the folder.
    expect((await fetched(HOT, one.key)).size).toBeGreaterThan(0);
  });
});
