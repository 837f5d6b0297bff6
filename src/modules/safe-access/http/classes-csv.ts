import { parse } from 'csv-parse/sync';
import type { Lang } from '../../../platform/i18n/index.ts';
import { isLang } from '../../../platform/i18n/index.ts';
import type { ClassRow } from '../api.ts';
import { BANDS } from '../profile/rules.ts';

/** Classes in one file. */
export const MAX_CLASSES = 200;
export type RowFault = 'label' | 'band' | 'lang' | 'twice';
/** One line of the file; `line` is its number as a spreadsheet shows it. */
export interface ClassLine {
  line: number;
  cells: { class: string; band: string; lang: string };
  fault: RowFault | undefined;
}
export type FileFault = 'empty' | 'columns' | 'csv' | 'many';

/**
 * Reads a school's file: a header with `class`, `band` and, if wanted, `lang`; commas, semicolons or tabs. Every line comes
 * back, with what is wrong with it. Pure.
 */
export function readClasses(text: string, fallback: Lang): { lines: ClassLine[] } | { fault: FileFault } {
  const clean = text
    .replace(/^\ufeff/, '')
    .replaceAll('\0', '')
    .trim();
  if (!clean) return { fault: 'empty' };
  const header = clean.split('\n', 1)[0] ?? '';
  const delimiter = [',', ';', '\t'].reduce((best, d) =>
    header.split(d).length > header.split(best).length ? d : best,
  );
  let records: string[][];
  try {
    records = parse(clean, { delimiter, relax_column_count: true, trim: true }) as string[][];
  } catch {
    return { fault: 'csv' };
  }
  const names = (records[0] ?? []).map((name) => name.toLowerCase());
  const [label, band, lang] = ['class', 'band', 'lang'].map((name) => names.indexOf(name)) as [number, number, number];
  if (label < 0 || band < 0 || names.some((name) => !['class', 'band', 'lang'].includes(name)))
    return { fault: 'columns' };
  if (records.length === 1) return { fault: 'empty' };
  if (records.length - 1 > MAX_CLASSES) return { fault: 'many' };
  const seen = new Set<string>();
  const lines = records.slice(1).map((record, i) => {
    const cells = {
      class: record[label] ?? '',
      band: record[band] ?? '',
      lang: (lang < 0 ? '' : record[lang]) || fallback,
    };
    const fault: RowFault | undefined =
      cells.class === '' || cells.class.length > 60
        ? 'label'
        : seen.has(cells.class)
          ? 'twice'
          : !BANDS.some((b) => b === cells.band)
            ? 'band'
            : !isLang(cells.lang)
              ? 'lang'
              : undefined;
    seen.add(cells.class);
    return { line: i + 2, cells, fault };
  });
  return { lines };
}

/** The rows of a file without a fault. */
export function classRows(lines: readonly ClassLine[]): ClassRow[] {
  return lines.map(({ cells }) => ({
    label: cells.class,
    band: cells.band as ClassRow['band'],
    lang: cells.lang as Lang,
  }));
}
