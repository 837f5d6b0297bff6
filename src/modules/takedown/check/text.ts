/**
 * One form for comparing words across ways of writing: Latin accents and Arabic vowel signs and hamzas go, teh marbuta
 * and alef maqsura become heh and yeh, typographic apostrophes become plain, white space becomes one space.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .replace(/[\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll('ة', 'ه')
    .replaceAll('ى', 'ي')
    .replace(/[‘’ʼ`´]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** The words of folded text. Numbers are left out: counters and dates change on every visit. */
export function words(folded: string): string[] {
  return (folded.match(/[\p{L}\p{N}]+/gu) ?? []).filter((w) => /\p{L}/u.test(w));
}

/** FNV-1a over UTF-16 code units, with a final mix so that all bits move. */
function hash32(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * 64-bit simhash (Charikar 2002) of words and word pairs, as 16 hex digits. Near texts have near hashes.
 * Text without words gives `0000000000000000`.
 */
export function simhash(tokens: readonly string[]): string {
  const votes = new Int32Array(64);
  const add = (feature: string) => {
    for (let half = 0; half < 2; half++) {
      const h = hash32(feature, half * 0x9e3779b9);
      for (let bit = 0; bit < 32; bit++) {
        const i = half * 32 + bit;
        votes[i] = (votes[i] ?? 0) + ((h >>> bit) & 1 ? 1 : -1);
      }
    }
  };
  tokens.forEach((token, i) => {
    add(token);
    const next = tokens[i + 1];
    if (next !== undefined) add(`${token} ${next}`);
  });
  let hex = '';
  for (let half = 1; half >= 0; half--) {
    let word = 0;
    for (let bit = 0; bit < 32; bit++) if ((votes[half * 32 + bit] ?? 0) > 0) word |= 1 << bit;
    hex += (word >>> 0).toString(16).padStart(8, '0');
  }
  return hex;
}

/** Differing bits of two hex strings of one length; `Infinity` when they can't be compared. */
export function hammingHex(a: string, b: string): number {
  if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number.parseInt(a.charAt(i), 16), Number.parseInt(b.charAt(i), 16)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.POSITIVE_INFINITY;
    for (let bits = x ^ y; bits; bits &= bits - 1) distance++;
  }
  return distance;
}

/** Hashes kept of a text, 8 hex digits each. */
const SKETCH = 64;

/**
 * The smallest 64 hashes of a text's words and word pairs (bottom-k sketch, Broder 1997), sorted, 8 hex digits each: tells
 * how much of one text stands in another without keeping either.
 */
export function sketch(tokens: readonly string[]): string {
  const hashes = new Set<number>();
  tokens.forEach((token, i) => {
    hashes.add(hash32(`${token} ${tokens[i + 1] ?? ''}`, 7));
  });
  return [...hashes]
    .toSorted((a, b) => a - b)
    .slice(0, SKETCH)
    .map((h) => h.toString(16).padStart(8, '0'))
    .join('');
}

/** Estimated share of the first text's word pairs that stand in the second, 0 to 1. */
export function contained(of: string, within: string): number {
  const parts = (hex: string) => hex.match(/.{8}/g) ?? [];
  const [a, b] = [parts(of), new Set(parts(within))];
  if (a.length === 0) return 0;
  // A full sketch says nothing of hashes above its largest.
  const limit = b.size < SKETCH ? 'g' : ([...b].at(-1) ?? '');
  const comparable = a.filter((h) => h <= limit);
  return comparable.length === 0 ? 0 : comparable.filter((h) => b.has(h)).length / comparable.length;
}

/** Words that two texts share, of all their words (Jaccard), 0 to 1. */
export function sharedWords(a: readonly string[], b: readonly string[]): number {
  const [x, y] = [new Set(a), new Set(b)];
  const both = [...x].filter((w) => y.has(w)).length;
  return x.size + y.size === 0 ? 1 : both / (x.size + y.size - both);
}
