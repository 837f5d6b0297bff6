import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobWorkers } from './job-workers.ts';
import { createTestDatabase } from './testkit/index.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pools: pg.Pool[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  pools = [];
  await query('truncate graphile_worker._private_jobs');
  return async () => {
    for (const pool of pools) await pool.end();
  };
});

/** A process: its own connections. */
function openProcess(): { workers: JobWorkers; pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});
  pools.push(pool);
  return { workers: new JobWorkers(pool, silent), pool };
}

async function query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function jobTakenBy(worker: string): Promise<void> {
  await query(`select graphile_worker.add_job('errand')`);
  await query('update graphile_worker._private_jobs set locked_by = $1, locked_at = now() where locked_by is null', [
    worker,
  ]);
}
const takers = async () =>
  (await query<{ by: string | null }>('select locked_by as by from graphile_worker.jobs order by id')).map((r) => r.by);

describe('JobWorkers', () => {
  it('frees what a dead worker had taken at the second look, not at the first', async () => {
    await jobTakenBy('worker-dead');
    const { workers } = openProcess();
    await workers.look();
    expect(await takers()).toEqual(['worker-dead']);
    await workers.look();
    expect(await takers()).toEqual([null]);
    await workers.stop();
  });

  it('leaves alone what living workers hold, its own and those of another process', async () => {
    const [here, there] = [openProcess(), openProcess()];
    here.workers.add('worker-here');
    there.workers.add('worker-there');
    await there.workers.look();
    await jobTakenBy('worker-here');
    await jobTakenBy('worker-there');
    for (let n = 0; n < 3; n += 1) await here.workers.look();
    expect(await takers()).toEqual(['worker-here', 'worker-there']);

    // Its process ends: what it had taken is free again.
    await there.workers.stop();
    // The server lets its locks go when it has noticed, which a busy machine delays.
    await vi.waitFor(
      async () => {
        await here.workers.look();
        expect(await takers()).toEqual(['worker-here', null]);
      },
      { timeout: 20_000 },
    );
    await here.workers.stop();
  });

  it('takes its locks again when the database has cut its connection', async () => {
    const [here, there] = [openProcess(), openProcess()];
    here.workers.add('worker-here');
    await here.workers.look();
    await jobTakenBy('worker-here');
    await there.workers.look();
    await query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await there.workers.look().catch(() => {});
    await here.workers.look().catch(() => here.workers.look());
    for (let n = 0; n < 3; n += 1) await there.workers.look();
    expect(await takers()).toEqual(['worker-here']);
    for (const { workers } of [here, there]) await workers.stop();
  });
});
