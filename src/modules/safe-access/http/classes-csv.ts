import { CsvError, parse } from 'csv-parse/sync';
import type { Lang } from '../../../platform/i18n/index.ts';
import { isLang } from '../../../platform/i18n/index.ts';
import type { ClassRow } from '../api.ts';
import { contains, type NetworkFault, networksOf, type Reach, readNetwork } from '../family/network.ts';
import { MAX_NETWORKS } from '../family/networks.ts';
import { BANDS } from '../profile/rules.ts';

/** Classes in one file, and what one file may weigh in bytes. */
export const MAX_CLASSES = 200;
export const MAX_FILE = 100_000;
const LABEL_MAX = 60;

export const COLUMNS = ['class', 'band', 'lang', 'network'] as const;
export type Column = (typeof COLUMNS)[number];
/** What spreadsheets of schools call them; without accents and in lower case. */
const HEADERS: Record<Column, readonly string[]> = {
  class: ['class', 'classe', 'القسم', 'قسم'],
  band: ['band', 'age', 'ages', 'tranche', 'العمر', 'السن', 'الفئة العمرية'],
  lang: ['lang', 'language', 'langue', 'اللغة', 'لغة'],
  network: ['network', 'networks', 'reseau', 'reseaux', 'الشبكة', 'الشبكات', 'شبكة'],
};

export type CellFault =
  | 'name-missing'
  | 'name-long'
  | 'name-twice'
  | 'band'
  | 'band-other'
  | 'lang'
  | 'extra'
  | 'networks-many'
  | 'network-outside'
  | 'network-twice'
  | 'network-taken'
  | `network-${NetworkFault}`;

/** What is wrong in one cell; `value` is what stands there, `other` the line or the class that is in the way. */
export interface CellProblem {
  column: Column;
  fault: CellFault;
  value: string;
  other: string;
}

/** One line of the file; `line` is its number as a spreadsheet shows it. */
export interface ClassLine {
  line: number;
  cells: Record<Column, string>;
  /** In the form that is kept; undefined when the file has no such column. */
  networks: readonly string[] | undefined;
  problems: readonly CellProblem[];
  /** Whether there is such a class already; then only its networks change. */
  known: boolean;
}

/** What is wrong with the file as a whole, and where it begins to be wrong. */
export interface FileProblem {
  fault: 'empty' | 'missing' | 'unknown' | 'csv' | 'many' | 'large';
  line?: number;
  /** The header that is not known, or the columns that are missing. */
  what?: string;
}

/** The school as it is now, which decides what may stand in its file. */
export interface SchoolNow {
  readonly lines: readonly string[];
  readonly classes: readonly { readonly label: string; readonly band: string; readonly networks: readonly string[] }[];
  readonly reach: Reach;
}

/**
 * The text of a file as spreadsheets write it: UTF-8, UTF-16 with its mark, or what Windows wrote before, by the language of
 * whoever sends it. The preview shows what was read. Pure.
 */
export function textOf(file: Uint8Array, lang: Lang): string {
  const utf16 = file[0] === 0xff && file[1] === 0xfe ? 'utf-16le' : file[0] === 0xfe && file[1] === 0xff && 'utf-16be';
  if (utf16) return new TextDecoder(utf16).decode(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return new TextDecoder(lang === 'ar' ? 'windows-1256' : 'windows-1252').decode(file);
  }
}

const plain = (header: string) =>
  header
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '');

/**
 * Reads a school's file: a header with class and age and, if wanted, language and network; commas, semicolons or tabs. Every
 * line comes back, with all that is wrong in it. Pure.
 */
export function readClasses(
  text: string,
  fallback: Lang,
  now: SchoolNow,
): { lines: ClassLine[] } | { problem: FileProblem } {
  if (text.length > MAX_FILE) return { problem: { fault: 'large' } };
  const clean = text.replace(/^\ufeff/, '').replaceAll('\0', '');
  if (!clean.trim()) return { problem: { fault: 'empty' } };
  const first = clean.split('\n').find((line) => line.trim() !== '') ?? '';
  const delimiter = [',', ';', '\t'].reduce((best, d) => (first.split(d).length > first.split(best).length ? d : best));
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(clean, {
      delimiter,
      relax_column_count: true,
      trim: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as typeof records;
  } catch (error) {
    const line = error instanceof CsvError ? Number(error.lines) : Number.NaN;
    return { problem: { fault: 'csv', ...(Number.isInteger(line) ? { line } : {}) } };
  }
  const [head, ...rows] = records;
  if (!head) return { problem: { fault: 'empty' } };
  const columns = head.record.map((name) => COLUMNS.find((column) => HEADERS[column].includes(plain(name))));
  const unknown = head.record.find((name, i) => columns[i] === undefined && name !== '');
  if (unknown !== undefined)
    return { problem: { fault: 'unknown', line: head.info.lines, what: unknown.slice(0, 40) } };
  const missing = (['class', 'band'] as const).filter((column) => !columns.includes(column));
  if (missing.length > 0) return { problem: { fault: 'missing', line: head.info.lines, what: missing.join(', ') } };
  if (rows.length === 0) return { problem: { fault: 'empty' } };
  if (rows.length > MAX_CLASSES) return { problem: { fault: 'many' } };

  const cellsOf = (record: readonly string[]): Record<Column, string> => {
    const cell = (column: Column) => record[columns.indexOf(column)] ?? '';
    return { class: cell('class'), band: cell('band'), lang: cell('lang') || fallback, network: cell('network') };
  };
  const inFile = new Set(rows.map(({ record }) => cellsOf(record).class));
  const elsewhere = new Map(
    now.classes.filter((c) => !inFile.has(c.label)).flatMap((c) => c.networks.map((n) => [n, c.label] as const)),
  );
  const seenAt = new Map<string, number>();
  const networkAt = new Map<string, number>();

  const lines = rows.map(({ record, info }): ClassLine => {
    const cells = cellsOf(record);
    const { lines: line } = info;
    const problems: CellProblem[] = [];
    const wrong = (column: Column, fault: CellFault, value: string, other: string | number = '') =>
      problems.push({ column, fault, value: value.slice(0, 60), other: String(other) });
    const known = now.classes.find((c) => c.label === cells.class);

    if (cells.class === '') wrong('class', 'name-missing', '');
    else if (cells.class.length > LABEL_MAX) wrong('class', 'name-long', cells.class, LABEL_MAX);
    else if (seenAt.has(cells.class)) wrong('class', 'name-twice', cells.class, seenAt.get(cells.class));
    else seenAt.set(cells.class, line);
    if (!BANDS.some((b) => b === cells.band)) wrong('band', 'band', cells.band);
    else if (known && known.band !== cells.band) wrong('band', 'band-other', cells.band, known.band);
    if (!isLang(cells.lang)) wrong('lang', 'lang', cells.lang);
    const extra = record.slice(columns.length).find((cell) => cell !== '');
    if (extra !== undefined) wrong('network', 'extra', extra);

    const networks: string[] = [];
    for (const typed of networksOf(cells.network)) {
      const read = readNetwork(typed, now.reach);
      if ('fault' in read) {
        wrong('network', `network-${read.fault}`, typed);
        continue;
      }
      const { network } = read;
      if (!now.lines.some((outer) => contains(outer, network))) wrong('network', 'network-outside', network);
      else if (networkAt.has(network) && networkAt.get(network) !== line)
        wrong('network', 'network-twice', network, networkAt.get(network));
      else if (elsewhere.has(network)) wrong('network', 'network-taken', network, elsewhere.get(network));
      else if (!networks.includes(network)) networks.push(network);
      if (!networkAt.has(network)) networkAt.set(network, line);
    }
    if (networks.length > MAX_NETWORKS) wrong('network', 'networks-many', cells.network, MAX_NETWORKS);
    return { line, cells, networks: columns.includes('network') ? networks : undefined, problems, known: !!known };
  });
  return { lines };
}

/** The rows of a file without a fault. */
export function classRows(lines: readonly ClassLine[]): ClassRow[] {
  return lines.map(({ cells, networks }) => ({
    label: cells.class,
    band: cells.band as ClassRow['band'],
    lang: cells.lang as Lang,
    ...(networks ? { networks } : {}),
  }));
}
