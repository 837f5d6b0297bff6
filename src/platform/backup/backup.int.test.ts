import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { migrate } from '../migrate.ts';
import { debianPostgresInstalled, startDebianPostgres } from '../postgres/debian.fixture.ts';
import {
  AMINA,
  contents,
  dropDatabase,
  fill,
  makeRoot,
  newDatabase,
  query,
  withClient,
  YOUNES,
} from './backup.fixture.ts';
import { backup, type RestoreOptions, restore } from './index.ts';

const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));

const STRANGER = '0198c5a2-0000-7000-8000-00000000000f';

const SERVERS = [
  { name: 'our own PostgreSQL', here: true, start: async () => ({ url: inject('databaseUrl'), stop: async () => {} }) },
  { name: 'the PostgreSQL 15 of Debian', here: debianPostgresInstalled, start: startDebianPostgres },
];

for (const { name, here, start } of SERVERS) {
  describe.runIf(here)(`backup and restore on ${name}`, () => {
    let server: { url: string; stop(): Promise<void> };
    let filled: string;
    let dir: string;
    let from: string;
    let to: string;
    let options: RestoreOptions;

    beforeAll(async () => {
      server = await start();
      const root = makeRoot(mkdtempSync(join(tmpdir(), 'salama-backup-')));
      filled = await newDatabase(server.url);
      await migrate(filled, root);
      await fill(filled);
      rmSync(root, { recursive: true });
    });
    afterAll(async () => {
      await dropDatabase(server.url, filled);
      await server.stop();
    });

    beforeEach(async () => {
      dir = mkdtempSync(join(tmpdir(), 'salama-backup-'));
      makeRoot(dir);
      from = await newDatabase(server.url, filled);
      to = await newDatabase(server.url);
      mkdirSync(join(dir, 'files/2026'), { recursive: true });
      writeFileSync(join(dir, 'files/2026/seal.bin'), Buffer.from([1, 2, 3]));
      writeFileSync(join(dir, 'files/ⵣ notes.txt'), 'نص');
      options = {
        databaseUrl: to,
        dirs: { files: join(dir, 'restored') },
        source: join(dir, 'backup'),
        rootDir: dir,
        purgeLog: join(dir, 'purged.log'),
        keyId: 'k1',
      };
    });
    afterEach(async () => {
      for (const made of [from, to]) await dropDatabase(server.url, made);
      rmSync(dir, { recursive: true });
    });

    const write = () =>
      backup({
        databaseUrl: from,
        dirs: { files: join(dir, 'files') },
        target: options.source,
        clock,
        rootDir: dir,
        keyId: 'k1',
      });

    it('gives back every row, sequence and file, and the guards of the tables', async () => {
      const manifest = await write();
      expect(manifest.createdAt).toBe('2026-11-24T09:00:00.000Z');
      expect(manifest.tables.find((table) => table.name === 'toy')?.rows).toBe(3000);
      expect(statSync(options.source).mode & 0o777).toBe(0o700);

      const result = await restore(options);
      expect(await contents(to)).toEqual(await contents(from));
      expect(result).toMatchObject({ newMigrations: [], purgedKeys: 0 });
      expect(readFileSync(join(dir, 'restored/2026/seal.bin'))).toEqual(Buffer.from([1, 2, 3]));
      expect(readFileSync(join(dir, 'restored/ⵣ notes.txt'), 'utf8')).toBe('نص');

      // Not only the rows: what protects them works as before.
      await expect(query(to, 'delete from ward.chain')).rejects.toThrow('append-only');
      await expect(query(to, `set session_replication_role = replica`)).rejects.toThrow();
      await query(to, `insert into ward.chain values (4, 'loud')`);
      expect(await query(to, 'select words from ward.chain where seq = 4')).toEqual([{ words: 'LOUD' }]);
      await expect(query(to, 'insert into ward.toy (owner) values ($1)', [STRANGER])).rejects.toMatchObject({
        code: '23503',
      });
      expect(await query(to, `select tgenabled::text as e from pg_trigger where tgname = 'guard'`)).toEqual([
        { e: 'A' },
      ]);
      expect(
        await query(to, `select count(*)::int as n from pg_constraint where contype = 'f' and condeferrable`),
      ).toEqual([{ n: 1 }]);
      expect(
        await query(to, `insert into ward.toy (owner) values ($1) returning id::int > 3000 as fresh`, [AMINA]),
      ).toEqual([{ fresh: true }]);
      expect(await query(to, `select nextval('ward.ticket')::int as n`)).toEqual([{ n: 15 }]);
      expect(await query(to, 'select locked_by from graphile_worker._private_jobs')).toEqual([{ locked_by: null }]);
    });

    it('destroys again the keys that were destroyed after the backup', async () => {
      await write();
      writeFileSync(options.purgeLog, `ward.person ${AMINA}\nward.person ${YOUNES.slice(0, -4)}`);
      const [before] = await query(from, 'select data_key from ward.person where id = $1', [AMINA]);
      expect(before?.data_key).toBeInstanceOf(Buffer);
      expect((await restore(options)).purgedKeys).toBe(1);
      const rows = await query(to, 'select id, data_key is null as gone from ward.person order by id');
      expect(rows).toEqual([
        { id: AMINA, gone: true },
        { id: YOUNES, gone: false },
      ]);
      const [dead] = await query(to, `select pg_relation_size('ward.person')::int as size`);
      expect(dead?.size).toBe(8192);
    });

    it('brings an older backup up to a newer release, its data migrations included', async () => {
      await write();
      makeRoot(dir, true);
      expect((await restore(options)).newMigrations).toEqual(['ward/20260201T0000-second.sql']);
      expect(await query(to, 'select label from ward.toy where id = 5')).toEqual([{ label: 'toy 5' }]);
    });

    it('refuses a backup of a newer release', async () => {
      makeRoot(dir, true);
      await migrate(from, dir);
      await write();
      rmSync(join(dir, 'src/modules/ward/migrations/20260201T0000-second.sql'));
      await expect(restore(options)).rejects.toMatchObject({ code: 'PLATFORM_BACKUP_NEWER' });
    });

    it('refuses a backup of which one byte changed, before it touches the database', async () => {
      await write();
      const files = readdirSync(options.source, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'manifest.json.sha256')
        .map((entry) => join(entry.parentPath, entry.name));
      expect(files.length).toBeGreaterThan(8);
      for (const file of files) {
        const whole = readFileSync(file);
        const broken = Buffer.from(whole);
        const at = Math.floor(broken.length / 2);
        broken[at] = (broken[at] ?? 0) ^ 1;
        writeFileSync(file, broken);
        await expect(restore(options), file).rejects.toMatchObject({ code: 'PLATFORM_BACKUP_DAMAGED' });
        rmSync(file);
        await expect(restore(options), file).rejects.toMatchObject({ code: /DAMAGED|FORMAT/ });
        writeFileSync(file, whole);
      }
      expect(await contents(to)).toEqual({});
    });

    it('refuses other keys', async () => {
      await write();
      await expect(restore({ ...options, keyId: 'k2' })).rejects.toMatchObject({ code: 'PLATFORM_RESTORE_KEYS' });
    });

    it('takes a migrated database for empty, and refuses one with rows unless told to throw them away', async () => {
      await write();
      await migrate(to, dir);
      await restore(options);
      const refused = await restore({ ...options, dirs: { files: join(dir, 'elsewhere') } }).catch((e: unknown) => e);
      expect(refused).toMatchObject({
        code: 'PLATFORM_RESTORE_NOT_EMPTY',
        message: expect.stringContaining('--force'),
      });

      await query(to, `update ward.person set told = 'changed'`);
      await restore({ ...options, forceEmpty: true });
      expect(await contents(to)).toEqual(await contents(from));
    });

    it('throws nothing away before the files are written', async () => {
      await write();
      await restore(options);
      await query(to, `update ward.person set told = 'kept'`);
      const before = await contents(to);
      // No place for files, as on a full disk.
      writeFileSync(join(dir, 'nowhere'), '');
      const dirs = { files: join(dir, 'nowhere/files') };
      await expect(restore({ ...options, dirs, forceEmpty: true })).rejects.toThrow('ENOTDIR');
      expect(await contents(to)).toEqual(before);
    });

    it('refuses files in the way, and a database at work', async () => {
      await write();
      await withClient(to, async () => {
        await expect(restore(options)).rejects.toMatchObject({ code: 'PLATFORM_RESTORE_IN_USE' });
      });
      const taken = { ...options, dirs: { files: join(dir, 'files') } };
      await expect(restore(taken)).rejects.toMatchObject({ code: 'PLATFORM_RESTORE_NOT_EMPTY' });
    });

    it('leaves tables of others alone', async () => {
      await write();
      await query(to, 'create schema neighbour; create table neighbour.kept (n int)');
      await query(to, 'insert into neighbour.kept values (1)');
      await restore({ ...options, forceEmpty: true });
      expect(await query(to, 'select n from neighbour.kept')).toEqual([{ n: 1 }]);
    });

    it('is one moment of a database at work', async () => {
      let working = true;
      const writer = withClient(from, async (client) => {
        for (let n = 1; working; n++) {
          await client.query('begin');
          await client.query('insert into ward."Odd Table" values ($1)', [n]);
          await client.query('select pg_sleep(0.002)');
          await client.query(`insert into ward.day values ('2026-06-01', $1)`, [n + 1000]);
          await client.query('commit');
        }
      });
      await expect.poll(async () => (await query(from, 'select from ward."Odd Table"')).length).toBeGreaterThan(10);
      await write();
      working = false;
      await writer;
      await restore(options);
      const [found] = await query(
        to,
        `select (select count(*)::int from ward."Odd Table") as a, (select count(*)::int from ward.day where n > 1000) as b`,
      );
      expect(found?.a).toBeGreaterThan(10);
      expect(found?.b).toBe(found?.a);
    });

    it('writes all or nothing, and never over something', async () => {
      mkdirSync(options.source);
      await write();
      await expect(write()).rejects.toMatchObject({ code: 'PLATFORM_BACKUP_TARGET' });
      await query(from, 'alter table ward.person enable row level security, force row level security');
      options.source = join(dir, 'second');
      await expect(write()).rejects.toThrow('row-level security');
      expect(existsSync(options.source)).toBe(false);
      expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
    });
  });
}
