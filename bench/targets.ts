import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import type { Modules } from '../src/compose.ts';
import { type AuditEntry, recordAudits } from '../src/modules/audit/index.ts';
import type { Clock } from '../src/platform/clock.ts';
import { Coalescer } from '../src/platform/coalesce.ts';
import { byteas, instants, ints, jsons, texts, uuids } from '../src/platform/columns.ts';
import { type Db, transaction } from '../src/platform/db.ts';
import { uuidv7 } from '../src/platform/ids.ts';
import type { Keyring } from '../src/platform/keys.ts';
import type { Random } from '../src/platform/random.ts';

/** One way to take a report in. `submit` resolves when the report is durable. The benchmark knows nothing else of it. */
export interface IntakeTarget {
  readonly name: string;
  submit(): Promise<void>;
  /** Reports found in the database: must equal the acknowledged ones. */
  stored(): Promise<number>;
  close(): Promise<void>;
}

export interface Tools {
  url: string;
  db: Db;
  clock: Clock;
  random: Random;
  keys: Keyring;
}

const NARRATIVE = 'كلمات من صنع الخيال لقياس السرعة فقط. '.repeat(15);
const ROW_BYTES = Buffer.byteLength(NARRATIVE) + 28;

/** The yardstick: what the database does with one prepared INSERT of a row of the same size, committed on its own. */
export async function rawTarget({ url, db, clock, random }: Tools, clients: number): Promise<IntakeTarget> {
  await sql`create table bench.raw (id uuid primary key, body bytea not null)`.execute(db);
  const pool = new pg.Pool({ connectionString: url, max: clients, min: clients });
  const body = randomBytes(ROW_BYTES);
  return {
    name: 'raw single-row commits',
    async submit() {
      const values = [uuidv7(clock, random), body];
      await pool.query({ name: 'raw', text: 'insert into bench.raw (id, body) values ($1, $2)', values });
    },
    stored: () => count(db, 'bench.raw'),
    close: () => pool.end(),
  };
}

interface Report {
  id: string;
  at: Date;
  receiptHash: Buffer;
  dataKey: Buffer;
  narrative: Buffer;
  answers: object;
  links: string[];
  audit: AuditEntry;
}

/** The prototype that the design rests on: sealed narrative, receipt, links and audit entry of every report; waiting reports share a transaction. */
export async function coalescedTarget(tools: Tools, options: { writers: number }): Promise<IntakeTarget> {
  const { db } = tools;
  await sql`
    create table bench.report (
      id uuid primary key, received_at timestamptz not null, receipt_hash bytea not null unique,
      data_key bytea not null, narrative bytea not null, answers jsonb not null
    )`.execute(db);
  await sql`create index on bench.report (received_at)`.execute(db);
  await sql`
    create table bench.report_link (
      report uuid not null references bench.report, ordinal int not null, url text not null, primary key (report, ordinal)
    )`.execute(db);
  const coalescer = new Coalescer<Report, undefined>({
    ...options,
    write: (batch) => transaction(db, (tx) => store(tx, batch)),
    overloaded: (waiting) => new Error(`overloaded: ${waiting} reports wait`),
  });
  return {
    name: 'prototype',
    async submit() {
      await coalescer.add(makeReport(tools));
    },
    stored: () => count(db, 'bench.report'),
    close: () => coalescer.drain(),
  };
}

/** What `npm start` does with a report, from the parsed form on: nothing is left out, and everything else runs beside it. */
export function reportingTarget({ platform, reporting }: Modules): IntakeTarget {
  const { clock, random } = platform;
  return {
    name: 'reporting module',
    async submit() {
      const id = uuidv7(clock, random);
      await reporting.submit({
        submissionKey: `bench:${id}`,
        channel: 'web',
        language: 'ar',
        reporter: 'child',
        category: 'harassment',
        danger: false,
        links: reporting.addresses.readAll(linksOf(id, random)),
        accounts: [],
        narrative: NARRATIVE,
        visibility: 'few',
        ageBand: '12-14',
        occurred: 'week',
      });
    },
    stored: () => count(platform.db, 'reporting.report'),
    close: () => reporting.close(),
  };
}

/** One or two addresses that nobody has reported before. */
const linksOf = (id: string, random: Random): string[] =>
  Array.from({ length: 1 + random.int(2) }, (_, i) => `https://forum.example/thread/${id}/${i}`);

function makeReport({ clock, random, keys }: Tools): Report {
  const id = uuidv7(clock, random);
  const at = clock.now();
  const { wrapped, key } = keys.newRecordKey(`reporting.report:${id}`);
  const digits = random.bytes(8).readBigUInt64BE().toString().slice(-16).padStart(16, '0');
  return {
    id,
    at,
    receiptHash: keys.receiptHash(digits),
    dataKey: wrapped,
    narrative: key.seal(NARRATIVE, 'narrative'),
    answers: { reporter: 'child', category: 'sextortion', ageBand: '12-14', visibility: 'few' },
    links: linksOf(id, random),
    audit: {
      id: uuidv7(clock, random),
      at,
      actor: 'reporter',
      action: 'reporting.report.received',
      subject: `reporting.report:${id}`,
      detail: { channel: 'web', category: 'sextortion', danger: false, kinds: [] },
    },
  };
}

async function store(tx: Db, batch: readonly Report[]): Promise<undefined[]> {
  const links = batch.flatMap(({ id, links }) => links.map((url, ordinal) => ({ id, ordinal, url })));
  await sql`/* prepared */
    with reports as (
      insert into bench.report (id, received_at, receipt_hash, data_key, narrative, answers)
      select * from unnest(
        ${uuids(batch, (it) => it.id)}::uuid[], ${instants(batch, (it) => it.at)}::timestamptz[],
        ${byteas(batch, (it) => it.receiptHash)}::bytea[], ${byteas(batch, (it) => it.dataKey)}::bytea[],
        ${byteas(batch, (it) => it.narrative)}::bytea[], ${jsons(batch, (it) => it.answers)}::jsonb[])
    )
    insert into bench.report_link (report, ordinal, url)
    select * from unnest(
      ${uuids(links, (it) => it.id)}::uuid[], ${ints(links, (it) => it.ordinal)}::int[],
      ${texts(links, (it) => it.url)}::text[])`.execute(tx);
  await recordAudits(
    tx,
    batch.map((it) => it.audit),
  );
  return batch.map(() => undefined);
}

async function count(db: Db, table: 'bench.raw' | 'bench.report' | 'reporting.report'): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
  return rows[0]?.n ?? 0;
}
