import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';
import { createCore, LaneGroup, ProxyServer, serveLane } from '../../packages/dns-proxy/index.ts';
import { openSnapshot, TablePublisher } from '../../packages/dns-table/index.ts';
import makePolicy, { type BenchLink } from './policy.ts';

/** Our resolver for the bench: over lanes, or with plain sockets in the process and DoH. Rates are off: all come from one address. */

interface Order {
  /** `inline`: a lane in the first thread, where a profiler sees it. */
  readonly kind: 'lanes' | 'inline' | 'plain';
  readonly dir: string;
  readonly port: number;
  readonly doh: number;
  readonly upstream: number;
  readonly module: string | undefined;
  readonly names: number;
  /** Where confirmed names are. */
  readonly where: 'disk' | 'memory';
  /** Folder for a profile of the processor, from when all is warm. */
  readonly prof?: string;
}

/** Begins behind the warm-up, for three seconds. */
function profile(folder: string, received: () => number): void {
  const session = new Session();
  session.connect();
  const timer = setInterval(() => {
    if (received() < 70_000) return;
    clearInterval(timer);
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 200 });
    session.post('Profiler.start');
    setTimeout(() => {
      session.post('Profiler.stop', (_error, { profile }) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path.join(folder, `${Date.now()}.cpuprofile`), JSON.stringify(profile));
      });
    }, 3000);
  }, 20);
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const tables = (['national', 'categories'] as const).map(
  (name) => new TablePublisher(openSnapshot(path.join(order.dir, `${name}.table`), { names: order.where })),
);
const [national, categories] = tables as [TablePublisher, TablePublisher];
const link = (): BenchLink => ({
  national: national.connect(),
  categories: categories.connect(),
  module: order.module,
  names: order.names,
});
const core = {
  upstreams: [{ host: '127.0.0.1', port: order.upstream }],
  rate: { perNetwork: 0 },
};
const doors = [{ address: '127.0.0.1', port: order.port }];
if (order.kind === 'lanes') {
  const group = await LaneGroup.start({
    count: 1,
    listen: doors,
    policy: {
      module: new URL('./policy.ts', import.meta.url),
      link: () => {
        const value = link();
        return { value, transfer: [value.national.port, value.categories.port] };
      },
    },
    core,
  });
  console.log(JSON.stringify({ kind: group.doors[0]?.kind }));
  process.on('SIGTERM', async () => {
    console.log(JSON.stringify(await group.stats()));
    await group.close();
    process.exit();
  });
} else if (order.kind === 'inline') {
  const own = createCore({ ...core, policy: await makePolicy(link()) });
  const served = await serveLane({ address: '127.0.0.1', port: order.port }, own);
  console.log(JSON.stringify({ kind: served.lane.kind }));
  if (order.prof) profile(order.prof, () => served.lane.stats.received);
  process.on('SIGTERM', async () => {
    await served.close(100);
    console.log(JSON.stringify({ ...own.stats, ...served.lane.stats }));
    process.exit();
  });
} else {
  const server = await ProxyServer.start({
    ...core,
    policy: await makePolicy(link()),
    listen: { udp: doors, doh: [{ address: '127.0.0.1', port: order.doh }] },
    tls: { key: readFileSync(path.join(order.dir, 'key.pem')), cert: readFileSync(path.join(order.dir, 'cert.pem')) },
    limits: { questionsPerSecond: 0, connectionsPerSecond: 1000 },
  });
  console.log(JSON.stringify({ kind: 'plain' }));
  process.on('SIGTERM', async () => {
    await server.close();
    process.exit();
  });
}
