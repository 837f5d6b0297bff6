import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { createVantages, type Egress } from '../../../platform/egress/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { buildTable, categoriesTable } from './build.ts';
import { LIST_DECIDED, LIST_EXISTS, LIST_INVALID } from './errors.ts';
import { listBuild, listLook } from './list.job.ts';
import { digestOf, fetchList, LookFault, repositoryFile, takeNames } from './look.ts';
import type { NewList } from './new-list.ts';
import { type BuildRow, type ListRow, tables, type VersionRow } from './schema.ts';
import { isBigChange, type Protects } from './source.ts';
import { createListStore } from './store.ts';

const HOUR = 3_600_000;
const TICK_MS = 5 * 60_000;
/** One build at a time, over all processes: two would swap their tables in by turns. */
const BUILD_LOCK = 7_202_611_290;
/** Files that no version speaks of any more are left alone for so long: a look may be writing them. */
const SWEEP_AFTER_MS = HOUR;
const VERSIONS_SHOWN = 30;
/** Channel and word on which readers of the table take the new one. */
const CHANNEL = 'safe_access';
const WORD = 'lists';

export interface ListsDeps {
  /** What is never blocked; asked for each name. */
  protects: () => Protects;
  /** Of what is never blocked: when it changes, lists are read anew though their sources did not change. */
  protection: () => unknown;
  /** Where the country pack's own lists lie. */
  repository: string;
  egress?: Egress;
}

const isThere = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined))?.isFile() ?? false;

/** Lists of names by kind of content: from where, with which licence, what is in use, and the table that is built of all. */
export function createLists(platform: Platform, deps: ListsDeps) {
  const { config, clock, random, db, jobs, ticks, log } = platform;
  const store = createListStore(platform);
  const { get, inState, replace, move, newestOf } = store;
  const egress = deps.egress ?? createVantages(config.egress, { clock, random })[0].egress;
  const folder = path.join(config.stateDir, 'files', 'lists');
  const namesOf = (version: string) => path.join(folder, `${version}.names.gz`);
  const uploadOf = (upload: string) => path.join(folder, `${upload}.upload`);
  const protectionNow = () => createHash('sha256').update(JSON.stringify(deps.protection())).digest();

  const audit = (tx: Db, actor: string, action: string, list: string, detail: Record<string, string | number> = {}) =>
    recordAudit(tx, {
      at: clock.now(),
      id: uuidv7(clock, random),
      actor,
      action: `safe-access.list.${action}`,
      subject: `safe-access.list:${list}`,
      detail,
    });

  /** Another build, after the commit; many changes at once are one build. */
  const rebuild = (tx: Db) => jobs.enqueue(tx, listBuild, {}, { key: 'safe-access.list-build' });

  const nextLook = (row: Pick<ListRow, 'origin' | 'failures'>, failed: boolean): Date | null => {
    if (row.origin === 'upload') return null;
    // After a fault: an hour, two, four … a day.
    const hours = failed ? Math.min(24, 2 ** Math.min(10, row.failures)) : 24;
    return new Date(clock.now().getTime() + hours * HOUR);
  };

  async function noteFault(row: ListRow, fault: LookFault): Promise<void> {
    const now = clock.now();
    await transaction(db, async (tx) => {
      await tables(tx)
        .updateTable('safe_access.list')
        .set({
          fault: fault.fault,
          fault_detail: fault.detail.slice(0, 300),
          fault_at: now,
          looked_at: now,
          failures: row.failures + 1,
          due_at: nextLook(row, true),
        })
        .where('id', '=', row.id)
        .execute();
      // A source that stays away is told once, not at every look.
      if (row.fault !== fault.fault) await audit(tx, 'system', 'fault', row.id, { fault: fault.fault });
    });
    log.warn(
      { list: row.id, fault: fault.fault, detail: fault.detail },
      'a list was not read; the last one stays in use',
    );
  }

  async function noteSuccess(
    tx: Db,
    row: ListRow,
    seen: { etag: string | null; modified: string | null },
  ): Promise<void> {
    await tables(tx)
      .updateTable('safe_access.list')
      .set({
        etag: seen.etag,
        modified: seen.modified,
        looked_at: clock.now(),
        due_at: nextLook(row, false),
        fault: null,
        fault_detail: null,
        fault_at: null,
        failures: 0,
      })
      .where('id', '=', row.id)
      .execute();
  }

  /** Reads a file that is here and puts what it brings in use, or lets it wait for a person. */
  async function take(row: ListRow, file: string, seen: { etag: string | null; modified: string | null }, by: string) {
    const { sha256, bytes } = await digestOf(file);
    const protection = protectionNow();
    const same = (known: VersionRow | undefined) =>
      known?.sha256.equals(sha256) === true &&
      known.protection.equals(protection) &&
      known.fetched_at >= row.changed_at;
    for (const known of [await inState(db, row.id, 'waiting'), await inState(db, row.id, 'active')])
      if (known && same(known) && (await isThere(namesOf(known.id))))
        return transaction(db, (tx) => noteSuccess(tx, row, seen));
    // What a person refused is not asked again every day; whoever changes their mind sends the file.
    const [newest] = await newestOf(row.id, 1);
    if (by === 'system' && newest?.state === 'refused' && same(newest))
      return transaction(db, (tx) => noteSuccess(tx, row, seen));
    const id = uuidv7(clock, random);
    const result = await takeNames(file, row, deps.protects(), namesOf(id));
    await transaction(db, async (tx) => {
      await get(tx, row.id, true);
      const active = await inState(tx, row.id, 'active');
      const state = isBigChange(active?.taken, result.taken) ? 'waiting' : 'active';
      await replace(tx, row.id, 'waiting');
      if (state === 'active') await replace(tx, row.id, 'active');
      const { number } = await tables(tx)
        .selectFrom('safe_access.list_version')
        .select((eb) => eb.fn.coalesce(eb.fn.max('number'), sql<number>`0`).as('number'))
        .where('list', '=', row.id)
        .executeTakeFirstOrThrow();
      await tables(tx)
        .insertInto('safe_access.list_version')
        .values({
          id,
          list: row.id,
          number: Number(number) + 1,
          state,
          sha256,
          bytes,
          protection,
          taken: result.taken,
          by_category: JSON.stringify(result.byCategory) as never,
          skipped: JSON.stringify(result.skipped) as never,
          protected: JSON.stringify(result.protected) as never,
          fetched_at: clock.now(),
          brought_by: by,
          decided_by: null,
          decided_at: null,
        })
        .execute();
      await noteSuccess(tx, row, seen);
      await audit(tx, by, state === 'active' ? 'activated' : 'held', row.id, {
        number: Number(number) + 1,
        taken: result.taken,
        before: active?.taken ?? 0,
        sha256: sha256.toString('hex'),
      });
      if (state === 'active' && row.enabled) await rebuild(tx);
    });
  }

  /** Fetches a list if its source has something new. Faults are noted, not thrown: what was in use stays so. */
  async function look(id: string, upload?: { id: string; account: string }): Promise<void> {
    const row = await get(db, id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const none = { etag: null, modified: null };
    try {
      if (upload) return await take(row, uploadOf(upload.id), none, `account:${upload.account}`);
      if (row.origin === 'repository')
        return await take(row, await repositoryFile(deps.repository, row.address as string), none, 'system');
      if (row.origin === 'upload') return;
      const to = path.join(folder, `${uuidv7(clock, random)}.fetched`);
      try {
        // What is never blocked changed, or the list's own settings: then also what did not change is read again.
        const active = await inState(db, id, 'active');
        const anew = active && (!active.protection.equals(protectionNow()) || active.fetched_at < row.changed_at);
        const got = await fetchList(egress, anew ? { ...row, etag: null, modified: null } : row, to);
        if (got === 'unchanged')
          return await transaction(db, (tx) => noteSuccess(tx, row, { etag: row.etag, modified: row.modified }));
        await take(row, got.path, got, 'system');
      } finally {
        await rm(to, { force: true });
      }
    } catch (error) {
      if (!(error instanceof LookFault)) throw error;
      await noteFault(row, error);
    } finally {
      if (upload) await rm(uploadOf(upload.id), { force: true });
    }
  }

  /** Lays the table out anew and tells its readers. @throws what building threw; the last table stays */
  async function build(): Promise<BuildRow> {
    return transaction(db, async (tx) => {
      await sql`select pg_advisory_xact_lock(${BUILD_LOCK})`.execute(tx);
      const versions = await tables(tx)
        .selectFrom('safe_access.list_version as v')
        .innerJoin('safe_access.list as l', 'l.id', 'v.list')
        .select(['v.id', 'v.taken', 'v.list'])
        .where('v.state', '=', 'active')
        .where('l.enabled', '=', true)
        .orderBy('v.list')
        .execute();
      for (const v of versions)
        if (!(await isThere(namesOf(v.id)))) {
          // Fetched again, whatever the source's ETag says; until then the last table stays whole.
          await tables(db)
            .updateTable('safe_access.list')
            .set({ etag: null, modified: null, due_at: clock.now(), fault: 'missing', fault_at: clock.now() })
            .where('id', '=', v.list)
            .execute();
          throw new Error(`the names of list ${v.list} are not on this machine's disk`);
        }
      const { rows } = await sql<{ serial: number }>`select nextval('safe_access.list_build_serial') as serial`.execute(
        tx,
      );
      const serial = Number(rows[0]?.serial);
      const built = await buildTable({
        path: categoriesTable(config.stateDir),
        serial,
        files: versions.map((v) => namesOf(v.id)),
        expected: versions.reduce((sum, v) => sum + v.taken, 0),
      });
      const row: BuildRow = {
        serial,
        at: clock.now(),
        rules: built.rules,
        exceptions_left_out: built.exceptionsLeftOut,
        versions: versions.map((v) => v.id),
      };
      await tables(tx).insertInto('safe_access.list_build').values(row).execute();
      await sql`select pg_notify(${CHANNEL}, ${WORD})`.execute(tx);
      return row;
    });
  }

  /** Removes files of names that are no longer in use, and what a process that died left behind. */
  async function sweep(): Promise<number> {
    const files = await readdir(folder).catch(() => [] as string[]);
    const rows = await tables(db)
      .selectFrom('safe_access.list_version')
      .select('id')
      .where('state', 'in', ['active', 'waiting'])
      .execute();
    const kept = new Set(rows.map((r) => `${r.id}.names.gz`));
    let removed = 0;
    for (const file of files.filter((f) => !kept.has(f))) {
      const at = path.join(folder, file);
      const there = await stat(at).catch(() => undefined);
      if (!there || Date.now() - there.mtimeMs < SWEEP_AFTER_MS) continue;
      await rm(at, { force: true });
      removed++;
    }
    return removed;
  }

  jobs.handle(listLook, ({ list, upload }) => look(list, upload));
  jobs.handle(listBuild, async () => {
    await build();
  });
  ticks.every('safe-access.lists', TICK_MS, async (now) => {
    const due = await tables(db).selectFrom('safe_access.list').select('id').where('due_at', '<=', now).execute();
    for (const { id } of due) await askFor(db, id);
    await sweep();
  });
  const askFor = (tx: Db, list: string) =>
    jobs.enqueue(tx, listLook, { list }, { key: `safe-access.list-look:${list}` });

  return {
    look,
    build,
    sweep,
    tablePath: categoriesTable(config.stateDir),

    all: store.all,
    one: store.one,
    versions: (list: string) => store.newestOf(list, VERSIONS_SHOWN),
    lastBuild: store.lastBuild,
    waitingCount: store.waitingCount,

    /** A new source; it is fetched at once. @throws LIST_EXISTS, LIST_INVALID (no https) */
    async add(list: NewList, actor: string): Promise<void> {
      const now = clock.now();
      // Whoever sits on the line could write a list of their own into http.
      if (list.origin === 'address' && !list.address?.startsWith('https:') && !config.demo && !config.dev)
        throw LIST_INVALID({ field: 'address' });
      await transaction(db, async (tx) => {
        const { numInsertedOrUpdatedRows } = await tables(tx)
          .insertInto('safe_access.list')
          .values({
            ...list,
            categories: JSON.stringify(list.categories) as never,
            due_at: null,
            looked_at: null,
            etag: null,
            modified: null,
            fault: null,
            fault_detail: null,
            fault_at: null,
            failures: 0,
            created_at: now,
            changed_at: now,
          })
          .onConflict((c) => c.column('id').doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows === 0n) throw LIST_EXISTS({ id: list.id });
        await audit(tx, actor, 'added', list.id, { origin: list.origin, licence: list.licence });
        if (list.origin !== 'upload') await askFor(tx, list.id);
      });
    },

    /** Puts a list in use or out of it; its versions stay. */
    async enable(id: string, enabled: boolean, actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        const row = await get(tx, id, true);
        if (row.enabled === enabled) return;
        await tables(tx).updateTable('safe_access.list').set({ enabled }).where('id', '=', id).execute();
        await audit(tx, actor, enabled ? 'enabled' : 'disabled', id);
        await rebuild(tx);
      });
    },

    /** A look as soon as a worker is free. */
    async importNow(id: string, actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        await get(tx, id);
        await audit(tx, actor, 'asked', id);
        await askFor(tx, id);
      });
    },

    /** Takes a file that lies at `from` (on the same disk as the state folder) as the list's next version. */
    async upload(id: string, from: string, account: string): Promise<void> {
      await get(db, id);
      const upload = uuidv7(clock, random);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(from, uploadOf(upload));
      await transaction(db, async (tx) => {
        await audit(tx, `account:${account}`, 'uploaded', id, { upload });
        await jobs.enqueue(tx, listLook, { list: id, upload: { id: upload, account } });
      });
    },
    /** Where an upload may be written before it is taken. */
    async uploadDraft(): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return path.join(folder, `${uuidv7(clock, random)}.draft`);
    },

    /** A person's word on a version that differs a lot. @throws LIST_DECIDED, LIST_UNKNOWN */
    async decide(list: string, version: string, decision: 'accept' | 'refuse', actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        const row = await get(tx, list, true);
        const waiting = await inState(tx, list, 'waiting');
        if (waiting?.id !== version) throw LIST_DECIDED();
        if (decision === 'accept') await replace(tx, list, 'active');
        await move(tx, waiting, decision, actor);
        await audit(tx, actor, decision === 'accept' ? 'accepted' : 'refused', list, { number: waiting.number });
        if (decision === 'accept' && row.enabled) await rebuild(tx);
      });
    },
  };
}
export type Lists = ReturnType<typeof createLists>;
