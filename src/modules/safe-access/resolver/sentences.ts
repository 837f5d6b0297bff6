import { type I18n, LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { CATEGORY_NAMES } from '../profile/kinds.ts';
import { BASES, type NationalBasis } from './national.ts';
import type { Sentences, SentenceTable } from './sentence-table.ts';

/** From the catalogues, each when it is needed. */
export function sentencesOf(i18n: Pick<I18n, 'format'>): Sentences {
  return {
    national: (lang, basis) => i18n.format(lang, `safe-access.why.national-${basis}`),
    closed: (lang, kind) => i18n.format(lang, `safe-access.why.${kind}`),
    category: (lang, category) =>
      i18n.format(lang, 'safe-access.why.category', {
        category: i18n.format(lang, `safe-access.category.${category}`),
      }),
    who: (lang, who) => i18n.format(lang, `safe-access.who.${who}`),
  };
}

export function allSentences(sentences: Sentences): SentenceTable {
  const all = <T extends string>(keys: readonly T[], text: (key: T) => string) =>
    Object.fromEntries(keys.map((key) => [key, text(key)]));
  const of = (lang: Lang) => ({
    national: all(Object.keys(BASES) as NationalBasis[], (basis) => sentences.national(lang, basis)),
    closed: all(['paused', 'window', 'deny', 'ways-around'], (kind) => sentences.closed(lang, kind)),
    category: all(CATEGORY_NAMES, (category) => sentences.category(lang, category)),
    who: all(['country', 'family'], (who) => sentences.who(lang, who)),
  });
  return Object.fromEntries(LANGS.map((lang) => [lang, of(lang)])) as SentenceTable;
}
