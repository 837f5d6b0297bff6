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
