import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { domain, LOCAL, prepare } from './dns/data.ts';
import { PEERS, type PeerName, peer } from './dns/peers.ts';
import { client, Server } from './dns/process.ts';
import { machine, median, table } from './measure.ts';

// Our resolver beside Unbound, BIND and dnsdist on loopback: the same list, the same questions, answers for a CPU-second of the server.

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    servers: { type: 'string', default: `lanes,plain,${PEERS.join()}` },
    /** `load`: the own client, `dnsperf`, `doh`: h2load. */
    with: { type: 'string', default: 'load,dnsperf,doh' },
    /** Keeps lists and zones for the next run. */
    state: { type: 'string' },
    /** Folder of safe-access, whose policy decides. */
    policy: { type: 'string', default: path.resolve(import.meta.dirname, '../src/modules/safe-access') },
    /** Confirmed names that a reader keeps (packages/dns-table). */
    names: { type: 'string', default: '8192' },
    /** Servers that run already, from an earlier run that was broken off: `unbound=<pid>,bind=<pid>`. */
    attach: { type: 'string', default: '' },
    /** Or all names in memory. */
    where: { type: 'string', default: 'memory' },
    cpus: { type: 'string', default: '0,1' },
    requests: { type: 'string', default: '60000' },
    /** Of `inline`: a profile of the processor into this folder. */
    prof: { type: 'string' },
  },
});
const AIMS = { lanes: 2, floor: 1.5, plain: 0.75, doh: 0.5 };
const rules = Number(values.rules);
const rounds = Number(values.rounds);
const ways = values.with.split(',');
const [serverCpu = '0', clientCpu = '1'] = values.cpus.split(',');
const dir = values.state ?? mkdtempSync(path.join(tmpdir(), 'bench-dns-'));
const here = (file: string) => path.join(import.meta.dirname, 'dns', file);
const STUB = 5309;
const OURS: Record<string, { port: number; doh?: number }> = {
  lanes: { port: 5311 },
  plain: { port: 5312, doh: 5352 },
  inline: { port: 5313 },
};

interface Figure {
  perCpu: number[];
  rate: number[];
  note: string;
}

const figures = new Map<string, Figure>();
const note = (server: string, way: string, answers: number, cpu: number, rate: number, text: string) => {
  const key = `${way} ${server}`;
  const figure = figures.get(key) ?? { perCpu: [], rate: [], note: text };
  figure.perCpu.push(answers / Math.max(cpu, 0.01));
  figure.rate.push(rate);
  if (text) figure.note = text;
  figures.set(key, figure);
  const each = (figure.perCpu.at(-1) as number).toFixed(0);
  console.log(
    `  ${way.padEnd(8)} ${server.padEnd(8)} ${each.padStart(8)} q/CPU-s  ${String(rate).padStart(7)} q/s  ` +
      `load ${loadavg()[0]?.toFixed(1)}  ${text}`,
  );
};

function start(name: string): Server {
  const log = path.join(dir, `${name}.log`);
  const own = OURS[name];
  if (!own) {
    const { command, port, doh } = peer(name as PeerName, dir);
    const pid = new RegExp(`(?:^|,)${name}=(\\d+)`).exec(values.attach)?.[1];
    const at = doh === undefined ? { port } : { port, doh };
    return new Server(name, command, at, serverCpu, log, pid ? Number(pid) : undefined);
  }
  const module = existsSync(path.join(values.policy, 'resolver/policy.ts')) ? values.policy : undefined;
  const order = {
    kind: name,
    dir,
    doh: 0,
    ...own,
    upstream: STUB,
    module,
    names: Number(values.names),
    where: values.where,
    prof: values.prof,
  };
  return new Server(name, [process.execPath, here('server.ts'), JSON.stringify(order)], own, serverCpu, log);
}

/** Ours fetches the local names first; every other cache and all code is warm then too. */
async function warm({ port, doh }: Server): Promise<void> {
  const list = ['--port', String(port), '--queries', path.join(dir, 'warm.txt')];
  await client(clientCpu, [process.execPath, here('load.ts'), ...list, '--seconds', '9', '--answers', '120000']);
  if (ways.includes('doh') && doh !== undefined)
    await client(clientCpu, ['h2load', '-c', '4', '-m', '20', '-n', '10000', '-i', path.join(dir, `uris.${doh}`)]);
}

async function ask(server: Server, way: string, round: number): Promise<void> {
  const { name, port, doh } = server;
  const before = server.cpu();
  if (way === 'load') {
    const args = ['--port', String(port), '--queries', path.join(dir, 'queries.txt'), '--seconds', values.seconds];
    const out = JSON.parse(
      await client(clientCpu, [process.execPath, here('load.ts'), ...args, '--from', String(round * 130_000)]),
    );
    const cpu = server.cpu() - before;
    const share = ((100 * out.nxdomain) / out.answers).toFixed(1);
    const bad = out.other + out.strays > 0 ? `, ${out.other} other codes, ${out.strays} strays` : '';
    note(name, way, out.answers, cpu, out.rate, `${share} % blocked, ${out.size} bytes, again ${out.again}${bad}`);
  } else if (way === 'dnsperf') {
    const options = ['-l', values.seconds, '-c', '8', '-q', '100', '-t', '1', '-T', '1'];
    const list = ['-s', '127.0.0.1', '-p', String(port), '-d', path.join(dir, 'queries.txt')];
    const out = await client(clientCpu, ['dnsperf', ...list, ...options]);
    const cpu = server.cpu() - before;
    const done = Number(/Queries completed:\s+(\d+)/.exec(out)?.[1]);
    const rate = Math.round(Number(/Queries per second:\s+([\d.]+)/.exec(out)?.[1]));
    note(name, way, done, cpu, rate, `lost ${/Queries lost:\s+(\d+)/.exec(out)?.[1]}`);
  } else if (doh !== undefined) {
    const options = ['-c', '10', '-m', '20', '-t', '1', '-n', values.requests, '-i', path.join(dir, `uris.${doh}`)];
    const out = await client(clientCpu, ['h2load', ...options]);
    const cpu = server.cpu() - before;
    const good = Number(/status codes: (\d+) 2xx/.exec(out)?.[1]);
    const rate = Math.round(Number(/, ([\d.]+) req\/s/.exec(out)?.[1]));
    note(name, way, good, cpu, rate, good < Number(values.requests) ? `${good} answered` : '');
  }
}

console.log(`${machine()}, load ${loadavg()[0]?.toFixed(1)}; ${rules} rules, ${LOCAL} local names`);
prepare(dir, rules, [5341, 5342, 5346, 5352]);
const stub = new Server(
  'stub',
  [process.execPath, here('stub.ts'), String(STUB)],
  { port: STUB },
  clientCpu,
  path.join(dir, 'stub.log'),
);
const servers: Server[] = [];
try {
  for (const name of values.servers.split(',')) servers.push(start(name));
  for (const server of servers) {
    await server.ready(domain(rules - 1), 600);
    console.log(`  ${server.name.padEnd(8)} blocks after ${server.loaded.toFixed(1)} s, ${server.rss().toFixed(0)} MB`);
  }
  for (const server of servers) await warm(server);
  for (const way of ways) {
    for (let round = 0; round < rounds; round++) for (const server of servers) await ask(server, way, round);
  }
  const rss = new Map(servers.map((server) => [server.name, server.rss()]));
  summary(rss);
} finally {
  await Promise.all([...servers, stub].map((server) => server.stop()));
  if (!values.state) rmSync(dir, { recursive: true, force: true });
}

function summary(rss: ReadonlyMap<string, number>): void {
  let missed = false;
  for (const way of ways) {
    const of = (name: string) => median(figures.get(`${way} ${name}`)?.perCpu ?? []);
    const base = of('unbound');
    const rows = [[way, 'q/CPU-s', 'of Unbound', 'q/s', 'RSS MB', 'bytes/rule']];
    for (const [name, mb] of rss) {
      const figure = figures.get(`${way} ${name}`);
      if (!figure) continue;
      const ratio = of(name) / base;
      const aim =
        way === 'doh'
          ? name === 'plain'
            ? AIMS.doh
            : 0
          : name === 'lanes'
            ? AIMS.floor
            : name === 'plain'
              ? AIMS.plain
              : 0;
      if (way !== 'dnsperf' && ratio < aim) missed = true;
      rows.push([
        name,
        of(name).toFixed(0),
        Number.isFinite(ratio) ? ratio.toFixed(2) : '-',
        median(figure.rate).toFixed(0),
        mb.toFixed(0),
        ((mb * 2 ** 20) / rules).toFixed(0),
      ]);
    }
    console.log(`\n${table(rows)}`);
  }
  console.log(
    `\naims of Unbound's: lanes ${AIMS.lanes} (floor ${AIMS.floor}), plain ${AIMS.plain}, DoH ${AIMS.doh}; load ${loadavg()[0]?.toFixed(1)}`,
  );
  process.exitCode = missed ? 1 : 0;
}
