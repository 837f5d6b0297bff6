import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningUrl } from '../../src/platform/postgres/index.ts';
import { findRoot } from '../../src/platform/root.ts';
import { freePort } from '../support/platform-process.ts';

const MAIN = path.join(findRoot(), 'dist/server/main.js');
/** Making a cluster, migrating and recovering take their time on a busy machine. */
const READY_MS = 240_000;

export const VICTIMS = ['app', 'postgres', 'main', 'everything'] as const;
export type Victim = (typeof VICTIMS)[number];

/** What the built server runs as: the root process, the application below it, and the database beside them. */
interface Pids {
  main: number | undefined;
  app: number | undefined;
  postgres: number | undefined;
}

/** The built server (`npm start`, without the demonstration) on ports and a state folder of its own, to be killed. */
export class ServerTree {
  readonly stateDir: string;
  readonly origin: string;
  readonly #env: NodeJS.ProcessEnv;
  #main: ChildProcess | undefined;
  #wanted = false;
  #output = '';
  /** Ends of the root process that nobody asked for. */
  readonly unexpected: string[] = [];

  private constructor(stateDir: string, port: number, env: NodeJS.ProcessEnv) {
    this.stateDir = stateDir;
    this.origin = `http://localhost:${port}`;
    this.#env = env;
  }

  /** @param env over the settings of a server without the demonstration, with the roles web and worker */
  static async create(env: Record<string, string>): Promise<ServerTree> {
    if (!existsSync(MAIN)) throw new Error('dist/server is missing: run "npm run build" before these tests');
    const stateDir = mkdtempSync(path.join(tmpdir(), 'salama-kill-'));
    // The database's user has to pass through.
    chmodSync(stateDir, 0o755);
    const [port, metricsPort] = [await freePort(), await freePort()];
    return new ServerTree(stateDir, port, {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SALAMA_STATE: stateDir,
      SALAMA_ROLES: 'web,worker',
      SALAMA_DEV: '1',
      PORT: String(port),
      PUBLIC_ORIGIN: `http://localhost:${port}`,
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'warn',
      ...env,
    });
  }

  /** What every process of the tree has printed. */
  log(): string {
    return this.#output;
  }

  /** Starts the root process; {@link ready} says when it serves. */
  start(): void {
    this.#wanted = true;
    // A process group of its own: a signal to ours is not one to it.
    const main = spawn(process.execPath, [MAIN], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#main = main;
    // Whatever happens to the tests, the tree must not outlive them.
    process.once('exit', () => void main.kill('SIGTERM'));
    for (const stream of [main.stdout, main.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    main.once('exit', (code, signal) => {
      if (this.#main !== main) return;
      this.#main = undefined;
      if (this.#wanted && signal !== 'SIGKILL') this.unexpected.push(`main ended with ${signal ?? code}`);
    });
  }

  async ready(): Promise<void> {
    for (const deadline = performance.now() + READY_MS; ; await sleep(100)) {
      const answer = await fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) return;
      if (!this.#main) throw new Error(`the server ended:\n${this.#output.slice(-4000)}`);
      if (performance.now() > deadline) throw new Error(`the server is not ready:\n${this.#output.slice(-4000)}`);
    }
  }

  pids(): Pids {
    const main = this.#main?.pid;
    const app = readPids(path.join(this.stateDir, 'run.json')).find((pid) => commandOf(pid).includes(MAIN));
    const dataDir = path.join(this.stateDir, 'pgdata');
    const postmaster = Number(firstLine(path.join(dataDir, 'postmaster.pid')));
    // A number in a file may meanwhile be somebody else's.
    return { main, app, postgres: workingDirectory(postmaster) === dataDir ? postmaster : undefined };
  }

  /** SIGKILL. Answers whether there was somebody to kill; a killed root process is not started again by this. */
  async kill(victim: Victim): Promise<boolean> {
    const { main, app, postgres } = this.pids();
    const chosen = { app: [app], postgres: [postgres], main: [main], everything: [main, app, postgres] }[victim];
    const found = chosen.filter((pid) => pid !== undefined);
    const ended = this.#main && found.includes(main as number) ? onceExited(this.#main) : undefined;
    for (const pid of found) signal(pid, 'SIGKILL');
    await ended;
    return found.length > 0;
  }

  get running(): boolean {
    return this.#main !== undefined;
  }

  databaseUrl(): string {
    const url = runningUrl(this.stateDir);
    if (!url) throw new Error('the database does not run');
    return url;
  }

  /** Ends the tree as an operator does. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const main = this.#main;
    if (!main) return;
    const ended = onceExited(main);
    main.kill('SIGTERM');
    const force = setTimeout(() => main.kill('SIGKILL'), 60_000);
    await ended;
    clearTimeout(force);
  }

  /** Whatever is left is ended, and the state goes. */
  async remove(): Promise<void> {
    await this.stop();
    const { app, postgres } = this.pids();
    for (const pid of [app, postgres]) if (pid !== undefined) signal(pid, 'SIGKILL');
    await sleep(200);
    rmSync(this.stateDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

const onceExited = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}

function readPids(runFile: string): number[] {
  try {
    return (JSON.parse(readFileSync(runFile, 'utf8')) as { children: number[] }).children;
  } catch {
    // Not written yet, or cut short by a kill.
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
