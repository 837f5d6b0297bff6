import { createHash } from 'node:crypto';
import type { EgressResponse } from '../../../platform/egress/index.ts';
import { decodeHtml, type PageText, readHtml } from './html.ts';
import { type JsonSays, readJson } from './json.ts';
import { pictureSize, pngPixels } from './media.ts';
import { type NoticeHits, readNotices, SHORT } from './notices.ts';
import { fold, simhash, sketch, words } from './text.ts';

/** What is kept of a look to compare the next with. Holds no content: hashes, counts, the title, media addresses. */
export interface Fingerprint {
  /** HTTP status and address after redirects. */
  status: number;
  finalUrl: string;
  contentType: string;
  /** Body bytes read; the hash is over these, so it compares only between looks with one size limit. */
  length: number;
  sha256: string;
  /** Of the page's own text (without its frame); zeros when there is none. */
  simhash: string;
  /** Smallest hashes of its word pairs; see `sketch`. Absent in fingerprints of before. */
  sketch?: string;
  wordCount: number;
  title: string;
  /** Absolute addresses of the page's own images, videos and players, without query. */
  media: string[];
  /** Perceptual hash in hex, for images only, when a hasher is given. */
  imageHash?: string;
  /** Pixels of a picture. */
  size?: [width: number, height: number];
  /** SHA-256 of what a PNG's image data unpacks to, which another compression leaves alike. */
  pixels?: string;
  /** Network the address lay in. */
  asn?: number;
}

/** Everything that is read off one answer; pure. */
export interface Signals {
  html: boolean;
  page: PageText;
  /** Words of the page's own text, and how many. */
  wordCount: number;
  tokens: readonly string[];
  hits: NoticeHits;
  json?: JsonSays;
  /** Names the challenge of a bot wall, when its technical marks are there. */
  challenge?: string;
  /** Almost no text, but scripts: what the visitor sees is made in the browser. */
  shell: boolean;
  fingerprint: Fingerprint;
}

/** Marks in headers and markup, not words: they are the same in every language. */
const CHALLENGES: readonly [name: string, pattern: RegExp][] = [
  ['cloudflare', /cf-chl-|\/cdn-cgi\/challenge-platform|cf_chl_opt/],
  ['datadome', /geo\.captcha-delivery\.com|datadome/i],
  ['perimeterx', /px-captcha|_pxhd/i],
  ['imperva', /_incapsula_resource/i],
  ['ddos-guard', /\/\.well-known\/ddos-guard\//],
  ['recaptcha', /class="g-recaptcha"/],
  ['hcaptcha', /class="h-captcha"/],
  ['turnstile', /class="cf-turnstile"/],
  ['sucuri', /sucuri_cloudproxy_js/i],
];

const EMPTY: PageText = {
  title: '',
  headings: '',
  text: '',
  media: [],
  passwordField: false,
  passwordInFrame: false,
  scripts: 0,
  refresh: undefined,
  own: '',
  stated: '',
  heads: [],
  scripted: undefined,
  canonical: undefined,
  noindex: false,
};

function looksHtml(response: EgressResponse): boolean {
  const type = response.headers['content-type'] ?? '';
  if (/html|xml/i.test(type)) return true;
  if (type && !/^text\/plain|^application\/octet-stream/i.test(type)) return false;
  return /^\s*<(!doctype html|html|head|body)/i.test(response.body.subarray(0, 512).toString('latin1'));
}

function absolute(address: string, base: string): string | undefined {
  if (!URL.canParse(address, base)) return undefined;
  const url = new URL(address, base);
  return `${url.origin}${url.pathname}`;
}

/** Reads an answer. */
export function readSignals(response: EgressResponse): Signals {
  const contentType = response.headers['content-type'] ?? '';
  const html = looksHtml(response);
  const markup = html ? decodeHtml(response.body, contentType) : '';
  const page = html ? readHtml(markup) : EMPTY;
  const plain = !html && /^(text\/plain|application\/([\w.-]+\+)?json|text\/json)/i.test(contentType);
  const raw = plain ? decodeHtml(response.body, contentType) : '';
  const json = /^\s*[{[]/.test(raw) ? readJson(raw) : undefined;
  const own = json ? json.text : plain ? raw : page.own;
  const tokens = words(fold(own));
  const hits = readNotices(
    json ? json.said : [page.title, ...page.heads],
    json ? json.said.join('\n') : plain ? raw : page.stated,
  );
  const challenge =
    response.headers['cf-mitigated'] === 'challenge'
      ? 'cloudflare'
      : tokens.length <= SHORT
        ? CHALLENGES.find(([, pattern]) => pattern.test(markup))?.[0]
        : undefined;

  const size = contentType.startsWith('image/') ? pictureSize(response.body) : undefined;
  const pixels = size ? pngPixels(response.body) : undefined;
  return {
    html,
    page,
    wordCount: tokens.length,
    tokens,
    hits,
    ...(json ? { json } : {}),
    ...(challenge ? { challenge } : {}),
    shell: html && tokens.length < 15 && page.scripts > 0,
    fingerprint: {
      status: response.status,
      finalUrl: response.finalUrl,
      contentType: contentType.split(';')[0]?.trim().toLowerCase() ?? '',
      length: response.body.length,
      sha256: createHash('sha256').update(response.body).digest('hex'),
      simhash: simhash(tokens),
      ...(tokens.length > 0 ? { sketch: sketch(tokens) } : {}),
      wordCount: tokens.length,
      title: page.title,
      media: [...new Set(page.media.flatMap((m) => absolute(m, response.finalUrl) ?? []))],
      ...(size ? { size } : {}),
      ...(pixels ? { pixels } : {}),
    },
  };
}

/** The fingerprint of the first look at reported content: the baseline of all later ones. */
export function fingerprintOf(response: EgressResponse, extra: { imageHash?: string; asn?: number } = {}): Fingerprint {
  return { ...readSignals(response).fingerprint, ...extra };
}
