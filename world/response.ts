import { renderDocument } from './pages/layout.ts';
import { type NoticeKind, notice, parking } from './pages/notices.ts';
import type { Found, Sites } from './sites.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
  /** How the connection behaves: answers (perhaps late), is reset, or never answers. */
  manner: 'answer' | 'reset' | 'hang';
  delayMs: number;
}

const HTML = 'text/html; charset=utf-8';

function answer(status: number, type: string, body: string | Buffer, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': type, ...headers }, body, manner: 'answer', delayMs: 0 };
}

const SILENT: Answer = { status: 0, headers: {}, body: '', manner: 'hang', delayMs: 0 };

function say(found: Found, kind: NoticeKind, status: number, headers: Record<string, string> = {}): Answer {
  const lang = found.page?.lang ?? found.site.lang;
  return answer(status, HTML, renderDocument({ site: found.site, lang, ...notice(kind, lang) }), headers);
}

function content(found: Found, sites: Sites): Answer {
  if (found.picture) return answer(200, 'image/png', found.picture, { 'cache-control': 'max-age=60' });
  if (found.page) {
    const views = sites.visit(found.site.host, found.path);
    return answer(200, HTML, renderDocument({ site: found.site, ...found.page, views }), {
      'content-language': found.page.lang,
    });
  }
  return say(found, 'not-found', 404);
}

/** A picture of a page that is gone in any way is gone too; walls and faults meet pictures as they meet pages. */
const PICTURES_GO: ReadonlySet<string> = new Set(['changed', 'removed', 'removed-notice', 'soft-404', 'parked']);

/**
 * Decides what a visitor of an address gets. The only side effect is the site's own visit counter.
 * @param target path and query, beginning with a slash
 */
export function respond(sites: Sites, host: string, target: string): Answer {
  // Put together, not resolved: a target such as `//x/y` is a path here, not another host.
  const url = new URL(`http://x${target}`);
  const found = sites.find(host, url.pathname);
  if (!found) return answer(421, 'text/plain; charset=utf-8', 'No such site here.\n');
  const { state } = found;
  // Walls of sites leave robots.txt and security.txt open, as real ones do; a dead connection leaves nothing.
  if (found.file && state.kind !== 'reset' && state.kind !== 'hang')
    return answer(200, found.file.type, found.file.body, found.file.etag ? { etag: found.file.etag } : {});
  if (found.picture && PICTURES_GO.has(state.kind)) return say(found, 'not-found', 404);
  switch (state.kind) {
    case 'up':
      return content(found, sites);
    case 'slow':
      return { ...content(found, sites), delayMs: state.delayMs };
    case 'changed':
      return say(found, 'changed', 200);
    case 'removed':
      return say(found, state.status === 410 ? 'gone' : 'not-found', state.status);
    case 'removed-notice':
      return say(found, 'removed', 200);
    case 'soft-404':
      return url.pathname === '/' ? content(found, sites) : say(found, 'not-found', 200);
    case 'parked':
      return answer(
        200,
        HTML,
        renderDocument({ site: found.site, lang: 'en', title: 'Domain parked', body: parking(host) }),
      );
    case 'login-wall':
      if (url.pathname === '/login') return say(found, 'login', 200);
      return answer(302, HTML, '', {
        location: `/login?next=${encodeURIComponent(url.pathname)}`,
        'cache-control': 'no-store',
      });
    case 'bot-wall':
      return state.status === 429
        ? say(found, 'busy', 429, { 'retry-after': '120' })
        : say(found, 'challenge', 403, { 'cf-mitigated': 'challenge' });
    case 'legal-block':
      return say(found, 'legal', 451, { link: '<http://authority.example/>; rel="blocked-by"' });
    case 'redirect':
      return answer(state.status, HTML, '', { location: state.keepPath ? `${state.to}${url.pathname}` : state.to });
    case 'server-error':
      return say(found, 'error', state.status);
    case 'reset':
      return { ...SILENT, manner: 'reset' };
    case 'hang':
      return SILENT;
  }
}
