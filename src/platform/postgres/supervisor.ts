import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Binaries, installBinaries } from './binaries.ts';
import { APP_ROLE, as, configure, databasePassword, ensureCluster } from './cluster.ts';
import { PostgresError } from './errors.ts';
import { isOwned, takeOwnership } from './owner.ts';
import { executable, identify, isAlive, type ProcessIdentity, processesIn, workingDirectory } from './process-table.ts';
import { ServerLog } from './server-log.ts';
import { databaseUser, ensureSocketDir, ensureStateDir, resolveStateDir, type SystemUser } from './state-dir.ts';

export interface PostgresOptions {
  /** Wanted state folder; see resolveStateDir for where it may move. */
  stateDir: string;
  log: (line: string, fields?: object) => void;
  /** System user of the server when we are root. */
  dbUser?: 'salama-db';
  /** Server settings over our defaults, as in postgresql.conf. */
  settings?: Record<string, string>;
}

export interface PostgresExit {
  pid: number;
  /** True when it died and is being started again; false when we stopped it. */
  restarting: boolean;
}

export interface RunningPostgres {
  /** Connection string of the application's role; it holds the password. */
  url: string;
  socketDir: string;
  dataDir: string;
  stateDir: string;
  /** Ends the server and gives the state folder back. 'fast' closes sessions and writes everything out. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  pid(): number;
  onExit(callback: (exit: PostgresExit) => void): void;
}

/** Recovery after a crash may have much to replay. */
const READY_TIMEOUT_MS = 10 * 60_000;
const WATCH_EVERY_MS = 100;
const LOG_CHECK_EVERY_MS = 60_000;
/** A server that lived this long is healthy: the next death starts the waiting times afresh. */
const HEALTHY_AFTER_MS = 60_000;
const RESTART_DELAYS_MS = [0, 250, 1_000, 5_000, 15_000, 30_000];

/**
 * Starts the PostgreSQL that comes with us, or takes over the one that a killed predecessor left running. It is kept
 * running until stop(): when it dies, it is started again. It outlives us when we are killed, on purpose: no client of a
 * sibling process loses a transaction, and the next start finds it.
 *
 * @throws PostgresError PLATFORM_STATE_IN_USE, PLATFORM_DB_*
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const user = databaseUser(options.dbUser ?? 'salama-db');
  const place = resolveStateDir(options.stateDir, user?.name);
  if (place.reason) options.log(place.reason);
  ensureStateDir(place.dir);
  const owner = takeOwnership(place.dir);
  try {
    const supervisor = new Supervisor(place.dir, user, options);
    await supervisor.start();
    return supervisor.handle(() => owner.release());
  } catch (error) {
    owner.release();
    throw error;
  }
}

/**
 * Where the database of a state folder answers while another process of ours runs it, for commands beside a running
 * server; null when nobody runs it.
 */
export function runningUrl(wantedStateDir: string, dbUser = 'salama-db'): string | null {
  const { dir } = resolveStateDir(wantedStateDir, dbUser);
  if (!isOwned(dir)) return null;
  // Line 5 of postmaster.pid is the folder of its socket (miscadmin.h, LOCK_FILE_LINE_SOCKET_DIR).
  const socketDir = readPidFile(join(dir, 'pgdata', 'postmaster.pid'))[4];
  return socketDir ? connectionUrl(databasePassword(dir), socketDir) : null;
}

/**
 * Where the database of a state folder will answer once it runs: for who starts before it, and goes on without it.
 *
 * @throws PostgresError as `startPostgres`
 */
export function comingUrl(wantedStateDir: string, dbUser = 'salama-db'): string {
  const user = databaseUser(dbUser);
  const { dir } = resolveStateDir(wantedStateDir, user?.name);
  ensureStateDir(dir);
  return connectionUrl(databasePassword(dir), ensureSocketDir(dir, user));
}

function connectionUrl(password: string, socketDir: string): string {
  return `postgres://${APP_ROLE}:${password}@localhost/${APP_ROLE}?host=${encodeURIComponent(socketDir)}`;
}

class Supervisor {
  private readonly dataDir: string;
  private readonly pidFile: string;
  private readonly socketDir: string;
  private readonly serverLog: ServerLog;
  private readonly password: string;
  private readonly listeners: ((exit: PostgresExit) => void)[] = [];
  private binaries: Binaries | null = null;
  private server: ProcessIdentity | null = null;
  private stopping: Promise<void> | null = null;
  private watching: Promise<void> | null = null;
  private readonly abort = new AbortController();

  constructor(
    private readonly stateDir: string,
    private readonly user: SystemUser | null,
    private readonly options: PostgresOptions,
  ) {
    this.dataDir = join(stateDir, 'pgdata');
    this.pidFile = join(this.dataDir, 'postmaster.pid');
    this.socketDir = ensureSocketDir(stateDir, user);
    this.serverLog = new ServerLog(stateDir);
    this.password = databasePassword(stateDir);
  }

  async start(): Promise<void> {
    const cluster = {
      dataDir: this.dataDir,
      socketDir: this.socketDir,
      password: this.password,
      user: this.user,
      settings: this.options.settings ?? {},
    };
    this.binaries = await installBinaries(this.stateDir);
    const { created } = await ensureCluster(this.binaries, cluster);
    const reconfigured = configure(this.dataDir, cluster);
    const orphan = this.findServer();
    if (orphan) await this.adoptOrEnd(orphan, reconfigured);
    if (!this.server) await this.launch();
    this.options.log(created ? 'database created' : 'database ready', { pid: this.server?.pid });
    this.watching = this.watch();
  }

  handle(release: () => void): RunningPostgres {
    return {
      url: connectionUrl(this.password, this.socketDir),
      socketDir: this.socketDir,
      dataDir: this.dataDir,
      stateDir: this.stateDir,
      pid: () => this.server?.pid ?? 0,
      onExit: (callback) => {
        this.listeners.push(callback);
      },
      stop: (mode = 'fast') => {
        this.stopping ??= this.end(mode).finally(release);
        return this.stopping;
      },
    };
  }

  /** The postmaster named in postmaster.pid, if it lives and works in our data directory (a pid may be re-used). */
  private findServer(): ProcessIdentity | null {
    const pid = recordedPid(this.pidFile);
    return pid > 0 && workingDirectory(pid) === this.dataDir ? identify(pid) : null;
  }

  /**
   * PostgreSQL takes any existing process for the one in its two lock files, even a zombie (in a container whose first
   * process reaps nobody, a killed server stays one for ever) or a stranger that got the pid. To be called when no process
   * works in the data directory any more.
   */
  private removeStaleLocks(): void {
    if (this.findServer()) return;
    for (const file of [this.pidFile, join(this.socketDir, '.s.PGSQL.5432.lock')]) {
      const pid = recordedPid(file);
      if (pid > 0 && existsSync(`/proc/${pid}`)) rmSync(file, { force: true });
    }
  }

  /** Keeps a server that runs as we would start it; ends any other. */
  private async adoptOrEnd(orphan: ProcessIdentity, reconfigured: boolean): Promise<void> {
    const same = executable(orphan.pid) === join(this.binaries?.bin ?? '', 'postgres');
    if (same && !reconfigured) {
      try {
        await this.untilReady(orphan);
        this.server = orphan;
        this.options.log('took over the running database', { pid: orphan.pid });
        return;
      } catch (error) {
        this.options.log('the running database does not let us in', { pid: orphan.pid, reason: String(error) });
      }
    }
    this.options.log('ending the running database, to start it anew', { pid: orphan.pid });
    await this.terminate(orphan, 'fast');
  }

  private async launch(): Promise<void> {
    await this.clearOrphans();
    this.abort.signal.throwIfAborted();
    this.removeStaleLocks();
    this.serverLog.turnOver();
    const command = join(this.binaries?.bin ?? '', 'postgres');
    const child = this.serverLog.withDescriptor((fd) =>
      spawn(command, ['-D', this.dataDir], {
        ...as(this.user, this.dataDir),
        // Its own session: Ctrl-C at our terminal must not reach it, we end it when its clients are done.
        detached: true,
        stdio: ['ignore', fd, fd],
      }),
    );
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject);
    });
    failed.catch(() => {});
    child.unref();
    const server = child.pid === undefined ? await failed : (identify(child.pid) ?? (await this.failedStart()));
    await this.untilReady(server);
    this.server = server;
  }

  private failedStart(): never {
    throw new PostgresError('PLATFORM_DB_START', `PostgreSQL did not start:\n${this.serverLog.tail()}`);
  }

  /** Connects until it lets us in; 57P03 is "the database system is starting up", which recovery may make long. */
  private async untilReady(server: ProcessIdentity): Promise<void> {
    const began = performance.now();
    for (let nextNote = 5_000; ; ) {
      const problem = await this.tryConnect();
      if (problem === null) return;
      if (!isAlive(server)) this.failedStart();
      if (!WORTH_WAITING.has(problem)) {
        throw new PostgresError('PLATFORM_DB_START', `PostgreSQL refuses our connection (${problem}).`);
      }
      const waited = performance.now() - began;
      if (waited > READY_TIMEOUT_MS) this.failedStart();
      if (waited > nextNote) {
        this.options.log('waiting for the database to recover', { seconds: Math.round(waited / 1000) });
        nextNote += 5_000;
      }
      await sleep(20);
    }
  }

  /** Null, or the code of what went wrong: a SQLSTATE or an errno. */
  private async tryConnect(): Promise<string | null> {
    const client = new Client({
      host: this.socketDir,
      user: APP_ROLE,
      password: this.password,
      database: APP_ROLE,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => {}); // It may be shut down while we say goodbye.
    try {
      await client.connect();
      return null;
    } catch (error) {
      return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'TIMEOUT';
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Notices that the server died (it may not be our child, so by looking) and brings it back. */
  private async watch(): Promise<void> {
    const { signal } = this.abort;
    let startedAt = performance.now();
    let logCheckedAt = startedAt;
    let failures = 0;
    while (!signal.aborted) {
      await sleep(WATCH_EVERY_MS, undefined, { ref: false, signal }).catch(() => {});
      if (signal.aborted) return;
      const now = performance.now();
      if (now - logCheckedAt > LOG_CHECK_EVERY_MS) {
        this.serverLog.turnOver();
        logCheckedAt = now;
      }
      const { server } = this;
      if (server && isAlive(server)) continue;
      if (server) {
        this.server = null;
        if (now - startedAt > HEALTHY_AFTER_MS) failures = 0;
        this.options.log('the database died; starting it again', { pid: server.pid });
        this.notify({ pid: server.pid, restarting: true });
      }
      const delay = RESTART_DELAYS_MS[Math.min(failures, RESTART_DELAYS_MS.length - 1)] ?? 0;
      failures += 1;
      try {
        await sleep(delay, undefined, { ref: false, signal });
        await this.launch();
        startedAt = performance.now();
        this.options.log('database ready again', { pid: this.pidOrZero() });
      } catch (error) {
        if (!signal.aborted) this.options.log('the database did not start; trying again', { reason: String(error) });
      }
    }
  }

  private pidOrZero(): number {
    return this.server?.pid ?? 0;
  }

  private notify(exit: PostgresExit): void {
    for (const listener of this.listeners) listener(exit);
  }

  private async end(mode: 'fast' | 'immediate'): Promise<void> {
    this.abort.abort();
    await this.endServer(mode);
    await this.watching; // It may have been starting one.
    await this.endServer(mode);
    await this.clearOrphans();
    // A killed server leaves its socket.
    rmSync(this.socketDir, { recursive: true, force: true });
  }

  private async endServer(mode: 'fast' | 'immediate'): Promise<void> {
    const server = this.server ?? this.findServer();
    this.server = null;
    if (!server) return;
    await this.terminate(server, mode);
    this.notify({ pid: server.pid, restarting: false });
  }

  /** Asks, then insists, then kills: a crash is something PostgreSQL recovers from, a stop that never ends is not. */
  private async terminate(server: ProcessIdentity, mode: 'fast' | 'immediate'): Promise<void> {
    const steps: [NodeJS.Signals, number][] = [
      ['SIGINT', 30_000],
      ['SIGQUIT', 10_000],
      ['SIGKILL', 5_000],
    ];
    for (const [signal, patience] of mode === 'fast' ? steps : steps.slice(1)) {
      send(server.pid, signal);
      if (await waitUntil(() => !isAlive(server), patience)) return;
    }
    throw new PostgresError('PLATFORM_DB_START', `PostgreSQL (process ${server.pid}) can't be ended.`);
  }

  /**
   * Backends of a killed postmaster end by themselves when idle, but one in the middle of a statement goes on, and a new
   * postmaster refuses to start beside it ("pre-existing shared memory block is still in use").
   */
  private async clearOrphans(): Promise<void> {
    const steps: [NodeJS.Signals | null, number][] = [
      [null, 1_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ];
    for (const [signal, patience] of steps) {
      if (signal) for (const pid of processesIn(this.dataDir)) send(pid, signal);
      if (await waitUntil(() => processesIn(this.dataDir).length === 0, patience)) return;
    }
    throw new PostgresError('PLATFORM_DB_START', `Processes of an earlier server still use ${this.dataDir}.`);
  }
}

/** What a connection fails with while a server is on its way: no socket yet, nobody listening, starting or stopping. */
const WORTH_WAITING: ReadonlySet<string> = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  '57P03',
  'TIMEOUT',
  '53300',
]);

/** The lines of postmaster.pid or of a socket's lock file; none when there is no such file. */
function readPidFile(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Line 1 of such a file; 0 when there is none. */
function recordedPid(file: string): number {
  return Number(readPidFile(file)[0] ?? 0);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function waitUntil(done: () => boolean, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!done()) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
