import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPath, safeHref } from './safe-href.ts';

describe('safeHref', () => {
  it.each([
    '/ar/report',
    'step/2',
    '?lang=fr',
    '#f-url',
    '',
    'https://example.org/a?b=c#d',
    'http://example.org',
    'HTTPS://EXAMPLE.ORG',
    'tel:2511',
    'mailto:abuse@example.org',
    '//cdn.example.org/x',
  ])('lets %j through as it is', (href) => {
    expect(safeHref(href)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '  javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'blob:https://example.org/1',
    'file:///etc/passwd',
    'ftp://example.org',
    'about:blank',
    'https://',
    'http://[::1',
  ])('refuses %j', (href) => {
    expect(safeHref(href)).toBeUndefined();
  });

  it('never lets through what a browser would read as another scheme', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'javascript:', ' jAvascript', 'data:', 'https:', 'java\0script:', '//', '\\'),
        fc.string({ unit: 'binary' }),
        (start, rest) => {
          const href = safeHref(start + rest);
          if (href === undefined) return;
          expect(['https:', 'http:', 'tel:', 'mailto:']).toContain(new URL(href, 'https://here.example/a/').protocol);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('localPath', () => {
  it.each(['/desk', '/desk?state=open#row-3', '/'])('keeps %j', (path) => {
    expect(localPath(path, '/')).toBe(path);
  });

  it.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example/', 'desk', '', undefined, 7])(
    'falls back on %j',
    (path) => {
      expect(localPath(path, '/home')).toBe('/home');
    },
  );

  it('stays on the site whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const path = localPath(`/${text}`, '/');
        expect(new URL(path, 'https://here.example').origin).toBe('https://here.example');
      }),
      { numRuns: 1000 },
    );
  });
});
