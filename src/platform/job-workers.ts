import type pg from 'pg';
import type { LogSink } from './jobs.ts';

/** Two looks so far apart: after a restart of the database every living process has taken its locks again by then. */
const LOOK_EVERY_MS = 5_000;
/** First key of the advisory locks (the second is the worker's name): any constant, the same in every process. */
const LOCKS = 1_202_611;

/**
 * Gives the jobs of killed workers back. graphile-worker takes a job of a vanished worker for abandoned only after four
 * hours; here each process holds an advisory lock for each of its workers, which PostgreSQL drops with the connection. A
 * worker whose lock is free in two looks is gone, and what it had taken is free again. Should a process that only lost
 * its connection be taken for dead, a job runs twice: handlers bear that anyway.
 */
export class JobWorkers {
  readonly #pool: pg.Pool;
  readonly #log: LogSink;
  readonly #own = new Set<string>();
  #held = new Set<string>();
  #suspects = new Set<string>();
  #client: pg.PoolClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(pool: pg.Pool, log: LogSink) {
    this.#pool = pool;
    this.#log = log;
  }

  /** A worker of this process. */
  add(worker: string): void {
    this.#own.add(worker);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.look()
        .catch((error: unknown) => this.#log.warn({ err: error }, 'database away, dead workers are looked for again'))
        .finally(() => {
          this.#looking = undefined;
        });
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    this.#drop();
  }

  /** One look: keeps our own locks, and frees what workers hold who were not there at the last look either. */
  async look(): Promise<void> {
    try {
      const client = await this.#connection();
      for (const worker of this.#own) {
        if (this.#held.has(worker)) continue;
        await client.query('select pg_advisory_lock($1, hashtext($2))', [LOCKS, worker]);
        this.#held.add(worker);
      }
      const { rows } = await client.query<{ worker: string }>(
        `select distinct locked_by as worker from graphile_worker.jobs
         where locked_by is not null and locked_by <> all ($1)`,
        [[...this.#own]],
      );
      const absent = new Set<string>();
      for (const { worker } of rows) if (!(await this.#isHeld(client, worker))) absent.add(worker);
      const dead = [...absent].filter((worker) => this.#suspects.has(worker));
      this.#suspects = absent;
      if (dead.length === 0) return;
      await client.query('select graphile_worker.force_unlock_workers($1)', [dead]);
      this.#log.info({ workers: dead }, 'jobs of dead workers are free again');
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  async #isHeld(client: pg.PoolClient, worker: string): Promise<boolean> {
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as free', [
      LOCKS,
      worker,
    ]);
    if (!rows[0]?.free) return true;
    await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCKS, worker]);
    return false;
  }

  /** The connection that holds the locks, as long as it lives. */
  async #connection(): Promise<pg.PoolClient> {
    if (this.#client) return this.#client;
    const client = await this.#pool.connect();
    client.once('error', () => {
      if (this.#client === client) this.#drop();
    });
    this.#held = new Set();
    this.#client = client;
    return client;
  }

  /** Closed, not given back to the pool: with it the locks go. */
  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }
}
