import { type ChildProcess, fork } from 'node:child_process';

/** What a child tells its parent over the IPC channel. */
export type ChildMessage =
  | { type: 'ready'; name: string; lines: string[] }
  | { type: 'demo'; json: Record<string, unknown> };

/** A child that lived this long was healthy; the next death starts the waiting times afresh. */
const HEALTHY_MS = 30_000;
const DELAYS_MS = [0, 250, 1000, 3000, 10_000];

/** sysexits(3): this configuration will not do. */
export const EX_CONFIG = 78;

/** A child said that the configuration will not do, before anything worked. */
export class ConfigRefused extends Error {}

interface ChildSpec {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Keeps one process running until told to stop: a process that dies is started again. */
export class Child {
  #process: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;
  #wasReady = false;
  readonly #spec: ChildSpec;
  readonly #onMessage: (message: ChildMessage) => void;

  constructor(spec: ChildSpec, onMessage: (message: ChildMessage) => void) {
    this.#spec = spec;
    this.#onMessage = onMessage;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Resolves when the child says that it is ready. Rejects when it can't run with this configuration (exit code 78) before
   * it was ready for the first time; later that is a file or a key that somebody is about to put back, and it is tried
   * again and again, ever more slowly.
   */
  start(onChange: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const launch = () => {
        const startedAt = performance.now();
        const child = fork(this.#spec.script, [], {
          env: this.#spec.env,
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
        this.#process = child;
        child.on('message', (message) => {
          const m = message as ChildMessage;
          this.#onMessage(m);
          if (m.type === 'ready') {
            this.#wasReady = true;
            resolve();
          }
        });
        child.on('exit', (code, signal) => {
          this.#process = undefined;
          if (this.#stopping) return;
          if (performance.now() - startedAt > HEALTHY_MS) this.#failures = 0;
          // Starting it again now would end the same way, and nothing works yet that would go on meanwhile.
          if (code === EX_CONFIG && !this.#wasReady) {
            reject(new ConfigRefused(`${this.#spec.name} can't run with this configuration`));
            return;
          }
          const delay = DELAYS_MS[Math.min(this.#failures++, DELAYS_MS.length - 1)] as number;
          say(`${this.#spec.name} ended (${signal ?? code}); starting it again`);
          setTimeout(() => !this.#stopping && launch(), delay);
        });
        onChange();
      };
      launch();
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), 12_000);
      child.once('exit', () => {
        clearTimeout(force);
        resolve();
      });
      child.kill('SIGTERM');
    });
  }
}
