import type { Lang } from '../../../platform/i18n/index.ts';
import type { Category } from '../profile/kinds.ts';
import type { NationalBasis } from './national.ts';

export type ClosedKind = 'paused' | 'window' | 'deny' | 'ways-around';

/** What a machine-readable answer says to people: why, and who decided. */
export interface Sentences {
  national(lang: Lang, basis: NationalBasis): string;
  closed(lang: Lang, kind: ClosedKind): string;
  category(lang: Lang, category: Category): string;
  who(lang: Lang, who: 'country' | 'family'): string;
}

/** All of them, for a thread that has no catalogues. */
export type SentenceTable = Readonly<Record<Lang, Readonly<Record<keyof Sentences, Readonly<Record<string, string>>>>>>;

export function sentencesIn(table: SentenceTable): Sentences {
  const from = (what: keyof Sentences) => (lang: Lang, key: string) => table[lang][what][key] ?? '';
  return { national: from('national'), closed: from('closed'), category: from('category'), who: from('who') };
}
