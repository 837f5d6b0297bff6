export { I18n, isLang, LANGS, type Lang, type LocalText, loadCatalogues, type MessageParams } from './catalogue.ts';
export { I18nProvider, useI18n } from './context.tsx';
export { negotiate } from './negotiate.ts';
export { createTranslator, type Translator } from './translator.ts';
