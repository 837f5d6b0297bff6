import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** Everything that can make a restore differ or fail: cycles of keys, guarded tables, odd names and odder values. */
const FIRST = `
  create table ward.person (
    id uuid primary key,
    data_key bytea,
    told text,
    tags text[] not null default '{}',
    detail jsonb not null default '{}',
    at timestamptz not null,
    weight numeric not null default 0,
    length int generated always as (char_length(coalesce(told, ''))) stored,
    guardian uuid references ward.person,
    favourite bigint
  );
  create table ward.toy (
    id bigint generated always as identity primary key,
    owner uuid not null references ward.person on delete restrict,
    "Odd ""name""" text
  );
  alter table ward.person add foreign key (favourite) references ward.toy deferrable;
  create table ward."Odd Table" (n int primary key);
  create table ward.setting (one boolean primary key default true check (one), version int not null);
  insert into ward.setting (version) values (0);
  create table ward.day (at date not null, n int not null) partition by range (at);
  create table ward.day_2026 partition of ward.day for values from ('2026-01-01') to ('2027-01-01');
  create sequence ward.ticket increment 7;

  create table ward.chain (seq bigint primary key, words text not null);
  create function ward.refuse() returns trigger language plpgsql as $$ begin raise exception 'append-only'; end $$;
  create trigger guard before update or delete or truncate on ward.chain
    for each statement execute function ward.refuse();
  alter table ward.chain enable always trigger guard;
  create function ward.shout() returns trigger language plpgsql as
    $$ begin new.words := upper(new.words); return new; end $$;
  create trigger loud before insert on ward.chain for each row execute function ward.shout();
`;

/** A later release: adds a column and fills it from what is there. */
const SECOND = `
  alter table ward.toy add column label text;
  update ward.toy set label = 'toy ' || id;
`;

/** A repository root with these migrations; `later` adds the one of the next release. */
export function makeRoot(dir: string, later = false): string {
  const migrations = join(dir, 'src/modules/ward/migrations');
  mkdirSync(migrations, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ version: later ? '2.0.0' : '1.0.0' }));
  writeFileSync(join(migrations, '20260101T0000-first.sql'), FIRST);
  if (later) writeFileSync(join(migrations, '20260201T0000-second.sql'), SECOND);
  return dir;
}

export const AMINA = '0198c5a2-0000-7000-8000-000000000001';
export const YOUNES = '0198c5a2-0000-7000-8000-000000000002';

export async function fill(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const person = `insert into ward.person (id, data_key, told, tags, detail, at, weight, guardian)
                    values ($1, $2, $3, $4, $5, $6, $7, $8)`;
    const odd = 'لا تدفع\n\ttab, back\\slash, \\N and \\.\r\n"quotes" ⵜⵉⴼⵉⵏⴰⵖ 🧸';
    const at = '2026-11-24T08:00:00.123456Z';
    // The guardian comes after the ward: rows in this order break a key that is checked at once.
    await client.query('begin');
    await client.query(person, [
      AMINA,
      Buffer.from([0, 10, 92, 255]),
      odd,
      ['a,b', '{}', ''],
      { n: null },
      at,
      '1e-30',
      null,
    ]);
    await client.query(person, [
      YOUNES,
      randomBytes(40),
      null,
      [],
      '[1, "ⵣ", null]',
      '2026-01-01',
      '12345678901234567890.5',
      AMINA,
    ]);
    await client.query('update ward.person set guardian = $1 where id = $2', [YOUNES, AMINA]);
    await client.query(
      `insert into ward.toy (owner, "Odd ""name""") select $1, 'toy ' || n from generate_series(1, 3000) n`,
      [AMINA],
    );
    await client.query('update ward.person set favourite = 7');
    await client.query('update ward.setting set version = 3');
    await client.query(`insert into ward.day select date '2026-01-01' + n, n from generate_series(0, 200) n`);
    await client.query(`insert into ward.chain values (1, 'told'), (2, 'sealed')`);
    await client.query(`alter table ward.chain disable trigger loud`);
    await client.query(`insert into ward.chain values (3, 'quiet')`);
    await client.query(`alter table ward.chain enable trigger loud`);
    await client.query(`select nextval('ward.ticket'), nextval('ward.ticket')`);
    await client.query(`select graphile_worker.add_job('remind', '{"id": 1}', queue_name := 'mail')`);
    await client.query('commit');
    await client.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a worker that is gone'`,
    );
  });
}

/** For every table a hash over its rows in order, and where the sequences stand. */
export async function contents(url: string): Promise<Record<string, string>> {
  return await withClient(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('ward', 'platform', 'graphile_worker') order by 1`);
    const found: Record<string, string> = {};
    for (const { name } of tables) {
      // What a restore changes on purpose: who holds a job, and when the schema was made.
      const row = `(to_jsonb(t) - '{locked_at,locked_by,is_available,applied_at,ts}'::text[])::text`;
      const { rows } = await client.query<{ n: string; hash: string }>(
        `select count(*)::text as n, md5(coalesce(string_agg(${row}, E'\\n' order by ${row}), '')) as hash from ${name} t`,
      );
      found[name] = `${rows[0]?.n} rows ${rows[0]?.hash}`;
    }
    const { rows: sequences } = await client.query<{ name: string; at: string | null }>(`
      select format('%I.%I', schemaname, sequencename) as name, last_value::text as at from pg_sequences order by 1`);
    for (const { name, at } of sequences) found[name] = `at ${at}`;
    return found;
  });
}

export async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return await withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql, values)).rows);
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A database beside the one of `url`: an empty one, or a copy of `template`. */
export async function newDatabase(url: string, template?: string): Promise<string> {
  const name = `b_${randomBytes(6).toString('hex')}`;
  await query(url, `create database ${name}${template ? ` template ${nameOf(template)}` : ''}`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.toString();
}

export async function dropDatabase(url: string, made: string): Promise<void> {
  await query(url, `drop database if exists ${nameOf(made)} with (force)`);
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
