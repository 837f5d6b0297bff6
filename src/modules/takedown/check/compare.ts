import type { Fingerprint } from './signals.ts';
import { fold, hammingHex, words } from './text.ts';

export interface Likeness {
  same: boolean;
  /** Machine-readable: which evidence decided. */
  reason: string;
}

/** Bits of 64 that may differ in the text of one page between two visits (counters, dates, a new comment). */
const NEAR = 10;
/** With the same title and media, pages may differ this much: a lively thread below the same picture. */
const LIVELY = 20;
/** Fraction of a perceptual image hash that recompression changes at most (31 of PDQ's 256 bits). */
const IMAGE_FRACTION = 31 / 256;

/** Titles without numbers: "(3) My page" and "My page" are one. */
const titleOf = (f: Fingerprint) => words(fold(f.title)).join(' ');

/** Is this still the content of the baseline? Exact bytes, then the picture, then media and text of the page. */
export function compare(baseline: Fingerprint, now: Fingerprint): Likeness {
  if (baseline.sha256 === now.sha256) return { same: true, reason: 'same-bytes' };
  if (baseline.imageHash && now.imageHash) {
    const limit = baseline.imageHash.length * 4 * IMAGE_FRACTION;
    const same = hammingHex(baseline.imageHash, now.imageHash) <= limit;
    return { same, reason: same ? 'same-picture' : 'other-picture' };
  }
  if (baseline.contentType !== now.contentType) return { same: false, reason: 'other-type' };
  if (baseline.wordCount === 0 && baseline.media.length === 0) {
    // Neither words nor pictures to go by: bytes were all there was.
    return { same: false, reason: 'other-bytes' };
  }
  // By path alone: the same files come from ever other CDN hosts.
  const paths = new Set(now.media.map((m) => new URL(m).pathname));
  const kept = baseline.media.filter((m) => paths.has(new URL(m).pathname)).length;
  if (baseline.media.length > 0 && kept === 0) return { same: false, reason: 'media-gone' };
  // A removal page inside a site's heavy frame differs in few words, but hardly ever keeps the title.
  if (titleOf(baseline) !== titleOf(now)) return { same: false, reason: 'other-title' };
  const distance = hammingHex(baseline.simhash, now.simhash);
  if (distance <= NEAR) return { same: true, reason: 'same-text' };
  if (baseline.media.length > 0 && kept * 2 >= baseline.media.length && distance <= LIVELY)
    return { same: true, reason: 'same-media' };
  return { same: false, reason: 'other-text' };
}

/** Are two answers one template? Used on the asked page and a page that can't exist. */
export function alike(a: Fingerprint, b: Fingerprint): boolean {
  if (a.sha256 === b.sha256) return true;
  if (a.wordCount === 0 || b.wordCount === 0) return false;
  const ratio = Math.min(a.wordCount, b.wordCount) / Math.max(a.wordCount, b.wordCount);
  return ratio > 0.8 && hammingHex(a.simhash, b.simhash) <= 6;
}
