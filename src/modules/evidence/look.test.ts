import { describe, expect, it } from 'vitest';
import { lookableUrl, ofFailure } from './look.ts';

describe('which addresses may be looked at', () => {
  it.each([
    ['https://photos.example/a?b=c#d', 'https://photos.example/a?b=c#d'],
    ['http://صور-قطط.example/x', 'http://xn----jnclka8dwb.example/x'],
    ['HTTP://Photos.Example', 'http://photos.example/'],
  ])('%s', (text, href) => {
    expect(lookableUrl(text)?.href).toBe(href);
  });

  it.each([
    'photos.example',
    'ftp://photos.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'view-source:http://photos.example/',
    'chrome://settings/',
    'http://user@photos.example/',
    'http://:secret@photos.example/',
    'http://',
    `http://photos.example/${'x'.repeat(8_192)}`,
  ])('not %s', (text) => {
    expect(lookableUrl(text)).toBeUndefined();
  });
});

describe('what a failure means', () => {
  it.each([
    ['page.goto: Timeout 12000ms exceeded.', undefined, 'timeout'],
    ['net::ERR_CERT_AUTHORITY_INVALID at https://x.example/', 'connected', 'tls'],
    ['net::ERR_SSL_PROTOCOL_ERROR', 'connected', 'tls'],
    ['page.goto: Download is starting', 'connected', 'not-a-page'],
    ['net::ERR_ABORTED; maybe frame was detached?', 'connected', 'not-a-page'],
    ['net::ERR_HTTP_RESPONSE_CODE_FAILURE', 'connected', 'not-a-page'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'private-address', 'refused'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'metadata', 'refused'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'port', 'refused'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'dropped', 'refused'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'dns', 'dns'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'network', 'unreachable'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'busy', 'busy'],
    ['net::ERR_EMPTY_RESPONSE', 'connected', 'unreachable'],
    ['net::ERR_UNSAFE_PORT', undefined, 'refused'],
    ['page.goto: Page crashed', 'connected', 'failed'],
  ] as const)('%s, proxy said %s: %s', (told, outcome, reason) => {
    expect(ofFailure(told, outcome)).toBe(reason);
  });
});
