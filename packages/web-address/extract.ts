import { hasKnownSuffix } from './host.ts';
import { partAtMarks } from './text.ts';
import { type NormalisedUrl, normaliseUrl, rearm, type UrlOptions } from './url.ts';

const separators = /[\s<>"«»“”„،؛؟]+/;
const schemeStart = /(?:h(?:tt|xx)ps?|ftp)(?:\[:\]|:|\[:\/\/\])\/*/gi;
const bareStart =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\)))+[a-z][a-z0-9-]{1,62}(?=[:/?#.,;!)\]]|\P{ASCII}|$)/iu;

/**
 * Endings that are also words of French, English or Arabizi. Children leave out the space after a full stop ("ses
 * photos.il me menace"), so a bare name under one of these is a link only with `www.` or a path.
 */
const wordlike = new Set(
  'il la le me ma de du et est es as ai on je tu si ne se ca so is it in my no to us at be do am by an id ad or we wa li pm'
    .split(' ')
    .concat(['now', 'how', 'one', 'day', 'men', 'fail', 'help', 'sa']),
);

/** Cuts a chunk where another address begins; one inside a path or query (archives, redirects) belongs to its carrier. */
function pieces(chunk: string): string[] {
  const cuts = [0];
  for (const { index } of chunk.matchAll(schemeStart)) {
    if (index > 0 && !/[=/?&#%]/.test(chunk.charAt(index - 1))) cuts.push(index);
  }
  return cuts.map((from, k) => chunk.slice(from, cuts[k + 1]));
}

/** The part of a piece that looks like an address, or undefined. Prose and brackets may stand in front of a bare name. */
function candidate(piece: string): string | undefined {
  if (piece.search(schemeStart) === 0) return piece;
  const start = piece.search(/[A-Za-z0-9]/);
  if (start === -1 || piece.charAt(start - 1) === '@') return undefined;
  const rest = piece.slice(start);
  const bare = bareStart.exec(rest)?.[0];
  if (bare === undefined) return undefined;
  const host = rearm(bare).toLowerCase();
  if (!hasKnownSuffix(host)) return undefined;
  const plain = !host.startsWith('www.') && !/^(?::\d|[/?#])/.test(rest.slice(bare.length));
  return plain && wordlike.has(host.slice(host.lastIndexOf('.') + 1)) ? undefined : rest;
}

/**
 * The addresses in free text, in order, each page once, at most `max`. With or without a scheme, disarmed or not,
 * between Arabic words, brackets and bidi marks. E-mail addresses are not links. Linear in the text.
 */
export function extractUrls(text: string, max: number, options: UrlOptions): NormalisedUrl[] {
  const found = new Map<string, NormalisedUrl>();
  for (const chunk of partAtMarks(text).split(separators)) {
    for (const piece of pieces(chunk)) {
      if (found.size >= max) return [...found.values()];
      const address = candidate(piece);
      if (address === undefined) continue;
      const normalised = normaliseUrl(address, options);
      if (normalised.ok && !found.has(normalised.key)) found.set(normalised.key, normalised);
    }
  }
  return [...found.values()];
}
