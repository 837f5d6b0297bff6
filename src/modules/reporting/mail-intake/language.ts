import type { Lang } from '../../../platform/i18n/index.ts';

/** Small words that stand in every text of their language, and hardly in the other. */
const FRENCH = new Set(
  'le la les un une des du de je tu il elle on nous vous ils elles et est sont que qui quoi pas ne mon ma mes ton ta son sa dans sur pour avec bonjour merci aussi mais ou où ce cette ça suis ai avez êtes quelqu fille fils signaler'.split(
    ' ',
  ),
);
const ENGLISH = new Set(
  'the a an and is are was of to in on for with i you he she we they it my your his her this that not have has hello please thanks somebody someone report'.split(
    ' ',
  ),
);
/** Arabic written with Latin letters: a digit between letters stands for a sound (3 = ع, 7 = ح, 9 = ق). */
const ARABIZI = /(?<!\p{L})(?=\p{L}*[379])[a-z379]*[a-z][379][a-z][a-z379]*(?!\p{L})|(?<![\p{L}\d])[379][a-z]{2,}/giu;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Guesses the language of a mail from its letters and small words; good enough to choose a desk's language and that of the
 * answer. `fallback` where nothing tells. Pure.
 */
export function guessLanguage(text: string, fallback: Lang): Lang {
  const sample = text.slice(0, 4000).replace(/\S*(?:https?:|www\.|@)\S*/g, ' ');
  const arabic = count(sample, /\p{Script=Arabic}/gu);
  const tifinagh = count(sample, /\p{Script=Tifinagh}/gu);
  const latin = count(sample, /\p{Script=Latin}/gu);
  if (tifinagh > 0 && tifinagh >= arabic && tifinagh >= latin) return 'zgh';
  // A name, an address or a signature in Latin letters stands in most Arabic mails.
  if (arabic > 0 && arabic * 3 >= latin) return 'ar';
  if (latin === 0) return fallback;
  const words = sample.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const french = words.filter((w) => FRENCH.has(w)).length + count(sample, /[éèêàçùœ]/giu);
  const english = words.filter((w) => ENGLISH.has(w)).length;
  const darija = count(sample, ARABIZI);
  if (darija >= 2 && darija > french && darija > english) return 'ar';
  if (french === english) return fallback;
  return french > english ? 'fr' : 'en';
}
