import { EventEmitter } from 'node:events';
import { type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import { sql } from 'kysely';
import type pg from 'pg';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import { type Db, isConnectionError } from './db.ts';
import { JobWorkers } from './job-workers.ts';
import { quietWorkerLogger } from './migrate.ts';

export interface JobDefinition<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** Payloads carry ids only. */
  readonly payload: S;
}

export function defineJob<S extends z.ZodType>(name: string, payload: S): JobDefinition<S> {
  return { name, payload };
}

export interface LogSink {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Work that must happen later, written in the transaction of its cause (graphile-worker's tables). */
export class Jobs {
  readonly #tasks: TaskList = {};
  /** What graphile-worker tells of its pool and workers. */
  readonly events: WorkerEvents = new EventEmitter();
  #runner: Runner | undefined;
  #workers: JobWorkers | undefined;
  readonly #log: LogSink;

  constructor(log: LogSink) {
    this.#log = log;
  }

  /** Enqueues in the caller's transaction. With `key`, a waiting job of the same key is replaced, not doubled. */
  async enqueue<S extends z.ZodType>(
    tx: Db,
    job: JobDefinition<S>,
    payload: z.input<S>,
    options: { key?: string; maxAttempts?: number } = {},
  ): Promise<void> {
    const body = JSON.stringify(job.payload.parse(payload));
    await sql`select graphile_worker.add_job(${job.name}, payload => ${body}::json,
      job_key => ${options.key ?? null}::text, max_attempts => ${options.maxAttempts ?? 25}::int)`.execute(tx);
  }

  handle<S extends z.ZodType>(job: JobDefinition<S>, handler: (payload: z.output<S>) => Promise<void>): void {
    if (this.#tasks[job.name]) throw new Error(`two handlers for job ${job.name}`);
    this.#tasks[job.name] = async (payload) => {
      try {
        await handler(job.payload.parse(payload));
      } catch (error) {
        this.#log.warn({ job: job.name, err: error }, 'job failed, it will be tried again');
        throw error;
      }
    };
  }

  /**
   * Runs the jobs until {@link stop}. Should the runner end by itself (an error it does not recover from), that is logged
   * and `onLost` is called, once: a process that goes on without jobs looks healthy and does nothing.
   */
  async start(pool: pg.Pool, concurrency = 4, onLost: () => void = () => {}): Promise<void> {
    const workers = new JobWorkers(pool, this.#log);
    const { events } = this;
    events.removeAllListeners('worker:create').on('worker:create', ({ worker }) => workers.add(worker.workerId));
    this.#workers = workers;
    this.#runner = await run({
      pgPool: pool,
      concurrency,
      events,
      noHandleSignals: true,
      pollInterval: 1000,
      taskList: this.#tasks,
      logger: quietWorkerLogger,
      preset: { worker: { gracefulShutdownAbortTimeout: 4000 } },
    });
    workers.start();
    const runner = this.#runner;
    // It settles also well when the workers gave up after an error: only whether we asked for the end counts.
    const ended = (err?: unknown) => {
      if (this.#runner !== runner) return;
      this.#runner = undefined;
      this.#log.error(err === undefined ? {} : { err }, 'the job runner has ended by itself');
      onLost();
    };
    runner.promise.then(() => ended(), ended);
  }

  async stop(): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    await runner?.stop().catch(() => {});
    await this.#workers?.stop();
    this.#workers = undefined;
  }
}

interface Tick {
  name: string;
  everyMs: number;
  /** A run that takes longer hangs. */
  limitMs: number;
  fn: (now: Date) => Promise<void>;
}

/** No run of a tick takes so long, in milliseconds, unless it says so itself. */
const RUN_LIMIT_MS = 15 * 60_000;

/**
 * Regular looks for due rows. Due times are columns compared with the injected clock, so nothing is lost when a process
 * dies between two ticks, and tests call {@link Ticks.runAll} instead of waiting.
 */
export class Ticks {
  readonly #ticks: Tick[] = [];
  readonly #clock: Clock;
  readonly #log: LogSink;
  #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<void>>();
  #stopped = true;
  #onStuck: () => void = () => {};

  constructor(clock: Clock, log: LogSink) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param limitMs a run that has not ended by then hangs (see {@link start}) */
  every(name: string, everyMs: number, fn: (now: Date) => Promise<void>, limitMs = RUN_LIMIT_MS): void {
    this.#ticks.push({ name, everyMs, limitMs, fn });
  }

  /** Runs every tick once, in order; for tests. */
  async runAll(): Promise<void> {
    for (const t of this.#ticks) await t.fn(this.#clock.now());
  }

  async run(name: string): Promise<void> {
    const tick = this.#ticks.find((t) => t.name === name);
    if (!tick) throw new Error(`no tick ${name}`);
    await tick.fn(this.#clock.now());
  }

  /**
   * A tick never overlaps itself, so one that hangs would never run again, in a process that looks healthy: `onStuck` is
   * called then, and whoever runs the process ends it and has it started again.
   */
  start(onStuck: () => void = () => {}): void {
    this.#stopped = false;
    this.#onStuck = onStuck;
    for (const tick of this.#ticks) this.#schedule(tick);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const t of this.#timers) clearTimeout(t);
    this.#timers = [];
    await Promise.allSettled(this.#running);
  }

  #schedule(tick: Tick): void {
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((t) => t !== timer);
      const watch = setTimeout(() => {
        this.#log.error({ tick: tick.name, limitMs: tick.limitMs }, 'a tick hangs');
        this.#onStuck();
      }, tick.limitMs);
      const work = tick
        .fn(this.#clock.now())
        .catch((error: unknown) => {
          const fields = { tick: tick.name, err: error };
          if (isConnectionError(error)) this.#log.warn(fields, 'database away, tick will run again');
          else this.#log.error(fields, 'tick failed, it will run again');
        })
        .finally(() => {
          clearTimeout(watch);
          this.#running.delete(work);
          // The next run starts after this one has ended: a slow tick never overlaps itself.
          if (!this.#stopped) this.#schedule(tick);
        });
      this.#running.add(work);
    }, tick.everyMs);
    this.#timers.push(timer);
  }
}
