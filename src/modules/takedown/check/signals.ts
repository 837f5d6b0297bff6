import { createHash } from 'node:crypto';
import type { EgressResponse } from '../../../platform/egress/index.ts';
import { decodeHtml, type PageText, readHtml } from './html.ts';
import { PHRASES, type PhraseLang, type PhraseTopic } from './phrases.ts';
import { fold, simhash, words } from './text.ts';

/** What is kept of a look to compare the next with. Holds no content: hashes, counts, the title, media addresses. */
export interface Fingerprint {
  /** HTTP status and address after redirects. */
  status: number;
  finalUrl: string;
  contentType: string;
  /** Body bytes read; the hash is over these, so it compares only between looks with one size limit. */
  length: number;
  sha256: string;
  /** Of the visible text; zeros when there is none. */
  simhash: string;
  wordCount: number;
  title: string;
  /** Absolute addresses of images, videos and players, without query. */
  media: string[];
  /** Perceptual hash in hex, for images only, when a hasher is given. */
  imageHash?: string;
  /** Network the address lay in. */
  asn?: number;
}

export interface PhraseHit {
  lang: PhraseLang;
  /** In the title or a top heading, or in the text of a page with little text. */
  where: 'head' | 'text';
}

/** Everything that is read off one answer; pure. */
export interface Signals {
  html: boolean;
  page: PageText;
  wordCount: number;
  hits: Partial<Record<PhraseTopic, PhraseHit>>;
  /** Names the challenge of a bot wall, when its technical marks are there. */
  challenge?: string;
  /** Almost no text, but scripts: what the visitor sees is made in the browser. */
  shell: boolean;
  fingerprint: Fingerprint;
}

/** A notice is short. In a longer text the same words are somebody's talk. */
const SHORT = 200;

const TOPICS = Object.entries(PHRASES).flatMap(([topic, langs]) =>
  Object.entries(langs).map(([lang, phrases]) => ({
    topic: topic as PhraseTopic,
    lang: lang as PhraseLang,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(?:${phrases.map((p) => fold(p).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?![\\p{L}\\p{N}])`,
      'u',
    ),
  })),
);

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
  scripts: 0,
  refresh: undefined,
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
  const text = /^text\/plain/i.test(contentType) ? decodeHtml(response.body, contentType) : page.text;
  const folded = fold(text);
  const tokens = words(folded);
  const head = fold(`${page.title} \n ${page.headings}`);

  const hits: Signals['hits'] = {};
  for (const { topic, lang, pattern } of TOPICS) {
    if (hits[topic]?.where === 'head') continue;
    if (pattern.test(head)) hits[topic] = { lang, where: 'head' };
    else if (tokens.length <= SHORT && !hits[topic] && pattern.test(folded)) hits[topic] = { lang, where: 'text' };
  }
  const challenge =
    response.headers['cf-mitigated'] === 'challenge'
      ? 'cloudflare'
      : tokens.length <= SHORT
        ? CHALLENGES.find(([, pattern]) => pattern.test(markup))?.[0]
        : undefined;

  return {
    html,
    page,
    wordCount: tokens.length,
    hits,
    ...(challenge ? { challenge } : {}),
    shell: html && tokens.length < 15 && page.scripts > 0,
    fingerprint: {
      status: response.status,
      finalUrl: response.finalUrl,
      contentType: contentType.split(';')[0]?.trim().toLowerCase() ?? '',
      length: response.body.length,
      sha256: createHash('sha256').update(response.body).digest('hex'),
      simhash: simhash(tokens),
      wordCount: tokens.length,
      title: page.title,
      media: [...new Set(page.media.flatMap((m) => absolute(m, response.finalUrl) ?? []))],
    },
  };
}

/** The fingerprint of the first look at reported content: the baseline of all later ones. */
export function fingerprintOf(response: EgressResponse, extra: { imageHash?: string; asn?: number } = {}): Fingerprint {
  return { ...readSignals(response).fingerprint, ...extra };
}
