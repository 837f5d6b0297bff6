/**
 * Folding of one code point: compatibility forms, case, accents, Arabic spelling habits, Persian and Maghrebi letters.
 * The result is a string of letters and digits, or one of the marks below, or nothing where the character carries no
 * meaning (tashkil, tatweel, zero-width and bidirectional controls).
 */
export const SPACE = ' ';
export const DOT = '.';
export const STOP = '!';
export const LINE = '\n';
export const APOSTROPHE = "'";

const letters: Record<string, string> = {
  // Arabic: hamza seats lose their hamza by decomposition; a lone hamza is seldom typed.
  ٱ: 'ا',
  ى: 'ي',
  ة: 'ه',
  ء: '',
  // Persian, Urdu and Kurdish keyboards.
  ی: 'ي',
  ې: 'ي',
  ے: 'ي',
  ک: 'ك',
  ڪ: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ں: 'ن',
  ۋ: 'و',
  ژ: 'ج',
  // Maghrebi letters; the three spellings of hard g become one.
  ڢ: 'ف',
  ڥ: 'ف',
  ڤ: 'ف',
  ڧ: 'ق',
  ڨ: 'گ',
  ڭ: 'گ',
  ݣ: 'گ',
  پ: 'ب',
  چ: 'ش',
  // Latin letters that do not decompose; the Greek ones stand in for Tamazight's on many keyboards.
  ß: 'ss',
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  γ: 'ɣ',
  ε: 'ɛ',
};

const apostrophes = new Set(["'", '’', '‘', 'ʼ', 'ʿ', 'ʾ', '`', '´', '′', '＇']);
const stops = new Set(['!', '?', '؟', '¡', '¿']);
const silent = /^[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\u0640\u2d6f]$/u;
const wordCharacter = /^[\p{L}\p{Nd}]$/u;

function foldDigit(code: number): string | undefined {
  if (code >= 0x0660 && code <= 0x0669) return String(code - 0x0660);
  if (code >= 0x06f0 && code <= 0x06f9) return String(code - 0x06f0);
  return undefined;
}

function foldDecomposed(character: string): string {
  if (character === '\n') return LINE;
  if (silent.test(character)) return '';
  // Before the letters: Unicode counts ʼ, ʾ and ʿ among them, and some letters decompose into one (ẚ).
  if (apostrophes.has(character)) return APOSTROPHE;
  const mapped = letters[character];
  if (mapped !== undefined) return mapped;
  if (wordCharacter.test(character)) return foldDigit(character.codePointAt(0) ?? 0) ?? character;
  if (stops.has(character)) return STOP;
  return character === '.' || character === '۔' ? DOT : SPACE;
}

function foldUncached(code: number): string {
  const character = String.fromCodePoint(code);
  if (apostrophes.has(character)) return APOSTROPHE; // some decompose into a space and an accent
  let folded = '';
  for (const part of character.toLowerCase().normalize('NFKD').toLowerCase()) folded += foldDecomposed(part);
  return folded;
}

const cache = new Map<number, string>();

/** Code points below this are remembered in a table: all scripts of the lexicons are there. */
export const BASIC = 0x3000;
/** In {@link basicFolds}: asked for the first time, folds to nothing, folds to several units. */
export const UNASKED = 0;
export const NOTHING = -1;
export const SEVERAL = -2;

/**
 * What a code point below {@link BASIC} folds to where that is one unit: the unit, a letter, a digit or one of the marks,
 * which are all below the digits. Numbers, since a string looked up and compared for each letter is what detection would
 * spend its time on (bench/intake).
 */
export const basicFolds = new Int32Array(BASIC);

/** Fills in {@link basicFolds} for a code point and answers it. */
export function foldBasic(code: number): number {
  const folded = foldUncached(code);
  const unit = folded.length === 1 ? folded.charCodeAt(0) : folded === '' ? NOTHING : SEVERAL;
  basicFolds[code] = unit;
  return unit;
}

/** Folds one code point (lone surrogates count as spaces). Memoised: the work is done once for each character in use. */
export function foldCodePoint(code: number): string {
  if (code >= 0xd800 && code <= 0xdfff) return SPACE;
  const known = cache.get(code);
  if (known !== undefined) return known;
  const folded = foldUncached(code);
  // Bounded: a text made of every code point there is must not grow the process.
  if (cache.size < 4096) cache.set(code, folded);
  return folded;
}
