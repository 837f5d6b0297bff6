import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Run {
  /** Acknowledged per second. */
  rate: number;
  done: number;
  failed: number;
  /** Milliseconds of each, sorted. */
  latencies: number[];
}

type Submit = () => Promise<void>;

/** Closed loop: `clients` send the next one as soon as the last one is acknowledged. */
export async function saturate(submit: Submit, clients: number, forMs: number): Promise<Run> {
  const took: number[] = [];
  let failed = 0;
  const began = performance.now();
  const deadline = began + forMs;
  const client = async () => {
    for (let at = performance.now(); at < deadline; ) {
      await submit().catch(() => {
        failed += 1;
      });
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return summary(took, failed, performance.now() - began);
}

/** Open loop: `perSecond` arrive whether or not the earlier ones are done, as people do. */
export async function arrive(submit: Submit, perSecond: number, forMs: number): Promise<Run> {
  const took: number[] = [];
  let failed = 0;
  const under: Promise<void>[] = [];
  const began = performance.now();
  const total = Math.round((perSecond * forMs) / 1000);
  for (let i = 0; i < total; i += 1) {
    // Measured from when it was due: a late sender must not hide a wait.
    const due = began + (i * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const one = submit().then(
      () => {
        took.push(performance.now() - due);
      },
      () => {
        failed += 1;
      },
    );
    under.push(one);
  }
  await Promise.all(under);
  return summary(took, failed, performance.now() - began);
}

function summary(took: number[], failed: number, ms: number): Run {
  const latencies = took.toSorted((a, b) => a - b);
  const done = took.length - failed;
  return { rate: (done * 1000) / ms, done, failed, latencies };
}

/** Nearest-rank percentile of sorted values; NaN of none. */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  );
}

/** Lines up the cells of a table; the first column to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ');
  return rows.map(line).join('\n');
}

export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  return `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
