/**
 * One phonetic spelling for Darija and Tamazight in Arabic, Latin and Tifinagh letters, so that a lexicon entry is
 * written once: "bghit nmout", "brit nmut", "بغيت نموت" and "ⵔⵉⵖ ⴰⴷ ⵎⵎⵜⵖ" all meet their entries by their consonants
 * and by i and u. The vowels a and e go: they are written or left out at will. Emphatic and plain consonants meet.
 * Capitals are single sounds: C for ش, G for غ, H for ح, X for خ.
 *
 * Short words lose too much this way (baba, bab and b are all b): the lexicons give them by their letters, with `=`.
 */
const latin: Record<string, string> = {
  a: '',
  e: '',
  i: 'i',
  y: 'i',
  o: 'u',
  u: 'u',
  w: 'u',
  b: 'b',
  c: 'C',
  d: 'd',
  f: 'f',
  g: 'g',
  h: 'h',
  j: 'j',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'n',
  p: 'b',
  q: 'q',
  r: 'r',
  s: 's',
  t: 't',
  v: 'f',
  x: 'X',
  z: 'z',
  ɣ: 'G',
  ɛ: '3',
  '2': '',
  '3': '3',
  '5': 'X',
  '6': 't',
  '7': 'H',
  '8': 'h',
  '9': 'q',
};
const digraphs: Record<string, string> = { kh: 'X', gh: 'G', ch: 'C', sh: 'C', th: 't', dh: 'd', ph: 'f' };

const arabic: Record<string, string> = {
  ا: '',
  ب: 'b',
  ت: 't',
  ث: 't',
  ج: 'j',
  ح: 'H',
  خ: 'X',
  د: 'd',
  ذ: 'd',
  ر: 'r',
  ز: 'z',
  س: 's',
  ش: 'C',
  ص: 's',
  ض: 'd',
  ط: 't',
  ظ: 'd',
  ع: '3',
  غ: 'G',
  ف: 'f',
  ق: 'q',
  ك: 'k',
  گ: 'g',
  ل: 'l',
  م: 'm',
  ن: 'n',
  ه: 'h',
  و: 'u',
  ي: 'i',
};
const tifinagh: Record<string, string> = {
  ⴰ: '',
  ⴱ: 'b',
  ⴲ: 'b',
  ⴳ: 'g',
  ⴴ: 'g',
  ⴵ: 'j',
  ⴷ: 'd',
  ⴸ: 'd',
  ⴹ: 'd',
  ⴺ: 'd',
  ⴻ: '',
  ⴼ: 'f',
  ⴽ: 'k',
  ⴾ: 'k',
  ⴿ: 'k',
  ⵀ: 'h',
  ⵁ: 'h',
  ⵂ: 'h',
  ⵃ: 'H',
  ⵄ: '3',
  ⵅ: 'X',
  ⵆ: 'X',
  ⵇ: 'q',
  ⵈ: 'q',
  ⵉ: 'i',
  ⵊ: 'j',
  ⵋ: 'j',
  ⵌ: 'j',
  ⵍ: 'l',
  ⵎ: 'm',
  ⵏ: 'n',
  ⵐ: 'n',
  ⵑ: 'n',
  ⵒ: 'b',
  ⵓ: 'u',
  ⵔ: 'r',
  ⵕ: 'r',
  ⵖ: 'G',
  ⵗ: 'G',
  ⵘ: 'j',
  ⵙ: 's',
  ⵚ: 's',
  ⵛ: 'C',
  ⵜ: 't',
  ⵝ: 't',
  ⵞ: 'C',
  ⵟ: 't',
  ⵠ: 'f',
  ⵡ: 'u',
  ⵢ: 'i',
  ⵣ: 'z',
  ⵤ: 'z',
  ⵥ: 'z',
  ⵦ: '',
  ⵧ: 'u',
};
/** By code point; what is in none of the three tables sounds as it is written. */
const single: (string | undefined)[] = [];
for (const [letter, sound] of Object.entries({ ...latin, ...arabic, ...tifinagh }))
  single[letter.charCodeAt(0)] = sound;
const pairs = new Map(Object.entries(digraphs));
const H = 0x68;

function spell(word: string, joined: (pair: string) => string | undefined): string {
  let out = '';
  let last = '';
  for (let i = 0; i < word.length; i += 1) {
    // The second letter of every pair is an h.
    const pair = word.charCodeAt(i + 1) === H ? joined(word.slice(i, i + 2)) : undefined;
    const sound = pair ?? single[word.charCodeAt(i)] ?? word.charAt(i);
    if (pair !== undefined) i += 1;
    if (sound !== '' && last !== sound) {
      out += sound;
      last = sound;
    }
  }
  return out;
}

/** The skeleton of a word of normalised text. May be empty ("a", "ⴰ"). */
export function skeleton(word: string): string {
  return spell(word, (pair) => pairs.get(pair));
}

const ambiguous = new Set(['sh', 'th', 'dh']);

/** Every choice of h or H at each place of a skeleton that has either. */
function eitherH(sound: string): string[] {
  return sound
    .split(/(?<=[hH])|(?=[hH])/)
    .reduce<string[]>(
      (heads, part) =>
        heads.flatMap((head) => (part === 'h' || part === 'H' ? [`${head}h`, `${head}H`] : [head + part])),
      [''],
    )
    .map((variant) => variant.replace(/([hH])\1/g, '$1'));
}

/**
 * All skeletons of a lexicon entry. A plain h in Latin letters may be ه or ح, in the entry as in the text, so the entry
 * is stored under both; an 8 in an entry is ه alone ("8edded", to threaten, against "7edded", to fix a date). And two
 * letters may meet by chance where a stem ends and a suffix begins (ras + ha is "راسها", not "راشا").
 */
export function entrySkeletons(word: string): string[] {
  const common = skeleton(word);
  const apart = spell(word, (pair) => (ambiguous.has(pair) ? undefined : pairs.get(pair)));
  const readings = common === apart ? [common] : [common, apart];
  return word.includes('8') ? readings : [...new Set(readings.flatMap(eitherH))];
}
