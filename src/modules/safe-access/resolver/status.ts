import type { LaneGroup, ProxyServer } from '../../../../packages/dns-proxy/index.ts';
import type { Resolver } from './resolver.ts';

/** How the resolver is doing, in numbers alone: no name and nobody who asked. */
export interface DnsStatus {
  /** Whether names are answered by the lists, and not refused. */
  readonly ready: boolean;
  /** Only go up, but for a lane that was started again. */
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

/** What the threads tell that goes up and down. */
const LANE_GAUGES = ['cacheBytes', 'cacheEntries', 'inFlight', 'lanes'];

function add(sums: Record<string, number>, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) sums[name] = (sums[name] ?? 0) + value;
}

/** This thread and all lanes together. A lane that says nothing for two seconds is left out. */
export async function statusOf(
  server: Pick<ProxyServer, 'stats' | 'gauges'>,
  lanes: LaneGroup | undefined,
  { national, registry }: Pick<Resolver, 'national' | 'registry'>,
): Promise<DnsStatus> {
  const told = Object.entries((await lanes?.stats()) ?? { lanes: 0 });
  const counters: Record<string, number> = { ...server.stats, laneRestarts: lanes?.restarts ?? 0 };
  const gauges: Record<string, number> = { ...server.gauges, nationalSerial: national.serial, profiles: registry.size };
  add(counters, Object.fromEntries(told.filter(([name]) => !LANE_GAUGES.includes(name))));
  add(gauges, Object.fromEntries(told.filter(([name]) => LANE_GAUGES.includes(name))));
  return { ready: national.ready && registry.ready, counters, gauges };
}

/** For Prometheus (text format 0.0.4). Pure. */
export function metricsText({ ready, counters, gauges }: DnsStatus): string {
  const lines = (metric: string, type: string, help: string, numbers: Readonly<Record<string, number>>) => [
    `# HELP ${metric} ${help}`,
    `# TYPE ${metric} ${type}`,
    ...Object.entries(numbers).map(([what, value]) => `${metric}{what="${what}"} ${value}`),
  ];
  return `${[
    ...lines('e_salama_dns_total', 'counter', 'Questions, answers and what went wrong, since the start', counters),
    ...lines('e_salama_dns_now', 'gauge', 'Lengths and sizes at this moment', { ...gauges, ready: Number(ready) }),
  ].join('\n')}\n`;
}
