/**
 * Marks that change how text runs or looks and are never part of an address: bidi controls, zero-width spaces, soft
 * hyphens. Joiners are letters' business in Persian or in emoji; beside ASCII they are noise.
 */
const invisible =
  /[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\u00ad|(?<=[!-~])[\u200c\u200d]|[\u200c\u200d](?=[!-~])/g;

/** Removes invisible marks and white space at both ends. */
export function clean(text: string): string {
  return text.replace(invisible, '').trim();
}

/** Puts a space where a bidi or zero-width mark stood: in running text it parts a link from the words beside it. */
export function partAtMarks(text: string): string {
  return text.replace(invisible, ' ');
}

const closers: Record<string, string> = { ')': '(', ']': '[', '}': '{', '>': '<', '»': '«', '”': '“', '’': '‘' };
const trailing = new Set([...'.,;:!?\'"`*|…،؛؟٫٬۔。、·', ...Object.keys(closers)]);
const leading = new Set([...'([{<«“„‘‹"\'`*،؛:,;.-–—|']);

/** Takes sentence punctuation off both ends; a closing bracket stays when the address itself opens it. Linear. */
export function trimPunctuation(text: string): string {
  let from = 0;
  // "[::1]" is a host, not a bracketed word.
  while (from < text.length && leading.has(text.charAt(from)) && !/^\[[0-9a-f:]*:/i.test(text.slice(from, from + 8)))
    from += 1;
  let to = text.length;
  // Most addresses end in a letter, and nothing needs to be counted.
  if (to > from && trailing.has(text.charAt(to - 1))) to = endOf(text, from);
  return text.slice(from, to);
}

/** Where the text from `from` on ends without its closing punctuation. */
function endOf(text: string, from: number): number {
  const balance = new Map<string, number>();
  for (const character of text.slice(from)) balance.set(character, (balance.get(character) ?? 0) + 1);
  let to = text.length;
  for (; to > from; to -= 1) {
    const last = text.charAt(to - 1);
    if (!trailing.has(last)) break;
    const opener = closers[last];
    const count = balance.get(last) ?? 0;
    if (opener !== undefined && count <= (balance.get(opener) ?? 0)) break;
    balance.set(last, count - 1);
  }
  return to;
}
