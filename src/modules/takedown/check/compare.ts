import type { Fingerprint, Signals } from './signals.ts';
import { contained, fold, hammingHex, sharedWords, words } from './text.ts';

export interface Likeness {
  same: boolean;
  /** Machine-readable: which evidence decided. */
  reason: string;
}

/** Bits of 64 that may differ in the text of one page between two visits (counters, dates, a new comment). */
const NEAR = 10;
/** With the same title and media, pages may differ this much: a lively thread below the same picture. */
const LIVELY = 20;
/** With the same title, this much of the old text must stand in the new one: a thread that grew. */
const GROWN = 0.75;
/** Fraction of a perceptual image hash that recompression changes at most (31 of PDQ's 256 bits). */
const IMAGE_FRACTION = 31 / 256;
/** Words of two titles that must be shared: a counter or the site's name may change. */
const TITLE = 0.6;
/** A picture of the same size in pixels and of nearly the same length in bytes was likely only saved anew. */
const RESAVED = 0.9;

/** Titles without numbers: "(3) My page" and "My page" are one. */
const titleOf = (f: Fingerprint) => words(fold(f.title));

function resaved(a: Fingerprint, b: Fingerprint): boolean {
  if (!a.size || !b.size || a.contentType !== b.contentType) return false;
  // Lossless: the pixels tell, and two pictures made alike have like lengths.
  if (a.pixels && b.pixels) return a.pixels === b.pixels;
  const square = a.size[0] === b.size[0] && a.size[1] === b.size[1];
  // Small pictures come in few sizes: theirs says nothing.
  return (
    square && a.size[0] * a.size[1] >= 10_000 && Math.min(a.length, b.length) / Math.max(a.length, b.length) >= RESAVED
  );
}

/** Is this still the content of the baseline? Exact bytes, then the picture, then media and text of the page. */
export function compare(baseline: Fingerprint, now: Fingerprint): Likeness {
  if (baseline.sha256 === now.sha256) return { same: true, reason: 'same-bytes' };
  if (baseline.imageHash && now.imageHash) {
    const limit = baseline.imageHash.length * 4 * IMAGE_FRACTION;
    const same = hammingHex(baseline.imageHash, now.imageHash) <= limit;
    return { same, reason: same ? 'same-picture' : 'other-picture' };
  }
  if (baseline.contentType !== now.contentType) return { same: false, reason: 'other-type' };
  if (resaved(baseline, now)) return { same: true, reason: 'same-size' };
  if (baseline.wordCount === 0 && baseline.media.length === 0) {
    // Neither words nor pictures to go by: bytes were all there was.
    return { same: false, reason: 'other-bytes' };
  }
  // By path alone: the same files come from ever other CDN hosts.
  const paths = new Set(now.media.map((m) => new URL(m).pathname));
  const kept = baseline.media.filter((m) => paths.has(new URL(m).pathname)).length;
  if (baseline.media.length > 0 && kept === 0) return { same: false, reason: 'media-gone' };
  // A removal page inside a site's heavy frame differs in few words, but hardly ever keeps the title.
  if (sharedWords(titleOf(baseline), titleOf(now)) < TITLE) return { same: false, reason: 'other-title' };
  const distance = hammingHex(baseline.simhash, now.simhash);
  if (distance <= NEAR) return { same: true, reason: 'same-text' };
  if (baseline.media.length > 0 && kept === baseline.media.length) return { same: true, reason: 'same-media' };
  if (baseline.media.length > 0 && kept * 2 >= baseline.media.length && distance <= LIVELY)
    return { same: true, reason: 'same-media' };
  if (baseline.sketch && now.sketch && contained(baseline.sketch, now.sketch) >= GROWN)
    return { same: true, reason: 'same-text' };
  return { same: false, reason: 'other-text' };
}

/** Words that a text has to have before its staying says something. */
const LIVING = 12;

/** Title and text stay, only something in the page went: what it says of that is said inside a living page. */
export function textStays(baseline: Fingerprint, now: Fingerprint): boolean {
  return (
    baseline.wordCount >= LIVING &&
    baseline.sketch !== undefined &&
    now.sketch !== undefined &&
    sharedWords(titleOf(baseline), titleOf(now)) >= TITLE &&
    contained(baseline.sketch, now.sketch) >= GROWN
  );
}

/** Shared words of two pages of one template. */
const TEMPLATE = 0.75;

/**
 * Are two answers one template? Used on the asked page and a page that can't exist. Only what is the pages' own is
 * compared: all pages of a site have its frame. `echoed` are words of both addresses, which a template may repeat.
 */
export function alike(a: Signals, b: Signals, echoed: readonly string[]): boolean {
  if (a.fingerprint.sha256 === b.fingerprint.sha256) return true;
  if (a.tokens.length === 0 || b.tokens.length === 0) return false;
  const repeated = new Set(echoed);
  const without = (tokens: readonly string[]) => tokens.filter((t) => !repeated.has(t));
  const [mine, other] = [a, b].map((s) => without(s.tokens)) as [string[], string[]];
  const media = sharedWords(a.fingerprint.media, b.fingerprint.media);
  return media === 1 && sharedWords(mine, other) >= TEMPLATE && Math.min(mine.length, other.length) > 0;
}
