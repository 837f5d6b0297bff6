import { ar } from './lexicon/ar.ts';
import { en } from './lexicon/en.ts';
import { fr } from './lexicon/fr.ts';
import type { Grammar, NoticeLang } from './lexicon/grammar.ts';
import { zgh } from './lexicon/zgh.ts';

export type { NoticeLang, NoticeTopic } from './lexicon/grammar.ts';

/**
 * What sites say in place of a page, as patterns over normalised words (see `notices.ts`), in Arabic (standard and
 * Moroccan), French, English and Tamazight. Not phrases that were seen, but how such sentences are built: what is
 * spoken of (`{obj}`), what happened to it (`{removed}`), and how far apart the two stand. Data: add freely.
 *
 * `{name}` is a word class of the same language, `~n` a gap of at most n words inside one sentence, `*` the rest of a word.
 */
export const GRAMMARS: Readonly<Record<NoticeLang, Grammar>> = { ar, fr, en, zgh };

/** Name servers and landing hosts of parking services and domain markets (registrable domains). */
export const PARKING_DOMAINS: ReadonlySet<string> = new Set([
  'sedoparking.com',
  'sedo.com',
  'bodis.com',
  'parkingcrew.net',
  'above.com',
  'dan.com',
  'undeveloped.com',
  'afternic.com',
  'hugedomains.com',
  'namebrightdns.com',
  'cashparking.com',
  'parklogic.com',
  'parkingpage.namecheap.com',
  'uniregistrymarket.link',
  'voodoo.com',
  'dsredirection.com',
  'ztomy.com',
  'domainmarket.com',
]);
