import type { EgressResponse } from '../../../platform/egress/index.ts';

export const at = new Date('2026-11-24T09:00:00Z');
/** The address that was asked for. */
export const URL_ = 'https://photos.example/album/chats';

export interface Answer {
  status?: number;
  body?: string | Buffer;
  headers?: Record<string, string>;
  finalUrl?: string;
}

/** What a web server gave to {@link URL_}. */
export function answer({ status = 200, body = '', headers = {}, finalUrl = URL_ }: Answer): EgressResponse {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
    body: Buffer.from(body),
    truncated: false,
    finalUrl,
    remoteAddress: '41.248.0.1',
    hops: [{ url: URL_, at }, ...(finalUrl === URL_ ? [] : [{ url: finalUrl, at }])],
    ms: 5,
  };
}

/** A page of a site with a way to sign in. */
export const html = (title: string, body: string, h1 = title) =>
  `<!doctype html><html><head><title>${title} · Photos</title></head><body><a href="/login">Sign in</a><h1>${h1}</h1>${body}</body></html>`;
/** So many words that no rule knows. */
export const words = (n: number) =>
  Array.from({ length: n }, (_, i) => `palabra${'abcdefghij'[i % 10]}${'klmnopq'[i % 7]}`).join(' ');
