export const MARK_KINDS = ['phone', 'wallet', 'words'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];
export interface Mark {
  kind: MarkKind;
  /** What is digested with a key before it is stored. Personal data: never stored or logged as it is. */
  value: string;
}

/** Fewer words than this say nothing about where they come from. */
const MIN_WORDS = 12;
/** A report is recognised by its beginning as well as by the whole, and intake is not slowed down by a long one. */
const MAX_WORDS = 300;
const MAX_LENGTH = 4_000;
const SHINGLE = 3;
/** Rows in a band: the more, the more alike two texts must be to meet in one. */
const ROWS = 3;
const BANDS = 5;
const MAX_MARKS = 40;

const PHONE = /(?<![\w.])(?:\+|00)?\d(?:[ .-]?\d){8,14}(?!\w)/g;
const WALLETS = [/\b0x[0-9a-f]{40}\b/gi, /\bbc1[a-z0-9]{25,60}\b/gi, /\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b/g];

/** A number as it is dialled from abroad where that is known, else its last nine digits: three spellings are one. Pure. */
export const phoneKey = (text: string): string => text.replace(/\D/g, '').slice(-9);

/**
 * The words of the beginning of a text, without what people write differently: case, accents, vowel signs, hamza, tatweel.
 * The engine's own folding and not that of danger detection, which costs ten times as much and finds more than sameness.
 */
const plain = (text: string): string[] =>
  text
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\u0640]+/gu, '')
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** 32-bit FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

/** One number into another, well mixed: a second hash for each row costs no second walk over the words. */
function mix(h: number, salt: number): number {
  let x = Math.imul(h ^ salt, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
const SALTS = Array.from({ length: ROWS * BANDS }, (_, row) => Math.imul(row + 1, 0x9e3779b1));

/**
 * A sketch of the words (MinHash over runs of three normalised words, in bands): two texts with much in common meet in at
 * least one band, two that differ in none. Of a long text, its first words. Pure.
 */
export function sketch(text: string): string[] {
  const words = plain(text).slice(0, MAX_WORDS).map(hash);
  if (words.length < MIN_WORDS) return [];
  const mins = new Uint32Array(SALTS.length).fill(0xffffffff);
  for (let i = 0; i + SHINGLE <= words.length; i++) {
    let run = 0;
    for (let w = 0; w < SHINGLE; w++) run = Math.imul(run ^ (words[i + w] as number), 0x01000193) + w;
    for (let row = 0; row < SALTS.length; row++) {
      const h = mix(run, SALTS[row] as number);
      if (h < (mins[row] as number)) mins[row] = h;
    }
  }
  return Array.from({ length: BANDS }, (_, band) => `${band}:${mins.slice(band * ROWS, (band + 1) * ROWS).join('.')}`);
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
