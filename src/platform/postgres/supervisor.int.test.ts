import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PostgresError, type RunningPostgres, runningUrl, startPostgres } from './index.ts';
import { identify, isAlive, processesIn } from './process-table.ts';

const lines: string[] = [];
let stateDir: string;
let running: RunningPostgres | null = null;

beforeAll(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'salama-pg-'));
});

afterEach(async () => {
  await running?.stop('immediate');
  running = null;
  lines.length = 0;
});

afterAll(() => {
  rmSync(stateDir, { recursive: true, force: true });
});

async function start(settings?: Record<string, string>): Promise<RunningPostgres> {
  running = await startPostgres({ stateDir, log: (line) => lines.push(line), ...(settings && { settings }) });
  return running;
}

async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // The server is killed under it in some tests.
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs a second process that owns the database; resolves when its server is up. */
async function ownInAnotherProcess(): Promise<{ owner: ChildProcess; postmaster: number }> {
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'supervisor.fixture.ts'), stateDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const postmaster = await new Promise<number>((resolve, reject) => {
    owner.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    owner.once('exit', (code) => reject(new Error(`the owner ended with ${code}`)));
  });
  return { owner, postmaster };
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('waited in vain');
  }
}

describe('startPostgres', () => {
  it('makes a durable, checksummed, socket-only database, and starts it again in a moment', async () => {
    const first = await start();
    expect(lines).toContain('database created');
    const [settings] = await query(
      first.url,
      `select current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
              current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as commits,
              current_setting('listen_addresses') as addresses, current_setting('TimeZone') as zone,
              current_setting('log_min_error_statement') as logged,
              (select rolsuper from pg_roles where rolname = current_user) as superuser,
              (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`,
    );
    expect(settings).toEqual({
      checksums: 'on',
      fsync: 'on',
      pages: 'on',
      commits: 'on',
      addresses: '',
      zone: 'UTC',
      logged: 'panic',
      superuser: false,
      locale: 'b C.UTF-8',
    });
    await query(first.url, 'create table kept (n int)');
    await query(first.url, 'insert into kept values (1)');
    await first.stop();
    expect(processesIn(first.dataDir)).toEqual([]);
    expect(existsSync(first.socketDir)).toBe(false);

    const began = performance.now();
    const second = await start();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('lets nobody in without the password, which only we can read', async () => {
    const { url, dataDir, socketDir } = await start();
    const wrong = url.replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const asSuperuser = `postgres://postgres:wrong@localhost/postgres?host=${encodeURIComponent(socketDir)}`;
    if (process.getuid?.() === 0) await expect(query(asSuperuser, 'select 1')).rejects.toMatchObject({ code: '28000' });
    expect(statSync(join(stateDir, 'keys/db-password')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(join(socketDir, '.s.PGSQL.5432').length).toBeLessThan(108);
  });

  it('writes nothing of a failing statement into its log', async () => {
    const { url } = await start();
    await query(url, 'create table if not exists told (words text unique)');
    await query(url, 'truncate told');
    await query(url, 'insert into told values ($1)', ['a child wrote this']);
    await expect(query(url, 'insert into told values ($1)', ['a child wrote this'])).rejects.toThrow();
    await expect(query(url, "select 'a child wrote this'::int")).rejects.toThrow();
    const log = readFileSync(join(stateDir, 'log/postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('a child wrote this');
  });

  it('takes settings, and applies changed ones at the next start', async () => {
    const relaxed = await start({ fsync: 'off', max_connections: '17' });
    expect(await query(relaxed.url, 'show fsync')).toEqual([{ fsync: 'off' }]);
    expect(await query(relaxed.url, 'show max_connections')).toEqual([{ max_connections: '17' }]);
  });

  it('brings a killed server back with every acknowledged row', async () => {
    const { url, pid, onExit, dataDir } = await start();
    const exits: number[] = [];
    onExit((exit) => exits.push(exit.pid));
    await query(url, 'create table acknowledged (n int primary key)');
    const before = pid();

    let written = 0;
    const writer = (async () => {
      const client = new Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      for (;;) {
        await client.query('insert into acknowledged values ($1)', [written + 1]);
        written += 1;
      }
    })().catch(() => {});
    await until(() => written > 50);
    process.kill(before, 'SIGKILL');
    await writer;

    await until(() => pid() !== 0 && pid() !== before);
    const [row] = await query(url, 'select count(*)::int as n, max(n) as last from acknowledged');
    // The row in flight may or may not have been committed; those we were told about must be there.
    expect([written, written + 1]).toContain(row?.n);
    expect(row?.last).toBe(row?.n);
    expect(exits).toEqual([before]);
    expect(lines).toContain('database ready again');
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true);
  });

  it('starts again beside a backend that outlived its killed server in the middle of a statement', async () => {
    const { url, pid, dataDir } = await start();
    const before = pid();
    const busy = query(url, 'select count(*) from generate_series(1, 2000000000)').catch(() => {});
    await until(() => processesIn(dataDir).length > 1);
    await sleep(200);
    process.kill(before, 'SIGKILL');
    await until(() => pid() !== 0 && pid() !== before);
    await busy;
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('takes over the server of an owner that was killed', async () => {
    const { owner, postmaster } = await ownInAnotherProcess();
    await killed(owner);
    const adopted = await start();
    expect(adopted.pid()).toBe(postmaster);
    expect(lines).toContain('took over the running database');
    expect(await query(adopted.url, 'select 1 as n')).toEqual([{ n: 1 }]);

    process.kill(postmaster, 'SIGKILL');
    await until(() => adopted.pid() !== 0 && adopted.pid() !== postmaster);
    expect(await query(adopted.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('ends an orphan that runs with other settings than ours', async () => {
    const { owner, postmaster } = await ownInAnotherProcess();
    const orphan = identify(postmaster);
    await killed(owner);
    const { url, pid } = await start({ max_connections: '18' });
    expect(orphan && isAlive(orphan)).toBe(false);
    expect(pid()).not.toBe(postmaster);
    expect(await query(url, 'show max_connections')).toEqual([{ max_connections: '18' }]);
  });

  it('recovers when owner and server were killed together', async () => {
    const { owner, postmaster } = await ownInAnotherProcess();
    process.kill(postmaster, 'SIGKILL');
    await killed(owner);
    const { url } = await start();
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('refuses a second owner with one sentence; commands beside the first find its database', async () => {
    const { owner, postmaster } = await ownInAnotherProcess();
    try {
      const refusal = await startPostgres({ stateDir, log: () => {} }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PostgresError);
      expect(refusal).toMatchObject({ code: 'PLATFORM_STATE_IN_USE' });
      expect(String(refusal)).toContain(`process ${owner.pid}`);
      expect(identify(postmaster)).not.toBeNull();

      const beside = runningUrl(stateDir);
      expect(await query(beside ?? '', 'select 1 as n')).toEqual([{ n: 1 }]);
    } finally {
      await killed(owner);
    }
    expect(runningUrl(stateDir)).toBeNull();
  });

  it('says why when the server cannot start, and gives the folder back', async () => {
    const refusal = await start({ shared_buffers: 'plenty' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'PLATFORM_DB_START' });
    expect(String(refusal)).toContain('shared_buffers');
    await start();
  });

  it('refuses data of another major version', async () => {
    const { dataDir, stop } = await start();
    await stop();
    const file = join(dataDir, 'PG_VERSION');
    truncateSync(file);
    writeFileSync(file, '17\n');
    await expect(start()).rejects.toMatchObject({ code: 'PLATFORM_DB_VERSION' });
    writeFileSync(file, '18\n');
  });
});
