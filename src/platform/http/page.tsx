import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { I18nProvider } from '../i18n/index.ts';
import { PageContextProvider, Shell, type ShellName } from '../ui/index.ts';

export interface Page {
  status?: number;
  /** Neutral on pages that may put somebody at risk: it stays in the browser's history. */
  title: string;
  shell: ShellName;
  body: VNode;
  /** The entry of the desk's navigation that is current. */
  nav?: string;
  /** Path of this page in another language, without `/{lang}`; undefined hides the switcher. */
  path?: string;
  /** Names of islands (built by Vite) that this page needs. */
  islands?: string[];
  /** Seconds after which the page loads itself again (waiting pages without JavaScript). */
  refresh?: number;
  /** Kept out of caches and search engines; on by default, a public reading page may turn it off. */
  private?: boolean;
}

/** Renders a page inside its shell and sends it. Server components are synchronous: load data in the route. */
export function sendPage(req: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const context = { csrfToken: req.csrfToken, nonce: req.cspNonce, ...req.shellData };
  const html = renderToString(
    <I18nProvider value={req.tr}>
      <PageContextProvider value={context}>
        <Shell page={page}>{page.body}</Shell>
      </PageContextProvider>
    </I18nProvider>,
  );
  void reply
    .status(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .header('cache-control', page.private === false ? 'public, max-age=60' : 'no-store')
    .header('content-language', req.tr.lang);
  if (page.private !== false) void reply.header('x-robots-tag', 'noindex, nofollow');
  return reply.send(`<!doctype html>${html}`);
}
