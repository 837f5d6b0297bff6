import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { createTranslator, I18nProvider, type Lang, loadCatalogues } from '../i18n/index.ts';
import { findRoot } from '../root.ts';
import { PageContextProvider, type ShellData } from './index.ts';

const catalogues = loadCatalogues(findRoot());

/** HTML of a component as a page would render it, with the real catalogues. */
export function render(vnode: VNode, options: { lang?: Lang; data?: Partial<ShellData> } = {}): string {
  const context = { csrfToken: 'token-of-the-form', nonce: 'nonce', helpLines: [], user: undefined, ...options.data };
  return renderToString(
    <I18nProvider value={createTranslator(catalogues, options.lang ?? 'en', 'Africa/Casablanca')}>
      <PageContextProvider value={context}>{vnode}</PageContextProvider>
    </I18nProvider>,
  );
}
