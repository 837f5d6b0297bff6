import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { freePort, look, until } from './dns-servers.ts';

/** Debian's Unbound on loopback, which knows names of a test and asks nobody: the resolver that ours forwards to. */
export class LocalUnbound {
  readonly port: number;
  #file: string;
  #known: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, file: string, known: string) {
    this.port = port;
    this.#file = file;
    this.#known = known;
  }

  /**
   * @param lines of its `server:` part: the names it knows
   * @param known one of them that has an address: it is up when it says so
   */
  static async start(dir: string, lines: readonly string[], known: string): Promise<LocalUnbound> {
    const port = await freePort();
    const file = path.join(dir, 'unbound.conf');
    writeFileSync(
      file,
      `server:
  directory: "${dir}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${dir}/log"
  interface: 127.0.0.1@${port}
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  do-ip6: no
  ${lines.join('\n  ')}
remote-control:
  control-enable: no
`,
    );
    const unbound = new LocalUnbound(port, file, known);
    await unbound.start();
    return unbound;
  }

  /** Also again, after `kill`. */
  async start(): Promise<void> {
    this.#process = spawn('/usr/sbin/unbound', ['-d', '-c', this.#file], { stdio: 'ignore' });
    await until('Unbound', async () => (await look(this.port, this.#known))?.rcode === 'NOERROR');
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
  }
}

/** A site whose every page says `Here`. */
export async function startSite(): Promise<{ port: number; close(): void }> {
  const site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<h1>Here</h1>'));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return { port: (site.address() as AddressInfo).port, close: () => void site.close() };
}
