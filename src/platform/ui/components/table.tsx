import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  key: string;
  header: string;
  cell(row: Row): ComponentChildren;
  /** Numbers and times: aligned at the end, digits of equal width. */
  numeric?: boolean;
  /** The cell that names the row; read out before the others. One per table. */
  rowHeader?: boolean;
  /** The header is only for assistive technology (a column of buttons). */
  headerHidden?: boolean;
}

export interface DataTableProps<Row> {
  caption: string;
  captionHidden?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string;
  /** The row that a panel beside the table shows. */
  selected?(row: Row): boolean;
  /** A danger row is marked at its start side; its cell must say so too. */
  danger?(row: Row): boolean;
  /** Shown instead of the table when there are no rows. */
  empty?: ComponentChildren;
}

/** CSS that turns rows into cards takes their meaning from them in some browsers: the roles give it back. */
const AS = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

/**
 * A table that fits: in less than 620 px each row becomes a card with the headers beside the values.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  if (props.rows.length === 0 && props.empty) return <>{props.empty}</>;
  return (
    <div class="table-fit">
      <table class="data-table" {...AS.table}>
        <caption class={props.captionHidden ? 'vh' : undefined}>{props.caption}</caption>
        <thead {...AS.rowgroup}>
          <tr {...AS.row}>
            {props.columns.map((c) => (
              <th key={c.key} {...AS.columnheader} scope="col" class={c.numeric ? 'num' : undefined}>
                {c.headerHidden ? <span class="vh">{c.header}</span> : c.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...AS.rowgroup}>
          {props.rows.map((row) => (
            <tr
              key={props.rowKey(row)}
              {...AS.row}
              class={props.danger?.(row) ? 'row-danger' : undefined}
              aria-current={props.selected?.(row) ? 'true' : undefined}
            >
              {props.columns.map((c) =>
                c.rowHeader ? (
                  <th
                    key={c.key}
                    {...AS.rowheader}
                    scope="row"
                    data-label={c.header}
                    class={c.numeric ? 'num' : undefined}
                  >
                    {c.cell(row)}
                  </th>
                ) : (
                  <td
                    key={c.key}
                    {...AS.cell}
                    data-label={c.headerHidden ? undefined : c.header}
                    class={c.numeric ? 'num' : undefined}
                  >
                    {c.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
