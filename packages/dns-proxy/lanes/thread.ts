import { parentPort, workerData } from 'node:worker_threads';
import { createCore } from '../answer/core.ts';
import { Proxies } from '../listen/proxied.ts';
import type { PolicyFactory } from '../policy.ts';
import type { LaneCommand, LaneDoor, LaneOrder, LaneReport, Numbers } from './orders.ts';
import { type ServedLane, serveLane } from './serve.ts';

/** A lane in a thread of its own (see `LaneGroup`): a core, its policy, and its sockets. */

const order = workerData as LaneOrder;
const tell = (report: LaneReport) => parentPort?.postMessage(report);

try {
  const { default: factory } = (await import(order.policy.module)) as { default: PolicyFactory };
  const policy = await factory(order.policy.link);
  const core = createCore({ ...order.core, policy });
  const proxies = order.proxies.length > 0 ? new Proxies(order.proxies) : undefined;
  const served: ServedLane[] = [];
  const force = order.force ? { force: order.force } : {};
  for (const at of order.listen) served.push(await serveLane({ reusePort: true, ...at, ...force }, core, proxies));

  const numbers = (): Numbers => {
    const sum: Record<string, number> = { ...core.stats };
    for (const { lane } of served) {
      for (const [name, value] of Object.entries(lane.stats)) {
        const key = `lane${name[0]?.toUpperCase()}${name.slice(1)}`;
        sum[key] = (sum[key] ?? 0) + value;
      }
    }
    sum.cacheBytes = core.cache.bytes;
    sum.cacheEntries = core.cache.size;
    sum.inFlight = core.resolver.inFlight;
    return sum;
  };

  parentPort?.on('message', async (command: LaneCommand) => {
    if (command.kind === 'stats') tell({ kind: 'stats', number: command.number, stats: numbers() });
    else if (command.kind === 'secrets') core.cookies.setSecrets(command.secrets);
    else {
      await Promise.all(served.map((lane) => lane.close(command.graceMs)));
      core.close();
      policy.close?.();
      parentPort?.close();
    }
  });
  const doors: LaneDoor[] = served.map(({ lane: { port, kind, reason } }) => ({ port, kind, reason }));
  tell({ kind: 'ready', doors });
} catch (error) {
  tell({ kind: 'failed', error });
  parentPort?.close();
}
