import { describe, expect, it } from 'vitest';
import type { EgressResult } from '../../../platform/egress/index.ts';
import { answer, at, html, URL_, words } from './answer.fixture.ts';
import { classify, type Observation } from './classify.ts';
import { fingerprintOf } from './signals.ts';
import { CHECK_STATES, type CheckState } from './state.ts';

function failure(
  result: { kind: 'network'; code: string } | { kind: 'tls'; code: string; detail: string },
): EgressResult {
  return { ...result, hops: [{ url: URL_, at }], ms: 5 };
}

function noName(code: 'NXDOMAIN' | 'SERVFAIL' | 'TIMEOUT' | 'NODATA', host = 'photos.example', hops = 1): EgressResult {
  return { kind: 'dns', code, host, hops: Array.from({ length: hops }, () => ({ url: URL_, at })), ms: 5 };
}

const album = (views: number, more = '') =>
  html(
    'Album de chats',
    `<p>Nos chats du quartier, au soleil et sur les toits.</p><img src="/m/1.jpg"><img src="/m/2.jpg?v=${views}">${more}<footer>Vues : ${views}</footer>`,
  );
const article = html('Un long article', `<p>${words(400)}</p>`);

const see = (page: EgressResult, extra: Partial<Observation> = {}) =>
  classify({ url: URL_, at, vantage: 'rabat', page, ...extra });
const baseline = fingerprintOf(answer({ body: album(1) }), { asn: 6713 });
const twoResolvers = (a: 'NXDOMAIN' | 'OK' | 'SERVFAIL', b: 'NXDOMAIN' | 'OK' | 'SERVFAIL' | 'TIMEOUT') => [
  { name: 'one', code: a },
  { name: 'two', code: b },
];

type Row = [name: string, state: CheckState, reason: string, page: EgressResult, extra?: Partial<Observation>];

// biome-ignore format: a table, one case a line
const rows: Row[] = [
  // Still there
  ['the same bytes', 'up-same', 'same-bytes', answer({ body: album(1) }), { baseline }],
  ['a counter moved', 'up-same', 'same-text', answer({ body: album(57) }), { baseline }],
  ['comments below the same pictures', 'up-same', 'same-', answer({ body: album(9, '<p>Trop mignons, merci pour le partage</p>') }), { baseline }],
  ['the content behind a 404', 'up-same', 'same-text', answer({ body: album(3), status: 404 }), { baseline }],
  ['the content behind a 503', 'up-same', 'same-bytes', answer({ body: album(1), status: 503 }), { baseline }],
  ['the content after a redirect', 'moved-host', 'now-at:mirror.example', answer({ body: album(4), finalUrl: 'https://mirror.example/x' }), { baseline }],
  ['no baseline', 'up-same', 'no-baseline', answer({ body: album(1) })],
  ['a long article that speaks of removal', 'up-same', 'no-baseline', answer({ body: html('Un long article', `<p>${words(300)} ce contenu a été supprimé ${words(100)}</p>`) })],
  ['a sign-in link on a page', 'up-same', 'no-baseline', answer({ body: html('Recettes', `<p>${words(60)}</p>`) })],
  ['a language prefix', 'up-same', 'no-baseline', answer({ body: article, finalUrl: 'https://photos.example/fr/album/chats' })],
  ['www and a slash', 'up-same', 'no-baseline', answer({ body: article, finalUrl: 'https://www.photos.example/album/chats/' })],
  ['a page that answers random paths with 404', 'up-same', 'no-baseline', answer({ body: article }), { probe: answer({ status: 404, body: article }) }],
  ['pictures on another host with the same text', 'up-changed', 'media-gone', answer({ body: album(1).replaceAll('/m/', 'https://cdn.example/') }), { baseline }],
  // Changed
  ['pictures gone', 'up-changed', 'media-gone', answer({ body: html('Album de chats', '<p>Nos chats du quartier, au soleil et sur les toits.</p>') }), { baseline }],
  ['another page', 'up-changed', 'media-gone', answer({ body: article }), { baseline }],
  ['another picture file', 'up-changed', 'other-bytes', answer({ body: 'PNG2', headers: { 'content-type': 'image/png' } }), { baseline: fingerprintOf(answer({ body: 'PNG1', headers: { 'content-type': 'image/png' } })) }],
  ['another picture by its hash', 'up-changed', 'other-picture', answer({ body: 'PNG2', headers: { 'content-type': 'image/png' } }), { imageHash: 'f'.repeat(64), baseline: fingerprintOf(answer({ body: 'PNG1', headers: { 'content-type': 'image/png' } }), { imageHash: '0'.repeat(64) }) }],
  ['a recompressed picture', 'up-same', 'same-picture', answer({ body: 'PNG2', headers: { 'content-type': 'image/png' } }), { imageHash: `${'0'.repeat(60)}000f`, baseline: fingerprintOf(answer({ body: 'PNG1', headers: { 'content-type': 'image/png' } }), { imageHash: '0'.repeat(64) }) }],
  ['a picture that became a page', 'up-changed', 'other-type', answer({ body: article }), { baseline: fingerprintOf(answer({ body: 'PNG1', headers: { 'content-type': 'image/png' } })) }],
  ['an empty answer', 'up-changed', '', answer({ status: 204 }), { baseline }],
  ['a frame whose content went, pictures kept', 'up-changed', 'other-title', answer({ body: album(1).replace('Album de chats', 'Album vide') }), { baseline }],
  // Moved
  ['another network', 'moved-host', 'asn:6713->13335', answer({ body: album(2) }), { baseline, asn: 13335 }],
  ['the same network', 'up-same', 'same-text', answer({ body: album(2) }), { baseline, asn: 6713 }],
  // Removed notice
  ['removed, fr', 'removed-notice', 'says-removed:fr', answer({ body: html('Contenu supprimé', '<p>Ce contenu a été supprimé.</p>') }), { baseline }],
  ['removed, ar', 'removed-notice', 'says-removed:ar', answer({ body: html('إشعار', '<p>تمت إزالة هذا المحتوى لمخالفته الشروط</p>') })],
  ['removed, ar with vowels', 'removed-notice', 'says-removed:ar', answer({ body: html('أُزيلَ هذا المُحتوى', '') })],
  ['removed, en', 'removed-notice', 'says-removed:en', answer({ body: html('Oops', '<p>This video has been removed for violating our terms.</p>') })],
  ['removed with 403', 'removed-notice', 'says-removed:en', answer({ status: 403, body: html('Oops', '<p>This file has been removed.</p>') })],
  ['removed inside a heavy frame', 'removed-notice', 'says-removed:en', answer({ body: html('This content is no longer available', `<p>${words(500)}</p>`) })],
  ['removed under the same pictures', 'removed-notice', 'says-removed:fr', answer({ body: album(1).replace('<h1>Album de chats', '<h1>Ce contenu a été supprimé') }), { baseline }],
  ['sent to a removal picture', 'removed-notice', 'removed-path', answer({ body: 'x', headers: { 'content-type': 'image/png' }, finalUrl: 'https://photos.example/removed.png' })],
  // Gone
  ['404', 'gone-http', 'http-404', answer({ status: 404, body: html('Page not found', '') }), { baseline }],
  ['410', 'gone-http', 'http-410', answer({ status: 410 })],
  ['404 that says it was removed', 'gone-http', 'http-404', answer({ status: 404, body: html('Contenu supprimé', '') })],
  ['404 and the other vantage too', 'gone-http', 'http-404', answer({ status: 404 }), { elsewhere: [{ vantage: 'paris', page: answer({ status: 404 }) }] }],
  ['404 here, a not-found page there', 'gone-http', 'http-404', answer({ status: 404 }), { elsewhere: [{ vantage: 'paris', page: answer({ body: html('Page introuvable', '') }) }] }],
  ['NXDOMAIN from two', 'gone-dns', 'nxdomain-from:2', noName('NXDOMAIN'), { resolvers: twoResolvers('NXDOMAIN', 'NXDOMAIN') }],
  ['404 with a login form', 'gone-http', 'http-404', answer({ status: 404, body: html('Connexion', '<input type=password>') })],
  ['404 after a language prefix', 'gone-http', 'http-404', answer({ status: 404, finalUrl: 'https://www.photos.example/fr/album/chats' })],
  // Not gone
  ['a login page that does not exist', 'login-wall', 'login-path', answer({ status: 404, finalUrl: 'https://photos.example/login?next=/album/chats' })],
  ['another site that says 404', 'redirected', 'other-site', answer({ status: 404, finalUrl: 'https://elsewhere.example/album/chats' })],
  ['NXDOMAIN from one', 'unreachable', 'dns:NXDOMAIN', noName('NXDOMAIN'), { resolvers: [{ name: 'one', code: 'NXDOMAIN' }] }],
  ['NXDOMAIN from one resolver asked twice', 'unreachable', 'dns:NXDOMAIN', noName('NXDOMAIN'), { resolvers: [{ name: 'one', code: 'NXDOMAIN' }, { name: 'one', code: 'NXDOMAIN' }] }],
  ['NXDOMAIN contradicted', 'unreachable', 'dns:NXDOMAIN', noName('NXDOMAIN'), { resolvers: twoResolvers('NXDOMAIN', 'OK') }],
  ['NXDOMAIN doubted', 'unreachable', 'dns:NXDOMAIN', noName('NXDOMAIN'), { resolvers: [...twoResolvers('NXDOMAIN', 'NXDOMAIN'), { name: 'three', code: 'TIMEOUT' }] }],
  ['SERVFAIL', 'unreachable', 'dns:SERVFAIL', noName('SERVFAIL'), { resolvers: twoResolvers('SERVFAIL', 'SERVFAIL') }],
  ['a name without addresses', 'unreachable', 'dns:NODATA', noName('NODATA')],
  // Legal
  ['451', 'legal-block', 'http-451', answer({ status: 451 })],
  ['451 here, a page there', 'legal-block', 'http-451', answer({ status: 451 }), { elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  ['legal words, ar', 'legal-block', 'says-legal:ar', answer({ body: html('غير متاح لأسباب قانونية', '') })],
  ['legal words with 403', 'legal-block', 'says-legal:fr', answer({ status: 403, body: html('Indisponible pour raisons légales', '') })],
  // Parked, suspended
  ['parked, en', 'parked', 'says-parked:en', answer({ body: html('photos.example', '<p>This domain is parked. Buy this domain.</p>') }), { baseline }],
  ['parked, fr', 'parked', 'says-parked:fr', answer({ body: html('photos.example', '<p>Ce domaine est à vendre</p>') })],
  ['parked, ar', 'parked', 'says-parked:ar', answer({ body: html('photos.example', '<p>هذا النطاق معروض للبيع</p>') })],
  ['a market for domains', 'parked', 'parking-host:dan.com', answer({ body: article, finalUrl: 'https://dan.com/buy-domain/photos.example' })],
  ['name servers of a parking service', 'parked', 'parking-dns:bodis.com', answer({ body: article }), { nameservers: ['ns1.bodis.com', 'ns2.bodis.com'] }],
  ['account suspended', 'parked', 'says-suspended:en', answer({ status: 403, body: html('Account Suspended', '<p>Contact your hosting provider.</p>') })],
  ['cPanel suspension', 'parked', 'suspended-path', answer({ body: html('x', ''), finalUrl: 'https://photos.example/cgi-sys/suspendedpage.cgi' })],
  ['suspended, ar', 'parked', 'says-suspended:ar', answer({ body: html('تم تعليق هذا الموقع', '') })],
  // Soft 404
  ['soft 404, ar', 'soft-404', 'says-not-found:ar', answer({ body: html('الصفحة غير موجودة', '<p>لم نعثر على الصفحة المطلوبة.</p>') }), { baseline }],
  ['soft 404, fr', 'soft-404', 'says-not-found:fr', answer({ body: html('Erreur', '<p>La page demandée n’existe pas.</p>') })],
  ['soft 404, en', 'soft-404', 'says-not-found:en', answer({ body: html('404 Not Found', '') })],
  ['one page for every path', 'soft-404', 'same-as-random-path', answer({ body: html('Bienvenue', `<p>${words(90)} 12</p>`) }), { probe: answer({ body: html('Bienvenue', `<p>${words(90)} 13</p>`) }) }],
  ['sent to a 404 page', 'soft-404', 'missing-path', answer({ body: article, finalUrl: 'https://photos.example/404.html' })],
  // Redirected
  ['another site', 'redirected', 'other-site', answer({ body: article, finalUrl: 'https://elsewhere.example/' })],
  ['the front page', 'redirected', 'shorter-path', answer({ body: article, finalUrl: 'https://photos.example/' })],
  ['the folder above', 'redirected', 'shorter-path', answer({ body: article, finalUrl: 'https://photos.example/album' })],
  ['a refresh to another site', 'redirected', 'refresh-to-other-site', answer({ body: `<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">${article}` })],
  ['a redirect to a dead name', 'redirected', 'leads-to-dead-name:NXDOMAIN', noName('NXDOMAIN', 'dead.example', 2), { resolvers: twoResolvers('NXDOMAIN', 'NXDOMAIN') }],
  ['a redirect to a private network', 'redirected', 'leads-to-refused:private-address', { kind: 'refused', reason: 'private-address', hop: 'http://10.0.0.1/', hops: [{ url: URL_, at }, { url: 'http://10.0.0.1/', at }], ms: 1 }],
  // Login
  ['401', 'login-wall', 'http-401', answer({ status: 401 })],
  ['sent to a login page', 'login-wall', 'login-path', answer({ body: article, finalUrl: 'https://photos.example/login?next=x' })],
  ['login, ar', 'login-wall', 'password-field', answer({ body: html('تسجيل الدخول', '<input type=password>') })],
  ['login, fr', 'login-wall', 'password-field', answer({ body: html('Connexion', '<p>Cette page est réservée aux membres.</p><input type=password>') })],
  ['login, en', 'login-wall', 'password-field', answer({ body: html('Members', '<p>Members only</p><input type="password">') })],
  // Bot wall
  ['403', 'bot-wall', 'http-403', answer({ status: 403, body: 'Forbidden' })],
  ['429', 'bot-wall', 'http-429', answer({ status: 429 })],
  ['Cloudflare header', 'bot-wall', 'challenge:cloudflare', answer({ status: 403, headers: { 'cf-mitigated': 'challenge' } })],
  ['Cloudflare header on 503', 'bot-wall', 'challenge:cloudflare', answer({ status: 503, body: '<script>window._cf_chl_opt={}</script>' })],
  ['a challenge with 200', 'bot-wall', 'challenge:hcaptcha', answer({ body: '<title>Hm</title><div class="h-captcha"></div>' })],
  ['a challenge in words, ar', 'bot-wall', 'says-bot:ar', answer({ body: html('التحقق من المتصفح', '') })],
  ['a challenge dressed as 404', 'bot-wall', 'challenge:cloudflare', answer({ status: 404, headers: { 'cf-mitigated': 'challenge' } })],
  ['a challenge here, a page there', 'bot-wall', 'challenge:cloudflare', answer({ status: 403, headers: { 'cf-mitigated': 'challenge' } }), { elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  // Geography
  ['404 here, a page there', 'geo-blocked', 'seen-from:paris', answer({ status: 404 }), { elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  ['403 here, a page there', 'geo-blocked', 'seen-from:paris', answer({ status: 403 }), { elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  ['a time-out here, a page there', 'geo-blocked', 'seen-from:paris', failure({ kind: 'network', code: 'TIMEOUT' }), { elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  ['NXDOMAIN here, a page there', 'geo-blocked', 'seen-from:paris', noName('NXDOMAIN'), { resolvers: twoResolvers('NXDOMAIN', 'NXDOMAIN'), elsewhere: [{ vantage: 'paris', page: answer({ body: article }) }] }],
  ['words, fr', 'geo-blocked', 'says-geo:fr', answer({ status: 403, body: html('Désolé', '<p>Ce contenu n’est pas disponible dans votre pays.</p>') })],
  // Unreachable, TLS
  ['time-out', 'unreachable', 'network:TIMEOUT', failure({ kind: 'network', code: 'TIMEOUT' }), { baseline }],
  ['refused connection', 'unreachable', 'network:ECONNREFUSED', failure({ kind: 'network', code: 'ECONNREFUSED' })],
  ['500', 'unreachable', 'http-500', answer({ status: 500 }), { baseline }],
  ['503 with a not-found text', 'unreachable', 'http-503', answer({ status: 503, body: html('Page not found', '') })],
  ['a name in a sinkhole', 'unreachable', 'refused:private-address', { kind: 'refused', reason: 'private-address', hop: URL_, hops: [{ url: URL_, at }], ms: 1 }],
  ['a redirect loop', 'unreachable', 'redirect-loop', { kind: 'too-many-redirects', hops: [{ url: URL_, at }], ms: 1 }],
  ['an expired certificate', 'tls-error', 'tls:CERT_HAS_EXPIRED', failure({ kind: 'tls', code: 'CERT_HAS_EXPIRED', detail: 'x' })],
];

describe('classify', () => {
  it.each(rows)('%s: %s', (_name, state, reason, page, extra) => {
    const verdict = see(page, extra);
    expect([verdict.state, ...verdict.reasons].join(' ')).toContain(`${state} ${reason}`.trim());
    expect(verdict.state).toBe(state);
  });

  it('has a row for every state', () => {
    expect(new Set(rows.map(([, state]) => state))).toEqual(new Set(CHECK_STATES));
  });

  it('marks a page that is made in the browser', () => {
    const shell = answer({ body: '<title>App</title><div id=root></div><script src=/app.js></script>' });
    expect(see(shell, { probe: shell })).toEqual({ state: 'up-same', reasons: ['no-baseline', 'needs-browser'] });
  });

  it('never says gone for anything but 404, 410 and confirmed NXDOMAIN', () => {
    for (let status = 200; status < 600; status++) {
      const { state } = see(answer({ status, body: html('Page introuvable', '') }), { baseline });
      expect(state === 'gone-http', `status ${status}`).toBe(status === 404 || status === 410);
    }
  });
});
