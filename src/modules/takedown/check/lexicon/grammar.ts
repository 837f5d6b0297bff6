export type NoticeTopic =
  | 'removed'
  | 'not-found'
  | 'login'
  | 'bot'
  | 'geo'
  | 'legal'
  | 'parked'
  | 'suspended'
  | 'maintenance';
export type NoticeLang = 'ar' | 'fr' | 'en' | 'zgh';

/** How one language says it; see `lexicon.ts`. */
export interface Grammar {
  classes: Readonly<Record<string, string>>;
  patterns: Readonly<Partial<Record<NoticeTopic, readonly string[]>>>;
  /** Sentences with these only guess ("may have been removed"): they say that nothing was found. */
  guess: readonly string[];
}
