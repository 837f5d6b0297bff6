import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRoot } from '../../src/platform/root.ts';

const MAIN = path.join(findRoot(), 'dist/server/main.js');
/** A first start makes a database cluster; on a busy machine that takes its time. */
const START_MS = 150_000;
const STOP_MS = 30_000;

/** What the demonstration writes to `demo.json`. */
export interface Demo {
  origin: string;
  accounts: { role: string; name: string; email: string; url: string }[];
  apiKey: string;
  /** Origin of the mailbox viewer, with a slash at its end. */
  mailbox: string;
  samples: Record<string, string>;
}

/** What a running server says of itself in `run.json`. */
export interface Run {
  main: number;
  postgres: number | undefined;
  children: number[];
}

export interface PlatformProcess {
  origin: string;
  stateDir: string;
  metricsPort: number;
  /** Everything every process of the tree has printed so far. */
  log(): string;
  /** The processes that run now. */
  pids(): Run;
  demo: Demo;
  /** Address that signs an account of the demonstration in. */
  signInUrl(role: string): string;
  /** Stops the tree in order and removes its state. The log is kept beside it when `failed`. */
  stop(failed?: boolean): Promise<void>;
}

/** What pages and people at desks need; without the resolver and the zones it starts sooner and leaves more to the browser. */
export const PAGES = 'web,worker,capture';

export interface PlatformOptions {
  /** Roles, comma between them; all of them without. */
  roles?: string;
  env?: Record<string, string>;
  /** How long the abuse desk of the small Internet leaves mail unread, in milliseconds. */
  abuseDeskDelayMs?: number;
}

/**
 * A port that was free a moment ago, on loopback, and is out of the system's own range: what asks for "any port" meanwhile, or
 * calls somebody from one, can't get it before the server that it is for.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(10_000, 30_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port was found');
}

const WORLD_PORTS = ['DNS', 'HTTP', 'HTTPS', 'RDAP', 'SMTP', 'MAILBOX'].map((name) => [`WORLD_${name}_PORT`, '0']);

/**
 * Starts what `npm start -- --demo` starts: the built server with the small Internet, on ports and a state folder of its
 * own. Resolves when it says that it is ready; rejects with its log when it ends or stays silent.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<PlatformProcess> {
  if (!existsSync(MAIN)) throw new Error('dist/server is missing: run "npm run build" before these tests');
  const stateDir = mkdtempSync(path.join(tmpdir(), 'salama-e2e-'));
  // The database's user has to pass through.
  chmodSync(stateDir, 0o755);
  const [port, metricsPort, capturePort] = [await freePort(), await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const child = spawn(process.execPath, [MAIN, '--demo', ...(options.roles ? ['--role', options.roles] : [])], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: 'UTC',
      ...Object.fromEntries(WORLD_PORTS),
      SALAMA_STATE: stateDir,
      PORT: String(port),
      PUBLIC_ORIGIN: origin,
      METRICS_PORT: String(metricsPort),
      CAPTURE_PORT: String(capturePort),
      DNS_PORT: '0',
      DOT_PORT: '0',
      DOH_PORT: '0',
      ZONES_PORT: '0',
      WORLD_ABUSE_DESK_DELAY_MS: String(options.abuseDeskDelayMs ?? 2000),
      LOG_LEVEL: 'info',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  // Whatever happens to the tests, the tree must not outlive them.
  const onExit = () => void child.kill('SIGTERM');
  process.once('exit', onExit);

  const stop = async (failed = false) => {
    process.off('exit', onExit);
    await end(child);
    if (failed) {
      const kept = `${stateDir}.log`;
      appendFileSync(kept, output, { mode: 0o600 });
      process.stderr.write(`the server's log is in ${kept}\n`);
    }
    rmSync(stateDir, { recursive: true, force: true });
  };

  const deadline = Date.now() + START_MS;
  while (!/^ready after /m.test(output)) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the server did not become ready:\n${output.slice(-4000)}`);
    }
    await sleep(50);
  }
  const demo = JSON.parse(readFileSync(path.join(stateDir, 'demo.json'), 'utf8')) as Demo;
  return {
    origin,
    stateDir,
    metricsPort,
    log: () => output,
    pids: () => JSON.parse(readFileSync(path.join(stateDir, 'run.json'), 'utf8')) as Run,
    demo,
    signInUrl(role) {
      const account = demo.accounts.find((a) => a.role === role);
      if (!account) throw new Error(`the demonstration has no ${role}`);
      return account.url;
    },
    stop,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(force);
}
