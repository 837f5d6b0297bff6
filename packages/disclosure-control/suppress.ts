import { auditTable, type Disclosure } from './audit.ts';
import { shuttleBounds } from './shuttle.ts';
import type { CellId, FrequencyTable } from './table.ts';

export interface SuppressionOptions {
  /** Counts from 1 to `threshold - 1` are never shown. */
  threshold: number;
  /** Least width (greatest minus least possible value) of what can be worked out about a hidden small count. */
  protection?: number;
}

export interface SuppressionResult {
  /** What may be published; a hidden cell has no entry. */
  published: Map<CellId, number>;
  /** Hidden because small. */
  primary: Set<CellId>;
  /** Hidden only to protect others. */
  complementary: Set<CellId>;
  /** The audit of what is published, for the certificate: the exact range of every hidden small count. */
  audit: Disclosure[];
}

/**
 * Primary suppression (small counts), then complementary suppression: as long as the exact audit finds a small count that
 * published numbers give away, the smallest further cell bound to it by an equation is hidden too. Zeros are shown: they
 * disclose nothing about anybody, and hiding them would hide the shape of the table.
 * Source: Hundepool et al., Statistical Disclosure Control (2012), ch. 4.
 */
export async function suppress(table: FrequencyTable, options: SuppressionOptions): Promise<SuppressionResult> {
  const { threshold, protection = Math.max(1, threshold - 2) } = options;
  const primary = new Set([...table.cells].filter(([, v]) => v > 0 && v < threshold).map(([id]) => id));
  const hidden = new Set(primary);
  const tooNarrow = (d: Disclosure) => primary.has(d.cell) && d.max !== undefined && d.max - d.min < protection;
  for (;;) {
    // The fast bounds find nearly all that is given away; the exact audit has the last word.
    const quick = [...shuttleBounds(table, hidden, 1)].map(([cell, r]) => ({
      cell,
      min: r.min,
      max: Number.isFinite(r.max) ? r.max : undefined,
    }));
    let given = quick.filter(tooNarrow);
    if (given.length === 0) given = (await auditTable(table, hidden, 1, primary)).filter(tooNarrow);
    const next = given.length > 0 ? nextToHide(table, hidden, given) : undefined;
    if (next === undefined) {
      if (given.length > 0) throw new Error('a small count can not be protected: everything bound to it is hidden');
      const published = new Map([...table.cells].filter(([id]) => !hidden.has(id)));
      return {
        published,
        primary,
        complementary: hidden.difference(primary),
        audit: await auditTable(table, hidden, 1, primary),
      };
    }
    hidden.add(next);
  }
}

/**
 * The smallest positive cell bound by an equation to a cell that is given away; then to any hidden cell (a ring of hidden
 * cells has to be closed somewhere); then any. Margins last: they say most.
 */
function nextToHide(table: FrequencyTable, hidden: ReadonlySet<CellId>, given: Disclosure[]): CellId | undefined {
  const isTotal = new Set(table.equations.map((e) => e.total));
  const smallest = (ids: Iterable<CellId>) =>
    [...new Set(ids)]
      .filter((c) => !hidden.has(c) && (table.cells.get(c) ?? 0) > 0)
      .sort(
        (a, b) =>
          Number(isTotal.has(a)) - Number(isTotal.has(b)) ||
          (table.cells.get(a) ?? 0) - (table.cells.get(b) ?? 0) ||
          (a < b ? -1 : 1),
      )
      .at(0);
  const boundTo = (cells: ReadonlySet<CellId>) =>
    table.equations.flatMap((e) => {
      const all = [e.total, ...e.parts];
      return all.some((c) => cells.has(c)) ? all : [];
    });
  const inner = (ids: CellId[]) => ids.filter((c) => !isTotal.has(c));
  const near = boundTo(new Set(given.map((d) => d.cell)));
  const far = boundTo(hidden);
  return (
    smallest(inner(near)) ?? smallest(inner(far)) ?? smallest(near) ?? smallest(far) ?? smallest(table.cells.keys())
  );
}
