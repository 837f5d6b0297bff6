import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HZ = 100;

/** A server under measurement, on a processor of its own. */
export class Server {
  readonly name: string;
  readonly port: number;
  readonly doh: number | undefined;
  readonly pid: number;
  readonly child: ChildProcess | undefined;
  ended: number | undefined;
  /** Seconds until it blocked. */
  loaded = 0;

  /** @param attach of a server that runs already, and is left running */
  constructor(
    name: string,
    command: readonly string[],
    at: { port: number; doh?: number },
    cpu: string,
    log: string,
    attach?: number,
  ) {
    this.name = name;
    this.port = at.port;
    this.doh = at.doh;
    if (attach !== undefined) {
      this.pid = attach;
      return;
    }
    const file = openSync(log, 'w');
    const child = spawn('taskset', ['-c', cpu, ...command], { stdio: ['ignore', file, file] });
    child.on('exit', (code) => {
      this.ended = code ?? -1;
    });
    this.child = child;
    this.pid = child.pid as number;
  }

  /** Processor seconds of all its threads so far. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / HZ;
  }

  /** Memory in MB. */
  rss(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  /** Ready when it answers what is local and blocks the last name of the list. */
  async ready(last: string, seconds: number): Promise<void> {
    const began = performance.now();
    const dig = async (name: string, ...more: string[]) =>
      (
        await run('dig', ['+tries=1', '+time=1', ...more, '-p', String(this.port), '@127.0.0.1', name, 'A']).catch(
          (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
        )
      ).stdout;
    for (;;) {
      if (this.ended !== undefined) throw new Error(`${this.name} ended with ${this.ended}`);
      const local = await dig('h1.ok.esalama', '+short');
      if (local.startsWith('10.') && (await dig(last)).includes('NXDOMAIN')) break;
      if (performance.now() - began > 1000 * seconds) throw new Error(`${this.name} does not block after ${seconds} s`);
      await sleep(300);
    }
    this.loaded = (performance.now() - began) / 1000;
  }

  async stop(): Promise<void> {
    if (this.ended !== undefined || !this.child) return;
    this.child.kill('SIGTERM');
    for (let i = 0; this.ended === undefined && i < 50; i++) await sleep(100);
    if (this.ended === undefined) this.child.kill('SIGKILL');
  }
}

/** Output of a client on another processor. */
export async function client(cpu: string, command: readonly string[]): Promise<string> {
  const { stdout } = await run('taskset', ['-c', cpu, ...command], { maxBuffer: 1 << 26 });
  return stdout;
}
