import { type ChildProcess, execFile, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Answer, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { generateConfig, type ResolverSettings } from '../../packages/rpz/index.ts';

/** Debian's name servers on loopback, each with the configuration that we write for providers, and a frame for the test around it. */

const PROGRAMS = [
  'named',
  'unbound',
  'knotd',
  'knotc',
  'pdns_recursor',
  'dig',
  'kdig',
  'named-checkconf',
  'unbound-checkconf',
];
export const where = (program: string) =>
  ['/usr/sbin', '/usr/bin'].map((d) => path.join(d, program)).find(existsSync) ?? program;

/** Always true in CI, so that their absence fails there. */
export const dnsServersInstalled =
  process.env.CI === 'true' || PROGRAMS.every((program) => path.isAbsolute(where(program)));
/** And the ones that stand before or beside them at national scale. */
export const nationalServersInstalled =
  dnsServersInstalled && (process.env.CI === 'true' || ['dnsdist', 'kresd'].every((p) => path.isAbsolute(where(p))));
if (!dnsServersInstalled) console.warn('skipped: everything with Debian’s name servers, which are not installed here');

const runFile = promisify(execFile);

/** Runs a program to its end; a code other than 0 is not an exception here. */
export async function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await runFile(where(program), args, { timeout: 20_000, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: `${stdout}${stderr}` };
  }
}

/** A port that is free in UDP and TCP a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => tcp.once('listening', resolve));
    const { port } = tcp.address() as AddressInfo;
    const udp = dgram.createSocket('udp4');
    const free = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false)).bind(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => udp.close(() => resolve()));
    await new Promise((resolve) => tcp.close(resolve));
    if (free) return port;
  }
}

export interface Seen {
  rcode: string;
  answers: Answer[];
}

/** One question over UDP with recursion desired; undefined without an answer in time. */
export async function look(port: number, name: string, type: RecordType = 'A'): Promise<Seen | undefined> {
  const socket = dgram.createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), 400);
      socket.on('error', () => {});
      socket.once('message', (bytes) => {
        clearTimeout(timer);
        const packet = decode(bytes) as ReturnType<typeof decode> & { rcode: string };
        resolve({ rcode: packet.rcode, answers: packet.answers ?? [] });
      });
      const id = Math.floor(Math.random() * 65_536);
      socket.send(
        encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] }),
        port,
        '127.0.0.1',
      );
    });
  } finally {
    socket.close();
  }
}

/** The rest of the Internet: every name is there and has one address, of IPv6 those that begin with "v6"; those under `unknown` are not there. */
export async function startInternet(unknown?: string): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const socket = dgram.createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const { id, questions } = decode(bytes);
    const question = questions?.[0];
    if (!question) return;
    const answers: Answer[] =
      question.type === 'A'
        ? [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.53' }]
        : question.type === 'AAAA' && question.name.startsWith('v6')
          ? [{ type: 'AAAA', name: question.name, ttl: 300, data: '2001:db8:0:1::53' }]
          : [];
    const there = unknown === undefined || !question.name.toLowerCase().endsWith(unknown);
    socket.send(
      encode({
        type: 'response',
        id: id ?? 0,
        flags: there ? 0x0580 : 0x0583,
        questions: [question],
        answers: there ? answers : [],
      }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  return { port, stop: () => new Promise((resolve) => socket.close(() => resolve())) };
}

export type Kind = 'bind' | 'unbound' | 'knot-resolver' | 'recursor';

/** A server that can be stopped and started again with what it keeps on disk. */
export class DnsServer {
  readonly kind: Kind;
  readonly port: number;
  readonly dir: string;
  #upstream: number;
  #child: ChildProcess | undefined;

  constructor(kind: Kind, port: number, dir: string, upstream: number) {
    this.kind = kind;
    this.port = port;
    this.dir = dir;
    this.#upstream = upstream;
    mkdirSync(path.join(dir, 'db'), { recursive: true });
  }

  /** Writes what we would send to the provider, with the frame that makes it run here. Knot stands for Knot Resolver's transfers. */
  configure(settings: Omit<ResolverSettings, 'dir'>): void {
    const { dir, port } = this;
    const { files } = generateConfig(this.kind, { ...settings, dir });
    for (const { name, text } of files) {
      if (name.endsWith('.zone')) continue;
      const own = name === 'knot.conf' ? text.replace('@5453', `@${port}`).replace('syslog', `${dir}/log`) : text;
      writeFileSync(path.join(dir, name), own);
    }
    const frame = FRAMES[this.kind]?.(dir, port, this.#upstream);
    if (frame) writeFileSync(path.join(dir, frame.name), frame.text);
  }

  /** The server's own opinion of its configuration. */
  check(): Promise<{ code: number; output: string }> {
    const { dir } = this;
    switch (this.kind) {
      case 'bind':
        return run('named-checkconf', path.join(dir, 'named.conf'));
      case 'unbound':
        return run('unbound-checkconf', path.join(dir, 'unbound.conf'));
      case 'knot-resolver':
        return run('knotc', '-c', path.join(dir, 'knot.conf'), 'conf-check');
      case 'recursor':
        return run('pdns_recursor', `--config-dir=${dir}`, '--config=check');
    }
  }

  start(): void {
    const { dir } = this;
    const log = openSync(path.join(dir, 'out'), 'a');
    const [program, ...args] = {
      bind: ['named', '-f', '-n', '1', '-c', path.join(dir, 'named.conf')],
      unbound: ['unbound', '-d', '-c', path.join(dir, 'unbound.conf')],
      'knot-resolver': ['knotd', '-c', path.join(dir, 'knot.conf')],
      recursor: ['pdns_recursor', `--config-dir=${dir}`],
    }[this.kind] as [string, ...string[]];
    this.#child = spawn(where(program), args, { stdio: ['ignore', log, log], cwd: dir });
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** As when the power fails: nothing is finished or written down. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const killed = setTimeout(() => child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(killed);
  }

  /** The last lines of what it said, for a failure. */
  log(): string {
    return ['log', 'out']
      .map((name) => path.join(this.dir, name))
      .filter(existsSync)
      .map((file) => readFileSync(file, 'utf8').split('\n').slice(-25).join('\n'))
      .join('\n');
  }
}

/** BIND's file of a zone as text, with the journal of what came since it was written. */
export function compiled(file: string, zone: string, style: 'full' | 'relative') {
  return run('named-compilezone', '-q', '-j', '-i', 'none', '-f', 'raw', '-s', style, '-o', '-', zone, file);
}

/** A server's copy of a zone as text, from the file that it keeps. */
export async function copyOf({ kind, dir }: DnsServer, zone: string): Promise<string> {
  const file = path.join(
    dir,
    `${zone}.${{ bind: 'db', unbound: 'zone', 'knot-resolver': 'zone', recursor: 'rpz' }[kind]}`,
  );
  if (kind !== 'bind') return readIf(file);
  const { output } = await compiled(file, zone, 'full');
  return output;
}

const FRAMES: Partial<Record<Kind, (dir: string, port: number, upstream: number) => { name: string; text: string }>> = {
  bind: (dir, port, upstream) => ({
    name: 'named.conf',
    text: `
options {
  directory "${dir}"; pid-file "${dir}/pid"; session-keyfile "${dir}/session.key";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion yes; allow-query { 127.0.0.0/8; }; allow-recursion { 127.0.0.0/8; };
  dnssec-validation no; empty-zones-enable no; forward only; forwarders { 127.0.0.1 port ${upstream}; };
  include "${dir}/e-salama-options.conf";
};
controls { };
logging { channel f { file "${dir}/log"; severity info; print-time yes; }; category default { f; }; };
include "${dir}/e-salama.conf";
`,
  }),
  unbound: (dir, port, upstream) => ({
    name: 'unbound.conf',
    text: `
server:
  directory: "${dir}"
  chroot: ""
  username: ""
  pidfile: "${dir}/pid"
  use-syslog: no
  logfile: "${dir}/log"
  verbosity: 1
  interface: 127.0.0.1@${port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
include: "${dir}/e-salama.conf"
`,
  }),
  recursor: (dir, port, upstream) => ({
    name: 'recursor.conf',
    text: `${readIf(path.join(dir, 'e-salama.conf'))}
local-address=127.0.0.1
local-port=${port}
socket-dir=${dir}
daemon=no
threads=1
forward-zones-recurse=.=127.0.0.1:${upstream}
allow-from=127.0.0.0/8
dont-query=
dnssec=off
security-poll-suffix=
`,
  }),
};

function readIf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Asks again every few milliseconds until it is so. @throws what is still not so */
export async function until(what: string, check: () => Promise<boolean> | boolean, ms = 15_000): Promise<void> {
  for (const deadline = performance.now() + ms; ; await sleep(15)) {
    if (await check()) return;
    if (performance.now() > deadline) throw new Error(`after ${ms} ms still not: ${what}`);
  }
}
