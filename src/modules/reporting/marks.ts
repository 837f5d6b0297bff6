import { normalise } from './danger/index.ts';

export const MARK_KINDS = ['phone', 'wallet', 'words'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];
export interface Mark {
  kind: MarkKind;
  /** What is digested with a key before it is stored. Personal data: never stored or logged as it is. */
  value: string;
}

/** Fewer words than this say nothing about where they come from. */
const MIN_WORDS = 12;
const SHINGLE = 3;
/** Rows in a band: the more, the more alike two texts must be to meet in one. */
const ROWS = 3;
const BANDS = 5;
const MAX_MARKS = 40;

const PHONE = /(?<![\w.])(?:\+|00)?\d(?:[ .-]?\d){8,14}(?!\w)/g;
const WALLETS = [/\b0x[0-9a-f]{40}\b/gi, /\bbc1[a-z0-9]{25,60}\b/gi, /\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b/g];

/** A number as it is dialled from abroad where that is known, else its last nine digits: three spellings are one. Pure. */
export const phoneKey = (text: string): string => text.replace(/\D/g, '').slice(-9);

/** 32-bit FNV-1a, begun at another place for each row. */
function hash(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d) >>> 0;
}

/**
 * A sketch of the words (MinHash over runs of three normalised words, in bands): two texts with much in common meet in at
 * least one band, two that differ in none. Pure.
 */
export function sketch(text: string): string[] {
  const words = normalise(text)
    .text.split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  if (words.length < MIN_WORDS) return [];
  const runs = new Set<string>();
  for (let i = 0; i + SHINGLE <= words.length; i++) runs.add(words.slice(i, i + SHINGLE).join(' '));
  const bands: string[] = [];
  for (let band = 0; band < BANDS; band++) {
    const mins: number[] = [];
    for (let row = 0; row < ROWS; row++) {
      let min = 0xffffffff;
      for (const run of runs) min = Math.min(min, hash(run, band * ROWS + row));
      mins.push(min);
    }
    bands.push(`${band}:${mins.join('.')}`);
  }
  return bands;
}

/** What the words and accounts of a report may be recognised by. The reporter's own contact is never among it. Pure. */
export function marksOf(report: { narrative: string; accounts: readonly { name: string }[] }): Mark[] {
  const texts = [report.narrative, ...report.accounts.map((a) => a.name)];
  const found = new Map<string, Mark>();
  const put = (kind: MarkKind, value: string) => found.set(`${kind} ${value}`, { kind, value });
  for (const text of texts) {
    for (const [number] of text.matchAll(PHONE)) put('phone', phoneKey(number));
    for (const pattern of WALLETS) for (const [wallet] of text.matchAll(pattern)) put('wallet', wallet);
  }
  for (const band of sketch(report.narrative)) put('words', band);
  return [...found.values()].slice(0, MAX_MARKS);
}
