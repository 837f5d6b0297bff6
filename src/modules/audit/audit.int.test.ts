import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { ephemeralKeyring } from '../../platform/keys.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { type Audit, type AuditEntry, commitTo, createAudit, recordAudit, recordAudits } from './index.ts';
import { CHAIN_START, chainHash, entryJson, leafHash } from './log/entry.ts';
import { headJson, readPublicKey, verifyHead } from './log/head.ts';
import { EMPTY_ROOT, Frontier } from './log/merkle.ts';
import { verifyProof } from './proof.ts';
import type { AuditTables } from './schema.ts';

let platform: TestPlatform;
let audit: Audit;

beforeAll(async () => {
  platform = await createTestPlatform();
  audit = createAudit(platform);
});
afterAll(() => platform?.close());

function entry(over: Partial<AuditEntry> = {}): AuditEntry {
  const { clock, random } = platform;
  return {
    id: uuidv7(clock, random),
    at: clock.now(),
    actor: 'system',
    action: 'test.thing.made',
    subject: `test.thing:${uuidv7(clock, random)}`,
    detail: { n: 1, nested: { z: [1, 2.5, null], a: 'نص' } },
    ...over,
  };
}

const entries = (n: number) => Array.from({ length: n }, () => entry());
const tables = () => platform.db.withTables<AuditTables>();
const pendingIds = async () => (await tables().selectFrom('audit.pending').selectAll().execute()).map((it) => it.entry);

async function sealAll(): Promise<number> {
  let total = 0;
  for (let n = await audit.sealOnce(); n > 0; n = await audit.sealOnce()) total += n;
  return total;
}

/** Recomputes everything from the entries alone, and compares it with what is stored and signed. */
async function expectWhole(): Promise<string[]> {
  const rows = await tables()
    .selectFrom('audit.chain')
    .innerJoin('audit.entry', 'audit.entry.id', 'audit.chain.entry')
    .selectAll()
    .orderBy('seq')
    .execute();
  const frontier = Frontier.empty();
  let previous: Buffer = CHAIN_START;
  rows.forEach((row, i) => {
    const leaf = leafHash(entryJson(row));
    frontier.append(leaf);
    expect(row).toMatchObject({ seq: i, leaf, previous, hash: chainHash(previous, leaf) });
    previous = row.hash;
  });
  const head = await audit.head();
  expect(head).toMatchObject({ size: rows.length, root: frontier.root(), chain: previous });
  expect(head && verifyHead(head, readPublicKey(platform.keys.publicKeyPem))).toBe(true);
  return rows.map((row) => row.entry);
}

it('signs the empty log first, so that there is a head from the beginning', async () => {
  expect(await audit.head()).toBeUndefined();
  expect(await audit.sealOnce()).toBe(0);
  expect(await audit.head()).toMatchObject({ size: 0, root: EMPTY_ROOT, origin: 'localhost:8080/audit' });
});

describe('recordAudit', () => {
  it('is part of its transaction: nothing stays of one that rolls back', async () => {
    const lost = entry();
    const kept = entry();
    const attempt = transaction(platform.db, async (tx) => {
      await recordAudit(tx, lost);
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    await transaction(platform.db, (tx) => recordAudit(tx, kept));
    const ids = await pendingIds();
    expect(ids).toContain(kept.id);
    expect(ids).not.toContain(lost.id);
    expect(await audit.inclusionProof(lost.id)).toBeUndefined();
    expect(await audit.inclusionProof(kept.id)).toBe('pending');
  });

  it('keeps every member as it was, and hashes what it keeps', async () => {
    const commitment = commitTo(platform.random.bytes(32), 'a text that stays secret');
    const made = entry({ detail: { 'quote " \\ {}': 'O’Brien, "x"', ok: true, list: [] }, commitment });
    await recordAudits(platform.db, [entry(), made, entry()]);
    const { entries: found } = await audit.search({ subject: made.subject });
    expect(found).toEqual([{ ...made, seq: null }]);
  });

  it.each([
    ['an action that cannot be filtered', { action: 'Something Happened' }],
    ['an empty actor', { actor: '' }],
    ['a commitment that is no hash', { commitment: Buffer.from('short') }],
  ])('refuses %s', async (_, over) => {
    await expect(recordAudit(platform.db, entry(over))).rejects.toMatchObject({ code: '23514' });
  });

  it('refuses the same id twice, also within one statement', async () => {
    const twice = entry();
    await expect(recordAudits(platform.db, [twice, twice])).rejects.toMatchObject({ code: '23505' });
  });
});

describe('sealer', () => {
  it('chains what is pending by id', async () => {
    await sealAll();
    const made = entries(300);
    await recordAudits(platform.db, made.toReversed());
    expect(await audit.sealOnce()).toBe(300);
    expect(await audit.sealOnce()).toBe(0);
    const order = await expectWhole();
    expect(order.slice(-300)).toEqual(made.map((it) => it.id).toSorted());
    expect(await pendingIds()).toEqual([]);
  });

  it('runs as a tick', async () => {
    const made = entry();
    await recordAudit(platform.db, made);
    await platform.ticks.run('audit.seal');
    expect(await audit.inclusionProof(made.id)).toMatchObject({ kind: 'inclusion' });
  });

  it('chains a transaction that commits late after those that committed before it', async () => {
    const [late, early] = entries(2).toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [AuditEntry, AuditEntry];
    const other = new pg.Client({ connectionString: platform.databaseUrl });
    await other.connect();
    await other.query('begin');
    await other.query(
      `with e as (insert into audit.entry values ($1, $2, 'system', 'test.thing.late', 'test.thing:1', '{}') returning id)
       insert into audit.pending select id from e`,
      [late.id, late.at],
    );
    await recordAudit(platform.db, early);
    await sealAll();
    await other.query('commit');
    await other.end();
    await sealAll();
    const order = await expectWhole();
    expect(order.slice(-2)).toEqual([early.id, late.id]);
  });

  it('loses and doubles nothing with many writers, two sealers and connections cut in the middle', async () => {
    const mine = openDatabase(platform.databaseUrl, { max: 6, applicationName: 'audit-test-a' });
    const rival = openDatabase(platform.databaseUrl, { max: 2, applicationName: 'audit-test-b' });
    // A connection cut while it is checked out says so on the client, too.
    for (const { pool } of [mine, rival]) pool.on('connect', (client) => client.on('error', () => {}));
    const first = createAudit({ ...platform, db: mine.db });
    const second = createAudit({ ...platform, db: rival.db });
    const acknowledged: string[] = [];
    const unsure: string[] = [];
    let writing = true;
    const writer = async () => {
      while (writing) {
        const batch = entries(1 + platform.random.int(5));
        const ids = batch.map((it) => it.id);
        await transaction(mine.db, async (tx) => {
          await recordAudits(tx, batch);
          if (platform.random.int(4) === 0) throw new Error('rolled back');
        }).then(
          () => acknowledged.push(...ids),
          () => unsure.push(...ids),
        );
      }
    };
    const sealer = async (which: Audit) => {
      while (writing) {
        await which.sealOnce().catch(() => {});
        await sleep(3);
      }
    };
    const killer = async () => {
      const deadline = performance.now() + 15_000;
      for (let cuts = 0; cuts < 15 || (acknowledged.length < 150 && performance.now() < deadline); cuts += 1) {
        await sleep(30);
        // Whatever one of them is doing: a writer before its commit, a sealer between its statements.
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name like 'audit-test%' and state <> 'idle' order by random() limit 1`.execute(platform.db);
      }
      writing = false;
    };
    await Promise.all([writer(), writer(), writer(), writer(), sealer(first), sealer(second), killer()]);
    await Promise.all([mine.close(), rival.close()]);
    await sealAll();

    expect(acknowledged.length).toBeGreaterThan(100);
    const order = await expectWhole();
    expect(new Set(order).size).toBe(order.length);
    const sealed = new Set(order);
    expect(acknowledged.filter((id) => !sealed.has(id))).toEqual([]);
    const { rows } = await sql<{ id: string }>`select id from audit.entry`.execute(platform.db);
    expect(rows.filter((it) => !sealed.has(it.id))).toEqual([]);
    expect(unsure.length).toBeGreaterThan(0);
  });

  it('lets one of two at the same time do the work', async () => {
    await recordAudits(platform.db, entries(500));
    const counts = await Promise.all([audit.sealOnce(), audit.sealOnce(), audit.sealOnce()]);
    await sealAll();
    expect(counts.reduce((a, b) => a + b)).toBe(500);
    await expectWhole();
  });
});

describe('tables', () => {
  it.each(['entry', 'chain', 'node', 'head'])('audit.%s is append-only', async (table) => {
    for (const change of ['delete from', 'truncate'])
      await expect(sql.raw(`${change} audit.${table}`).execute(platform.db)).rejects.toMatchObject({
        code: '42501',
        message: `audit.${table} is append-only`,
      });
    const column = { entry: 'actor', chain: 'seq', node: 'index', head: 'size' }[table];
    const update = sql.raw(`update audit.${table} set ${column} = ${column}`);
    await expect(update.execute(platform.db)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('proofs', () => {
  it('prove every entry under the newest head, across the borders of stored subtrees', async () => {
    await recordAudits(platform.db, entries(700));
    await sealAll();
    const head = await audit.head();
    const all = await tables().selectFrom('audit.chain').select(['seq', 'entry']).orderBy('seq').execute();
    expect(all.length).toBeGreaterThan(1024);
    const picked = all.filter(({ seq }) => seq % 97 === 0 || [0, 255, 256, 511, 512, all.length - 1].includes(seq));
    for (const { seq, entry: id } of picked) {
      const proof = await audit.inclusionProof(id);
      expect(proof).toMatchObject({ kind: 'inclusion', index: seq, entry: { id } });
      expect(verifyProof(proof, { head, publicKey: platform.keys.publicKeyPem })).toMatchObject({ ok: true });
    }
  });

  it('prove that an older head is the beginning of a newer one', async () => {
    const sizes = (await tables().selectFrom('audit.head').select('size').orderBy('size').execute()).map(
      (it) => it.size,
    );
    const newest = sizes.at(-1) as number;
    for (const size of sizes.filter((_, i) => i % 5 === 0)) {
      const proof = await audit.consistencyProof(size, newest);
      expect(verifyProof(proof)).toMatchObject({ ok: true });
    }
    await expect(audit.consistencyProof(newest + 1, newest + 2)).rejects.toMatchObject({ code: 'AUDIT_HEAD_UNKNOWN' });
    await expect(audit.consistencyProof(newest, 0)).rejects.toMatchObject({ code: 'AUDIT_HEAD_UNKNOWN' });
  });

  it('fail when anything in them is changed', async () => {
    const { entries: found } = await audit.search({}, { limit: 1 });
    const proof = await audit.inclusionProof(found[0]?.id ?? '');
    if (typeof proof !== 'object') throw new Error('no proof');
    const { entry: leaf, head } = proof;
    const problemOf = (changed: object) => verifyProof({ ...proof, ...changed });
    expect(problemOf({ entry: { ...leaf, actor: 'account:somebody-else' } })).toEqual({ ok: false, problem: 'path' });
    expect(problemOf({ entry: { ...leaf, detail: {} } })).toEqual({ ok: false, problem: 'path' });
    expect(problemOf({ index: proof.index - 1 })).toEqual({ ok: false, problem: 'path' });
    expect(problemOf({ head: { ...head, size: head.size + 1 } })).toEqual({ ok: false, problem: 'signature' });
    const stranger = ephemeralKeyring().publicKeyPem;
    expect(problemOf({ publicKey: stranger })).toEqual({ ok: false, problem: 'signature' });
    expect(verifyProof(proof, { publicKey: stranger })).toEqual({ ok: false, problem: 'key' });
    const elsewhere = { ...headJson.parse(head), root: Buffer.alloc(32, 7) };
    expect(verifyProof(proof, { head: elsewhere })).toEqual({ ok: false, problem: 'head' });
    const back = await audit.consistencyProof(0, head.size);
    expect(verifyProof({ ...back, first: back.second, second: back.first })).toEqual({ ok: false, problem: 'path' });
    expect(() => problemOf({ extra: 1 })).toThrow();
  });
});

describe('search', () => {
  it('filters by subject, actor, action, prefix and time, and pages through all of it once', async () => {
    const actor = 'account:0193-searcher';
    const from = platform.clock.now();
    const made: AuditEntry[] = [];
    for (let i = 0; i < 45; i += 1) {
      if (i % 3 === 0) platform.clock.advance(1000);
      made.push(entry({ actor, action: i % 2 ? 'search_me.thing.made' : 'search_me.other.made' }));
    }
    await recordAudits(platform.db, made);
    await recordAudit(platform.db, entry({ actor, action: 'search-me.thing.made' }));
    const newestFirst = made
      .toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1))
      .map((it) => it.id)
      .toReversed();

    const seen: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await audit.search({ actor, action: 'search_me.' }, { limit: 20, ...(after ? { after } : {}) });
      seen.push(...page.entries.map((it) => it.id));
      after = page.next;
      more = after !== undefined;
    }
    expect(seen).toEqual(newestFirst);

    const exact = await audit.search({ action: 'search_me.thing.made' });
    expect(exact.entries).toHaveLength(22);
    const until = new Date(from.getTime() + 3000);
    const early = await audit.search({ actor, from, until });
    expect(early.entries.map((it) => it.id).toSorted()).toEqual(
      made
        .slice(0, 6)
        .map((it) => it.id)
        .toSorted(),
    );
    const one = made[7] as AuditEntry;
    expect((await audit.search({ subject: one.subject })).entries.map((it) => it.id)).toEqual([one.id]);
    await expect(audit.search({}, { after: 'nonsense' })).rejects.toMatchObject({ code: 'AUDIT_FILTER_INVALID' });
  });
});

// Last: it damages the log.
describe('a changed tree', () => {
  it('gets no signature any more', async () => {
    await recordAudits(platform.db, entries(3));
    await sql`alter table audit.chain disable trigger append_only`.execute(platform.db);
    await sql`update audit.chain set leaf = sha256(leaf) where seq = (select max(seq) from audit.chain)`.execute(
      platform.db,
    );
    await expect(audit.sealOnce()).rejects.toMatchObject({ code: 'AUDIT_TREE_DAMAGED' });
    expect(await pendingIds()).toHaveLength(3 + (await unsealedBefore()));
  });
});

async function unsealedBefore(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from audit.entry e left join audit.chain c on c.entry = e.id where c.seq is null`.execute(
    platform.db,
  );
  return (rows[0]?.n ?? 0) - 3;
}
