import { type Info, parse } from 'csv-parse/sync';

/** What is wrong with a file as a whole. */
export type FileFault = 'empty' | 'encoding' | 'columns' | 'csv' | 'rows';

export const COLUMNS = ['url', 'platform', 'account', 'category', 'language', 'danger', 'age', 'seen', 'text'] as const;
export type BulkColumn = (typeof COLUMNS)[number];
/** One line of the file; `row` is its line as a spreadsheet numbers it, the header being 1. */
export interface CsvRow {
  row: number;
  cells: Partial<Record<BulkColumn, string>>;
}

export const MAX_ROWS = 5000;

/** UTF-8 with or without its mark, or UTF-16 as Excel's "Unicode text" writes it; undefined for anything else. Pure. */
export function decode(file: Buffer): string | undefined {
  if (file[0] === 0xff && file[1] === 0xfe) return new TextDecoder('utf-16le').decode(file);
  if (file[0] === 0xfe && file[1] === 0xff) return new TextDecoder('utf-16be').decode(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return undefined;
  }
}

/** The mark that most separates the names of the columns: Excel writes `;` where a comma is for decimals. Pure. */
export function delimiterOf(text: string): { delimiter: string; text: string } {
  const said = /^sep=(.)\r?\n/.exec(text);
  if (said?.[1]) return { delimiter: said[1], text: text.slice(said[0].length) };
  const header = text.slice(0, (text.search(/[\r\n]/) + text.length + 1) % (text.length + 1) || text.length);
  const count = (d: string) => header.split(d).length;
  const delimiter = [',', ';', '\t'].reduce((best, d) => (count(d) > count(best) ? d : best));
  return { delimiter, text };
}

/** Reads a file. Columns may come in any order, unknown ones are refused: a misspelt name must not lose a column. Pure. */
export function readCsv(file: Buffer): { rows: CsvRow[] } | { fault: FileFault; detail: string } {
  const decoded = decode(file);
  if (decoded === undefined) return { fault: 'encoding', detail: '' };
  const clean = decoded.replaceAll('\0', '').trim();
  if (!clean) return { fault: 'empty', detail: '' };
  const { delimiter, text } = delimiterOf(clean);
  let lines: { record: string[]; info: Info }[];
  try {
    lines = parse(text, {
      delimiter,
      info: true,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 100_000,
    }) as unknown as { record: string[]; info: Info }[];
  } catch (error) {
    return { fault: 'csv', detail: /line (\d+)/i.exec(error instanceof Error ? error.message : '')?.[1] ?? '' };
  }
  const [head, ...body] = lines;
  const names = (head?.record ?? []).map((n) => n.toLowerCase());
  const unknown = names.filter((n) => !(COLUMNS as readonly string[]).includes(n));
  if (unknown.length > 0 || !names.includes('category') || new Set(names).size < names.length)
    return { fault: 'columns', detail: unknown.slice(0, 5).join(', ') };
  if (body.length === 0) return { fault: 'empty', detail: '' };
  if (body.length > MAX_ROWS) return { fault: 'rows', detail: String(body.length) };
  return {
    rows: body.map(({ record }, i) => ({
      row: i + 2,
      cells: Object.fromEntries(names.map((name, k) => [name, record[k] ?? ''])),
    })),
  };
}

/** A cell of a file that we write: a spreadsheet must never take what somebody reported for a formula. Pure. */
export function cell(value: string | number): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A whole file, with the mark that lets Excel read it as UTF-8. Pure. */
export const writeCsv = (rows: readonly (readonly (string | number)[])[]): string =>
  `\ufeff${rows.map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`;
