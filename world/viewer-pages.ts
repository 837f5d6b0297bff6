import { escapeHtml, Html, html } from './html.ts';
import type { StoredMail } from './mailbox.ts';
import type { Hook } from './webhook.ts';

/** No script, nothing from elsewhere. Frames and styles are the page's own; `srcdoc` frames inherit this policy. */
export const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const STYLE = `
:root{color-scheme:light dark;--ground:#FBF8F2;--surface:#fff;--ink:#1C2430;--muted:#55606E;--line:#E4DED2;--green:#0B5D52;
--green-soft:#E3F0EC;--majorelle:#4338CA;--saffron-soft:#FDF3DC;--saffron-ink:#7A4F00}
@media (prefers-color-scheme:dark){:root{--ground:#121821;--surface:#1B2430;--ink:#E9EDF2;--muted:#A9B4C2;--line:#2B3645;
--green:#5CC9B5;--green-soft:#1d3a38;--majorelle:#A5A0F5}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);
font:17px/1.65 "IBM Plex Sans","IBM Plex Sans Arabic","Noto Sans Arabic",system-ui,sans-serif}
a{color:var(--majorelle)}a:focus-visible,summary:focus-visible,pre:focus-visible,iframe:focus-visible{outline:3px solid var(--majorelle);outline-offset:2px;border-radius:4px}
header,main{max-inline-size:64rem;margin-inline:auto;padding-inline:20px}header{padding-block:24px 4px}main{padding-block-end:64px}
h1{font-size:27px;line-height:1.35;margin:12px 0 0}h2{font-size:20px;margin:32px 0 8px}
.badge{display:inline-block;background:var(--saffron-soft);color:var(--saffron-ink);border-radius:999px;padding:2px 12px;font-size:15px;font-weight:600}
.sub{display:flex;flex-wrap:wrap;gap:4px 24px;color:var(--muted);margin:4px 0 20px}
ol{list-style:none;margin:0;padding:0}.card{background:var(--surface);border:1px solid var(--line);border-radius:14px;margin-block-end:12px}
.mail{display:block;padding:14px 18px;min-block-size:48px;text-decoration:none;color:inherit}.mail:hover{background:var(--green-soft);border-radius:14px}
.mail strong{display:block;font-size:18px;color:var(--green)}.mail span{color:var(--muted);font-size:15px;margin-inline-end:16px}
.preview{display:block;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;padding:16px 18px}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
iframe{display:block;inline-size:100%;block-size:36rem;border:0;border-radius:14px;background:#fff}
pre{margin:0;padding:16px 18px;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;font-size:16px}
details{margin-block:12px}summary{cursor:pointer;padding:12px 18px;min-block-size:48px;font-weight:600}
.empty{padding:32px 18px;text-align:center;color:var(--muted)}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-block-end:8px}}`;

/** Seconds between two looks of the list. */
const REFRESH_S = 5;

function shell(title: string, heading: Html, body: Html, refresh: boolean): string {
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh && html`<meta http-equiv="refresh" content="${REFRESH_S}">`}<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><header><span class="badge">Demonstration mailbox</span>${heading}
<div class="sub"><span lang="ar" dir="rtl">صندوق بريد للعرض التجريبي</span> <span lang="fr">Boîte aux lettres de démonstration</span></div></header>
<main>${body}</main></body></html>`.markup
  }`;
}

const time = (d: Date) => {
  const iso = d.toISOString();
  return html`<time datetime="${iso}" dir="ltr">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
};

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/**
 * All mail, newest first, then what came by webhook.
 * @param live whether the page looks again by itself; a reader who needs time can stop it (WCAG 2.2.1)
 */
export function listPage(mails: readonly StoredMail[], hooks: readonly Hook[], live: boolean): string {
  const items = mails.toReversed().map(
    (m) => html`<li class="card"><a class="mail" href="/mail/${m.id}">
<strong dir="auto">${m.subject || '(no subject)'}</strong>
<span>to <bdi>${m.to.join(', ')}</bdi></span> <span>from <bdi>${m.from}</bdi></span> <span>${time(m.receivedAt)}</span>
<span class="preview" dir="auto">${m.text.trim().slice(0, 160)}</span></a></li>`,
  );
  const pages = hooks.toReversed().map(
    (h) => html`<li class="card"><details><summary>${time(h.receivedAt)}</summary>
<pre dir="ltr" tabindex="0">${JSON.stringify(h.body, null, 2)}</pre></details></li>`,
  );
  const empty = html`<p class="card empty">Nothing has arrived yet.</p>`;
  const control = live
    ? html`<p>This page looks again every ${REFRESH_S} seconds. <a href="/?still">Stop refreshing</a></p>`
    : html`<p>This page does not refresh by itself. <a href="/">Refresh every ${REFRESH_S} seconds</a></p>`;
  const title = `${count(mails.length, 'message', 'messages')} · demonstration mailbox`;
  return shell(
    title,
    html`<h1>All mail of the demonstration</h1>`,
    html`${control}<h2>${count(mails.length, 'message', 'messages')}</h2>${items.length > 0 ? html`<ol>${items}</ol>` : empty}
${pages.length > 0 && html`<h2>On-call webhook: ${count(pages.length, 'call', 'calls')}</h2><ol>${pages}</ol>`}`,
    live,
  );
}

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** Plain text with its web addresses made links that open elsewhere and tell nothing of where they were followed. */
export function linkify(text: string): Html {
  let out = '';
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const url = escapeHtml(match[0]);
    out += `${escapeHtml(text.slice(end, match.index))}<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`;
    end = match.index + match[0].length;
  }
  return new Html(out + escapeHtml(text.slice(end)));
}

/** The mail's own markup in a frame without scripts, forms or an origin; its links may open a tab of their own. */
function frame(mail: StoredMail): Html {
  const doc = `<base target="_blank"><meta name="referrer" content="no-referrer">${mail.html ?? ''}`;
  return html`<iframe class="card" title="The message as its reader sees it" referrerpolicy="no-referrer"
 sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${doc}"></iframe>`;
}

export function mailPage(mail: StoredMail): string {
  const rows: [string, Html][] = [
    ['From', html`<bdi>${mail.from}</bdi>`],
    ['To', html`<bdi>${mail.to.join(', ')}</bdi>`],
    ['Received', time(mail.receivedAt)],
    ['Message-ID', html`<bdi dir="ltr">${mail.messageId}</bdi>`],
    ...mail.attachments.map((a): [string, Html] => [
      'Attachment',
      html`<bdi>${a.filename || 'unnamed'}</bdi> (${a.contentType}, ${a.octets} bytes)`,
    ]),
  ];
  return shell(
    `${mail.subject || '(no subject)'} · demonstration mailbox`,
    html`<h1 dir="auto">${mail.subject || '(no subject)'}</h1>`,
    html`<p><a href="/">All messages</a></p>
<dl class="card">${rows.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl>
${mail.html !== null && html`<h2>Message</h2>${frame(mail)}`}
<h2>Plain text</h2><pre class="card" dir="auto" tabindex="0">${linkify(mail.text)}</pre>
<details class="card"><summary>All headers</summary><pre dir="ltr" tabindex="0">${mail.headers
      .map((h) => `${h.name}: ${h.value}`)
      .join('\n')}</pre></details>`,
    false,
  );
}

export function missingPage(): string {
  return shell(
    'Not found · demonstration mailbox',
    html`<h1>No such message</h1>`,
    html`<p>It may have been pushed out by newer ones. <a href="/">All messages</a></p>`,
    false,
  );
}
