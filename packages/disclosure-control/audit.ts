import { setImmediate as breathe } from 'node:timers/promises';
import { type Rational, rational, ZERO } from './rational.ts';
import { maximise } from './simplex.ts';
import type { CellId, FrequencyTable } from './table.ts';

/** What somebody who knows every published number and the rule can say about a hidden cell. */
export interface Disclosure {
  cell: CellId;
  /** Least and greatest whole number that the cell can hold; `max` undefined: no limit. */
  min: number;
  max: number | undefined;
}

/** Hidden cells grouped by the equations that bind them: each group can be solved on its own. */
function components(hidden: ReadonlySet<CellId>, table: FrequencyTable): { cells: CellId[]; equations: number[] }[] {
  const parent = new Map<CellId, CellId>([...hidden].map((h) => [h, h]));
  const find = (x: CellId): CellId => {
    let r = x;
    while (parent.get(r) !== r) r = parent.get(r) as CellId;
    parent.set(x, r);
    return r;
  };
  const inEquation = table.equations.map((e) => [e.total, ...e.parts].filter((c) => hidden.has(c)));
  for (const cells of inEquation) for (const c of cells.slice(1)) parent.set(find(c), find(cells[0] as CellId));
  const groups = Map.groupBy(hidden, find);
  return [...groups.values()].map((cells) => {
    const set = new Set(cells);
    return { cells, equations: inEquation.flatMap((e, i) => (e.some((c) => set.has(c)) ? [i] : [])) };
  });
}

/**
 * The exact range of every hidden cell, given all published cells, all equations, and that a hidden cell holds a whole
 * number of at least `least` (zeros that are shown mean that a hidden cell is no zero). Linear programming over exact
 * fractions: the true integer range lies inside, and a cell that linear algebra alone gives away (its indicator in the
 * row space of the published totals) has equal ends. `asked` limits the answer to some of the hidden cells.
 */
export async function auditTable(
  table: FrequencyTable,
  hidden: ReadonlySet<CellId>,
  least = 1,
  asked: ReadonlySet<CellId> = hidden,
): Promise<Disclosure[]> {
  const found: Disclosure[] = [];
  for (const group of components(hidden, table)) {
    const index = new Map(group.cells.map((c, i) => [c, i]));
    const a: Rational[][] = [];
    const b: Rational[] = [];
    for (const e of group.equations) {
      const equation = table.equations[e] as FrequencyTable['equations'][number];
      const row: Rational[] = group.cells.map(() => ZERO);
      // sum(parts) - total = 0; published cells go to the right; x = least + y with y >= 0.
      let right = 0n;
      const put = (cell: CellId, sign: bigint) => {
        const i = index.get(cell);
        if (i === undefined) right -= sign * BigInt(table.cells.get(cell) ?? 0);
        else {
          const v = row[i] as Rational;
          row[i] = rational(v.n + sign);
          right -= sign * BigInt(least);
        }
      };
      for (const p of equation.parts) put(p, 1n);
      put(equation.total, -1n);
      a.push(row);
      b.push(rational(right));
    }
    for (const cell of group.cells.filter((c) => asked.has(c))) {
      // One linear program at a time: whoever shares this thread goes on in between.
      await breathe();
      const i = index.get(cell) as number;
      const unit = (sign: bigint) => group.cells.map((_, j) => (j === i ? rational(sign) : ZERO));
      const high = maximise(a, b, unit(1n));
      const low = maximise(a, b, unit(-1n));
      if (high === undefined || low === undefined || low === 'unbounded')
        throw new Error(`the table contradicts itself at ${cell}`);
      const ceil = (r: Rational) => Number(r.n >= 0n ? (r.n + r.d - 1n) / r.d : -(-r.n / r.d));
      const floor = (r: Rational) => Number(r.n >= 0n ? r.n / r.d : -((-r.n + r.d - 1n) / r.d));
      found.push({
        cell,
        min: least + ceil(rational(-low.n, low.d)),
        max: high === 'unbounded' ? undefined : least + floor(high),
      });
    }
  }
  return found;
}
