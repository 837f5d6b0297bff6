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

/** sysexits(3): what it was given can't be used; a port that another program has, or that this user may not have. */
export const EX_DATAERR = 65;

/**
 * How often a child may find its port taken before anything worked. With the waiting times this is longer than a
 * process takes to end whose parent was killed (30 s): it may still hold the port, and is nobody's fault.
 */
const PORT_TRIES = 8;

/** A child said that the configuration will not do, before anything worked. */
export class ConfigRefused extends Error {}

/** A child never got the port that it has to listen at. */
export class PortTaken extends Error {}

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
  /** Starts in a row, from the first, that ended because of a port. */
  #portTries = 0;
  readonly #delaysMs: readonly number[];
  readonly #spec: ChildSpec;
  readonly #onMessage: (message: ChildMessage) => void;

  /** `delaysMs`: how long to wait before each new start, the last one for all further ones. */
  constructor(spec: ChildSpec, onMessage: (message: ChildMessage) => void, delaysMs: readonly number[] = DELAYS_MS) {
    this.#spec = spec;
    this.#onMessage = onMessage;
    this.#delaysMs = delaysMs;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Resolves when the child says that it is ready. Rejects when it can't run with this configuration (exit code 78) before
   * it was ready for the first time; later that is a file or a key that somebody is about to put back, and it is tried
   * again and again, ever more slowly. Rejects, too, when nothing but a taken port (exit code 65) came of the first few
   * starts; a child that was ready once, or died of anything else, is never given up.
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
          this.#portTries = code === EX_DATAERR ? this.#portTries + 1 : 0;
          if (this.#portTries >= PORT_TRIES && !this.#wasReady) {
            reject(
              new PortTaken(`${this.#spec.name} was tried ${PORT_TRIES} times and never got its port: see above.`),
            );
            return;
          }
          const delay = this.#delaysMs[Math.min(this.#failures++, this.#delaysMs.length - 1)] as number;
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
