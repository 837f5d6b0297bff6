import { createTranslator, type Lang, loadCatalogues, type Translator } from '../../src/platform/i18n/index.ts';
import { findRoot } from '../../src/platform/root.ts';

const catalogues = loadCatalogues(findRoot());

/** What the pages say, from the same catalogues that they say it with. */
export const wordsOf = (lang: Lang): Translator => createTranslator(catalogues, lang, 'Africa/Casablanca');
