import type { Classes } from '../pattern.ts';
import type { DangerKind } from '../signal.ts';

/** One language's words. The notation is described in `../pattern.ts`. */
export interface Lexicon {
  lang: 'ar' | 'ary' | 'fr' | 'zgh' | 'en';
  /** Entries are compared by sound (`../skeleton.ts`) instead of by spelling. */
  bySound: boolean;
  classes: Classes;
  patterns: Readonly<Record<DangerKind, readonly string[]>>;
  /** Harmless turns of phrase: a signal that shares a word with one of them is dropped. */
  unless: readonly string[];
}
