import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DnsDeployment, dnsFiles } from '../../scripts/deploy-dns.ts';
import { findRoot } from '../../src/platform/root.ts';
import { where } from './dns-servers.ts';

const DEPLOY = path.join(findRoot(), 'deploy/dns');

/** `deploy/dns/settings.json` as it is in the repository. */
export const deployedSettings = (): DnsDeployment =>
  JSON.parse(readFileSync(path.join(DEPLOY, 'settings.json'), 'utf8')) as DnsDeployment;

/** A file of `deploy/dns` that a person wrote, with other addresses, ports and paths. @throws when one of them is not in it */
function ours(file: string, changes: Record<string, string>): string {
  let text = readFileSync(path.join(DEPLOY, file), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`deploy/dns/${file} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

export interface Ports {
  primary: number;
  internet: number;
  unbound: number;
  unboundRelay: number;
  kresd: number;
  kresdRelay: number;
  recursor: number;
  nodes: [number, number];
  plain: number;
  dot: number;
  doh: number;
}

export type Name = 'unbound-knot' | 'unbound' | 'kresd-knot' | 'kresd' | 'recursor' | 'dnsdist';

/** The servers of `deploy/dns`, each in a folder of its own with what its package's own files would add. */
export class DeployedDns {
  readonly settings: DnsDeployment;
  #dir: string;
  #children = new Map<Name, ChildProcess>();

  /** @param tls files of the front's certificate and key */
  constructor(dir: string, ports: Ports, tls: { cert: string; key: string }) {
    this.#dir = dir;
    const at: Record<string, number> = {
      unbound: ports.unbound,
      'knot-resolver': ports.kresd,
      recursor: ports.recursor,
    };
    const given = deployedSettings();
    this.settings = {
      ...given,
      primary: { address: '127.0.0.1', port: ports.primary },
      resolvers: given.resolvers.map((r) => ({
        ...r,
        address: '127.0.0.1',
        port: at[r.folder] as number,
        dir: path.join(dir, r.folder, 'list'),
        ...(r.resolverDir && { resolverDir: path.join(dir, r.folder, 'copies') }),
      })),
    };
    for (const { folder, dir: list, resolverDir } of this.settings.resolvers) {
      mkdirSync(path.join(list, 'db'), { recursive: true });
      mkdirSync(resolverDir ?? list, { recursive: true });
      mkdirSync(path.join(dir, folder, 'run'));
    }
    mkdirSync(path.join(dir, 'dnsdist'));
    mkdirSync(path.join(dir, 'recursor/recursor.d'));
    for (const { file, text } of dnsFiles(this.settings)) this.#generated(file, text, ports);
    this.#frames(ports, tls);
  }

  #generated(file: string, text: string, ports: Ports): void {
    const relay = file.startsWith('unbound/') ? ports.unboundRelay : ports.kresdRelay;
    // Several machines in one: what they have on loopback must not meet.
    const own = text
      .replaceAll('127.0.0.1@5453', `127.0.0.1@${relay}`)
      .replaceAll('127.0.0.1@53\n', `127.0.0.1@${ports.unbound}\n`)
      .replace('target: syslog', `target: ${this.#dir}/${path.dirname(file)}/knot.log`);
    const to =
      file.endsWith('.zone') || file.endsWith('.lua')
        ? path.join(path.dirname(file), 'list', path.basename(file))
        : file === 'recursor/e-salama.conf'
          ? 'recursor/recursor.d/e-salama.conf'
          : file;
    writeFileSync(path.join(this.#dir, to), own);
  }

  #frames(ports: Ports, tls: { cert: string; key: string }): void {
    const dir = this.#dir;
    const write = (file: string, ...parts: string[]) => writeFileSync(path.join(dir, file), parts.join('\n'));
    write(
      'unbound/unbound.conf',
      `server:
  directory: "${dir}/unbound"
  chroot: ""
  username: ""
  pidfile: "${dir}/unbound/run/pid"
  use-syslog: no
  do-ip6: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${ports.internet}
include: "${dir}/unbound/server.conf"
include: "${dir}/unbound/e-salama.conf"
`,
    );
    write(
      'unbound/server.conf',
      ours('unbound/server.conf', {
        '  interface: 10.20.0.31@53\n': '',
        '127.0.0.1@53': `127.0.0.1@${ports.unbound}`,
        'num-threads: 4': 'num-threads: 1',
      }),
    );
    write(
      'knot-resolver/kresd.conf',
      ours('knot-resolver/kresd.conf', {
        "'10.20.0.32', 53": `'127.0.0.1', ${ports.kresd}`,
        '512 * MB': '32 * MB',
        '/etc/knot-resolver/': `${dir}/knot-resolver/`,
      }),
      "trust_anchors.remove('.')",
      `policy.add(policy.all(policy.STUB('127.0.0.1@${ports.internet}')))\n`,
    );
    write(
      'recursor/recursor.conf',
      ours('recursor/recursor.conf', {
        'local-address=10.20.0.33': 'local-address=127.0.0.1',
        'local-port=53': `local-port=${ports.recursor}`,
        'threads=4': 'threads=1',
        'dnssec=validate': 'dnssec=off',
        '/etc/powerdns/': `${dir}/recursor/`,
      }),
      `socket-dir=${dir}/recursor/run`,
      'daemon=no',
      `forward-zones-recurse=.=127.0.0.1:${ports.internet}`,
      'dont-query=\n',
    );
    write(
      'dnsdist/dnsdist.conf',
      ours('dnsdist/dnsdist.conf', {
        '192.0.2.53:53': `127.0.0.1:${ports.plain}`,
        '192.0.2.53:853': `127.0.0.1:${ports.dot}`,
        '192.0.2.53:443': `127.0.0.1:${ports.doh}`,
        '198.51.100.0/24': '127.0.0.1/32',
        '203.0.113.0/24': '127.0.0.9/32',
        '10.20.0.41:53': `127.0.0.1:${ports.nodes[0]}`,
        '10.20.0.42:53': `127.0.0.1:${ports.nodes[1]}`,
        '/etc/dnsdist/tls/fullchain.pem': tls.cert,
        '/etc/dnsdist/tls/privkey.pem': tls.key,
        '/etc/dnsdist/': `${dir}/dnsdist/`,
      }),
    );
  }

  /** Commands by which each says what it thinks of its files. */
  get checks(): Record<Exclude<Name, 'kresd'>, [string, ...string[]]> {
    const dir = this.#dir;
    return {
      'unbound-knot': ['knotc', '-c', `${dir}/unbound/knot.conf`, 'conf-check'],
      unbound: ['unbound-checkconf', `${dir}/unbound/unbound.conf`],
      'kresd-knot': ['knotc', '-c', `${dir}/knot-resolver/knot.conf`, 'conf-check'],
      recursor: ['pdns_recursor', `--config-dir=${dir}/recursor`, '--config=check'],
      dnsdist: ['dnsdist', '--check-config', '-C', `${dir}/dnsdist/dnsdist.conf`],
    };
  }

  start(...names: Name[]): void {
    const dir = this.#dir;
    const commands: Record<Name, [string, ...string[]]> = {
      'unbound-knot': ['knotd', '-c', `${dir}/unbound/knot.conf`],
      unbound: ['unbound', '-d', '-c', `${dir}/unbound/unbound.conf`],
      'kresd-knot': ['knotd', '-c', `${dir}/knot-resolver/knot.conf`],
      kresd: ['kresd', '-n', '-c', `${dir}/knot-resolver/kresd.conf`, `${dir}/knot-resolver/run`],
      recursor: ['pdns_recursor', `--config-dir=${dir}/recursor`],
      dnsdist: ['dnsdist', '--supervised', '-C', `${dir}/dnsdist/dnsdist.conf`],
    };
    for (const name of names) {
      const log = openSync(path.join(dir, `${name}.log`), 'a');
      const [program, ...args] = commands[name];
      this.#children.set(name, spawn(where(program), args, { stdio: ['ignore', log, log], cwd: dir }));
    }
  }

  /** Ends them without a chance to write anything down. */
  async kill(...names: Name[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const child = this.#children.get(name);
        this.#children.delete(name);
        if (!child || child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  async stop(): Promise<void> {
    await this.kill(...this.#children.keys());
  }

  log(): string {
    return [...this.#children.keys()]
      .map(
        (n) =>
          `--- ${n}\n${readFileSync(path.join(this.#dir, `${n}.log`), 'utf8')
            .split('\n')
            .slice(-20)
            .join('\n')}`,
      )
      .join('\n');
  }
}
