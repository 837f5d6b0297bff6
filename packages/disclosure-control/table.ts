/** Names a cell; any string that is unique in its table. */
export type CellId = string;

/** `total = sum of parts`: every addition that somebody who reads the table can make. */
export interface Equation {
  total: CellId;
  parts: CellId[];
}

/** A table of counts with all its margins as cells, and all the additions that bind them. */
export interface FrequencyTable {
  cells: ReadonlyMap<CellId, number>;
  equations: readonly Equation[];
}

/**
 * A two-way table with row totals, column totals and the grand total.
 * Cells are `row\u001fcolumn`, margins `row\u001f*`, `*\u001fcolumn`, `*\u001f*`.
 */
export function twoWayTable(
  rows: readonly string[],
  columns: readonly string[],
  count: (row: string, column: string) => number,
): FrequencyTable {
  const id = (row: string, column: string) => `${row}\u001f${column}`;
  const cells = new Map<CellId, number>();
  for (const r of rows) for (const c of columns) cells.set(id(r, c), count(r, c));
  const sum = (ids: CellId[]) => ids.reduce((n, i) => n + (cells.get(i) ?? 0), 0);
  const equations: Equation[] = [];
  const add = (total: CellId, parts: CellId[]) => {
    cells.set(total, sum(parts));
    equations.push({ total, parts });
  };
  for (const r of rows)
    add(
      id(r, '*'),
      columns.map((c) => id(r, c)),
    );
  for (const c of columns)
    add(
      id('*', c),
      rows.map((r) => id(r, c)),
    );
  add(
    id('*', '*'),
    rows.map((r) => id(r, '*')),
  );
  equations.push({ total: id('*', '*'), parts: columns.map((c) => id('*', c)) });
  return { cells, equations };
}
