import type { CellId, FrequencyTable } from './table.ts';

/**
 * Bounds of hidden cells by passing limits back and forth through the equations until nothing moves (the "shuttle"
 * algorithm, Buzzigoli and Giusti 1999). Fast; every range it gives holds the true one, so a cell that it finds too narrow
 * is given away for sure. It may miss what several equations give away together: the linear programs decide that.
 */
export function shuttleBounds(
  table: FrequencyTable,
  hidden: ReadonlySet<CellId>,
  least: number,
): Map<CellId, { min: number; max: number }> {
  const bounds = new Map([...hidden].map((c) => [c, { min: least, max: Number.POSITIVE_INFINITY }]));
  const at = (c: CellId) => {
    const known = table.cells.get(c) ?? 0;
    return bounds.get(c) ?? { min: known, max: known };
  };
  const equations = table.equations.filter((e) => [e.total, ...e.parts].some((c) => hidden.has(c)));
  for (let moved = true; moved; ) {
    moved = false;
    const tighten = (c: CellId, min: number, max: number) => {
      const b = bounds.get(c);
      if (!b) return;
      if (min > b.min) [b.min, moved] = [min, true];
      if (max < b.max) [b.max, moved] = [max, true];
    };
    for (const { total, parts } of equations) {
      let min = 0;
      let max = 0;
      for (const p of parts) {
        min += at(p).min;
        max += at(p).max;
      }
      tighten(total, min, max);
      const t = at(total);
      for (const p of parts) {
        const b = at(p);
        const others = Number.isFinite(max) ? max - b.max : parts.reduce((n, q) => (q === p ? n : n + at(q).max), 0);
        tighten(p, t.min - others, t.max - (min - b.min));
      }
    }
  }
  return bounds;
}
