import type { LetterLine } from './lines.ts';

/** Names for machines, the same in every language. */
export const COLUMNS = [
  'reference',
  'url',
  'ip',
  'network',
  'first_seen',
  'last_seen',
  'category',
  'legal_articles',
  'deadline',
  'answer_link',
] as const;

/**
 * What a spreadsheet takes for a formula, also in wide letters. Only what follows a blank that programs skip counts too:
 * ` =1` is a formula in some.
 */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** One cell (RFC 4180): quoted where needed, never a formula. Pure. */
export function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const instant = (at: Date | undefined) => at?.toISOString().replace(/\.\d{3}Z$/, 'Z') ?? '';

/**
 * The notices of a letter as a table. UTF-8 with a byte order mark: without one, spreadsheets in Windows read Arabic as
 * Latin letters; programs that read CSV skip it. Commas, as RFC 4180 says. Times are UTC (ISO 8601). Pure.
 */
export function letterCsv(lines: readonly LetterLine[]): string {
  const rows = lines.map((line) => [
    line.reference,
    line.url ?? '',
    line.ip ?? '',
    line.network === undefined ? '' : `AS${line.network}`,
    instant(line.firstSeen),
    instant(line.lastSeen),
    line.category,
    line.articles.join('; '),
    instant(line.deadline),
    line.link,
  ]);
  return `\uFEFF${[COLUMNS, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
