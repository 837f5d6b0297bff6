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

/** A text without what people write differently: case, accents, vowel signs, hamza, tatweel; what is no letter or digit ends a word. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\u0640]+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ');

/** Code units below this are remembered in a table, as in danger detection: all scripts in use are there. */
const BASIC = 0x3000;
const UNASKED = 0;
const NOTHING = -1;
const ENDS_WORD = -2;
const SEVERAL = -3;
/** What a code unit is in plain writing: one unit, or one of the four above. */
const plainUnits = new Int32Array(BASIC);

function ask(unit: number): number {
  const written = plain(String.fromCharCode(unit));
  const single = written === ' ' ? ENDS_WORD : written === '' ? NOTHING : written.charCodeAt(0);
  plainUnits[unit] = written.length > 1 ? SEVERAL : single;
  return plainUnits[unit];
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** The one letter whose small form depends on its neighbours. */
const SIGMA = 'Σ';

/** 32-bit FNV-1a of each of the first words of a text in plain writing. Without the words: nobody asks for them. */
function wordHashes(text: string): number[] {
  const given = text.slice(0, MAX_LENGTH);
  const known = given.includes(SIGMA) ? given.toLowerCase() : given;
  const words: number[] = [];
  let h = FNV_START;
  let within = false;
  const put = (unit: number) => {
    h = Math.imul(h ^ unit, FNV_PRIME);
    within = true;
  };
  const end = () => {
    if (within) words.push(h);
    h = FNV_START;
    within = false;
  };
  for (let i = 0; i < known.length && words.length < MAX_WORDS; i += 1) {
    const unit = known.charCodeAt(i);
    let one = unit < BASIC ? (plainUnits[unit] as number) : SEVERAL;
    if (one === UNASKED) one = ask(unit);
    if (one > 0) put(one);
    else if (one === ENDS_WORD) end();
    else if (one === SEVERAL) {
      const whole = String.fromCodePoint(known.codePointAt(i) as number);
      i += whole.length - 1;
      const written = plain(whole);
      for (let k = 0; k < written.length; k += 1) {
        if (written[k] === ' ') end();
        else put(written.charCodeAt(k));
      }
    }
  }
  end();
  return words.slice(0, MAX_WORDS);
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
  const words = wordHashes(text);
  if (words.length < MIN_WORDS) return [];
  const mins = new Uint32Array(SALTS.length).fill(0xffffffff);
  for (let i = 0; i + SHINGLE <= words.length; i++) {
    let run = 0;
    for (let w = 0; w < SHINGLE; w++) run = Math.imul(run ^ (words[i + w] as number), FNV_PRIME) + w;
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
    // Every number and every wallet has a digit in it.
    if (!/\d/.test(text)) continue;
    for (const [number] of text.matchAll(PHONE)) put('phone', phoneKey(number));
    for (const pattern of WALLETS) for (const [wallet] of text.matchAll(pattern)) put('wallet', wallet);
  }
  for (const band of sketch(report.narrative)) put('words', band);
  return [...found.values()].slice(0, MAX_MARKS);
}
