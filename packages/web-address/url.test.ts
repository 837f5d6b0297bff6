import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractUrls } from './extract.ts';
import { MAX_URL_LENGTH, normaliseUrl } from './url.ts';

const options = { fragmentHosts: new Set(['files.example']) };

function urlOf(input: string): string {
  const result = normaliseUrl(input, options);
  return result.ok ? result.url : `refused: ${result.reason}`;
}

function keyOf(input: string): string {
  const result = normaliseUrl(input, options);
  if (!result.ok) throw new Error(`${input}: ${result.reason}`);
  return result.key;
}

describe('normaliseUrl', () => {
  it.each([
    ['www.example.com/x', 'https://www.example.com/x'],
    ['example.com', 'https://example.com/'],
    ['example.com:8080/x', 'https://example.com:8080/x'],
    ['//example.org/x', 'https://example.org/x'],
    ['https:example.org', 'https://example.org/'],
    ['HTTP://WWW.EXAMPLE.ORG:80/Page', 'http://www.example.org/Page'],
    ['https://example.org:443', 'https://example.org/'],
    ['ftp://example.org:21/f', 'ftp://example.org/f'],
    ['https://example.org./a', 'https://example.org/a'],
    ['8.8.8.8/x', 'https://8.8.8.8/x'],
    // disarmed
    ['hxxps://example[.]com/x', 'https://example.com/x'],
    ['hxxp[:]//example(dot)com', 'http://example.com/'],
    ['hXXps[://]www[.]example[dot]com/a[.]b', 'https://www.example.com/a%5B.%5Db'],
    ['h**p://example.com', 'http://example.com/'],
    // marks, brackets, sentences
    ['\u200fhttps://example.org/a\u200f', 'https://example.org/a'],
    ['\u2067https://example.org/\u2069.', 'https://example.org/'],
    ['https://exa\u200bmple.org/\u00ad', 'https://example.org/'],
    ['<https://example.org/a>', 'https://example.org/a'],
    ['«https://example.org/a»؟', 'https://example.org/a'],
    ['(https://example.org/a_(b))', 'https://example.org/a_(b)'],
    ['https://example.org/a?b=c، ', 'https://example.org/a?b=c'],
    ['https://example.org/a merci', 'https://example.org/a'],
    // Arabic around it, Arabic in it
    ['الرابط:https://example.org/x', 'https://example.org/x'],
    ['شوفhttps://example.org/xهذا', 'https://example.org/x'],
    ['شوف www.example.org', 'https://www.example.org/'],
    ['voir example.org', 'refused: not-a-url'],
    ['شوفwww.example.org', 'https://www.example.org/'],
    ['https://example.orgهذا', 'https://example.org/'],
    ['https://example.org/w/مراكش', 'https://example.org/w/%D9%85%D8%B1%D8%A7%D9%83%D8%B4'],
    ['https://example.org/w-مراكش', 'https://example.org/w-%D9%85%D8%B1%D8%A7%D9%83%D8%B4'],
    // IDNA
    ['https://MÜNCHEN.example/', 'https://xn--mnchen-3ya.example/'],
    ['https://ｅｘａｍｐｌｅ.org', 'https://example.org/'],
    ['https://مثال.example/', 'https://xn--mgbh0fb.example/'],
    // path
    ['https://example.org/a/../b/./c', 'https://example.org/b/c'],
    ['https://example.org/%7euser/%2fa%3f', 'https://example.org/~user/%2Fa%3F'],
    ['https://example.org/100%', 'https://example.org/100%25'],
    ['https://example.org/a|b', 'https://example.org/a%7Cb'],
    // query
    ['https://example.org/?', 'https://example.org/'],
    ['https://example.org/?b=2&a=1', 'https://example.org/?b=2&a=1'],
    ['https://example.org/?utm_source=x&b=2&UTM_Medium=y&a=1&fbclid=z', 'https://example.org/?b=2&a=1'],
    ['https://example.org/?utm_source=x', 'https://example.org/'],
    ['https://example.org/?%75tm_source=x', 'https://example.org/'],
    ['https://example.org/?ref=1&s=2&t=3', 'https://example.org/?ref=1&s=2&t=3'],
    ['https://youtu.be/abc?si=xyz&t=10', 'https://youtu.be/abc?t=10'],
    ['https://m.youtube.com/watch?v=abc&si=xyz&feature=share', 'https://m.youtube.com/watch?v=abc'],
    ['https://x.com/a/status/1?s=20&t=abc', 'https://x.com/a/status/1'],
    ['https://example.org/?si=1', 'https://example.org/?si=1'],
    // fragment
    ['https://example.org/#top', 'https://example.org/'],
    ['https://example.org/#!/p/1', 'https://example.org/#!/p/1'],
    ['https://example.org/#/p/1', 'https://example.org/#/p/1'],
    ['https://files.example/f/1#Key', 'https://files.example/f/1#Key'],
    ['https://www.files.example/f/1#Key', 'https://www.files.example/f/1#Key'],
    ['https://notfiles.example/f/1#Key', 'https://notfiles.example/f/1'],
    ['https://files.example/#a:~:text=b', 'https://files.example/#a'],
  ])('%s is %s', (input, url) => {
    expect(urlOf(input)).toBe(url);
  });

  it.each([
    ['', 'not-a-url'],
    ['   ', 'not-a-url'],
    ['hello', 'not-a-url'],
    ['photo.jpg', 'not-a-url'],
    ['https://exa mple.org', 'private-host'],
    ['https://a..example.org/', 'not-a-url'],
    ['https://[zz]/', 'not-a-url'],
    ['http://', 'no-host'],
    ['https:///?x', 'no-host'],
    ['javascript:alert(1)', 'scheme'],
    ['mailto:a@b.example', 'scheme'],
    ['data:text/html,x', 'scheme'],
    ['intent://x', 'scheme'],
    ['https://user:secret@example.org/', 'credentials'],
    ['https://example.org@other.example/', 'credentials'],
    ['http://127.0.0.1/', 'private-host'],
    ['http://0x7f.1/', 'private-host'],
    ['http://2130706433/', 'private-host'],
    ['http://[::ffff:10.0.0.1]/', 'private-host'],
    ['http://169.254.169.254/latest', 'private-host'],
    ['http://localhost:3000/', 'private-host'],
    ['http://printer.local/', 'private-host'],
    [`https://example.org/${'a'.repeat(MAX_URL_LENGTH)}`, 'too-long'],
    [`https://example.org/${'م'.repeat(MAX_URL_LENGTH / 2)}`, 'too-long'],
  ])('%s is refused: %s', (input, reason) => {
    expect(normaliseUrl(input, options)).toEqual({ ok: false, reason });
  });

  it.each([
    ['https://user:secret@example.org/a', 'https://example.org/a'],
    ['see hxxps://user:s@cret@example.org/a', 'https://example.org/a'],
    ['HTTP://secret@example.org', 'http://example.org/'],
    ['https://bank.example@other.example/', 'https://other.example/'],
    ['https://example.org/@secret', 'https://example.org/@secret'],
  ])('takes name and password off %s when it is told to', (input, url) => {
    const [found] = extractUrls(input, 1, { ...options, dropCredentials: true });
    expect(found?.url).toBe(url);
    if (!url.includes('secret')) expect(JSON.stringify(found)).not.toMatch(/secret|s@cret|bank/);
    const refused = normaliseUrl('https://user:secret@127.0.0.1/', { ...options, dropCredentials: true });
    expect(refused).toEqual({ ok: false, reason: 'private-host' });
    // An address of mail is none of the web.
    expect(normaliseUrl('somebody@example.org', { ...options, dropCredentials: true }).ok).toBe(false);
  });

  it('lets local addresses pass when it is told to', () => {
    expect(normaliseUrl('http://127.0.0.1:8080/x', { ...options, allowPrivate: true })).toMatchObject({
      ok: true,
      host: '127.0.0.1',
      registrable: null,
    });
  });

  it('keeps the original and tells host and registrable domain', () => {
    expect(normaliseUrl(' WWW.Shop.example.co.uk/ ', options)).toMatchObject({
      original: ' WWW.Shop.example.co.uk/ ',
      host: 'www.shop.example.co.uk',
      registrable: 'example.co.uk',
    });
    expect(normaliseUrl('https://somebody.github.io/a', options)).toMatchObject({ registrable: 'somebody.github.io' });
    expect(normaliseUrl('https://8.8.8.8/', options)).toMatchObject({ registrable: null });
  });

  it('shows Unicode unless it deceives', () => {
    const shown = (input: string): string => {
      const result = normaliseUrl(input, options);
      return result.ok ? result.display : result.reason;
    };
    expect(shown('https://مثال.example/w/%D9%85%D8%B1%D8%A7')).toBe('https://مثال.example/w/مرا');
    expect(shown('https://xn--mnchen-3ya.example/')).toBe('https://münchen.example/');
    expect(shown('https://раураl.example/')).toMatch(/^https:\/\/xn--/);
    expect(shown('https://example.org/%E2%80%AEfdp.exe')).toContain('%E2%80%AE');
    expect(shown('https://example.org/a%2Fb%20c')).toBe('https://example.org/a%2Fb%20c');
  });
});

describe('the key', () => {
  it.each([
    ['http://example.org/a', 'https://EXAMPLE.org:443/a#x'],
    ['example.org/a', 'http://example.org./a?'],
    ['https://example.org/%41', 'https://example.org/A'],
    ['https://example.org/%e9', 'https://example.org/%E9'],
    ['https://example.org/?a=1&gclid=2', 'hxxps://example[.]org/?a=1'],
    ['https://münchen.example/', 'https://xn--mnchen-3ya.example/'],
    ['https://example.org/w/مراكش', 'https://example.org/w/%d9%85%d8%b1%d8%a7%d9%83%d8%b4'],
  ])('is one for %s and %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it.each([
    ['https://example.org/a', 'https://www.example.org/a'],
    ['https://example.org/a', 'https://example.org/a/'],
    ['https://example.org/a', 'https://example.org/A'],
    ['https://example.org/?a=1&b=2', 'https://example.org/?b=2&a=1'],
    ['https://example.org/a%2Fb', 'https://example.org/a/b'],
    ['https://example.org/?q=a+b', 'https://example.org/?q=a%2Bb'],
    ['https://example.org/a%2541', 'https://example.org/a%41'],
    ['https://example.org:8080/', 'https://example.org/'],
    ['https://example.org/#!a', 'https://example.org/#!b'],
    ['https://files.example/#a', 'https://files.example/#b'],
    ['ftp://example.org/a', 'https://example.org/a'],
  ])('tells %s from %s', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});

describe('normaliseUrl on any input', () => {
  const piece = fc.constantFrom(
    ...[
      'https://',
      'http://',
      'hxxp://',
      'www.',
      'example',
      '.org',
      '.com',
      '/',
      '..',
      '.',
      '?',
      '&',
      '=',
      '#',
      '!',
      '%',
      '%41',
      '%2e',
      '%zz',
    ],
    ...[
      'utm_source=',
      '(',
      ')',
      '[',
      ']',
      '[.]',
      '@',
      ':',
      '8080',
      'مرحبا',
      '\u200f',
      '،',
      ' ',
      'é',
      '😀',
      '\ud800',
      '|',
      "'",
      '"',
      '*',
      '~',
      '\\',
    ],
  );
  const inputs = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.webUrl({ withFragments: true, withQueryParameters: true, size: 'medium' }),
    fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.array(piece, { maxLength: 10 }).map((parts) => `https://example.org/${parts.join('')}`),
  );

  it('never throws; its answer is an ASCII URL that parses, and normalises to itself', () => {
    fc.assert(
      fc.property(inputs, fc.boolean(), (input, listed) => {
        const chosen = { fragmentHosts: new Set(listed ? ['example.org'] : []), allowPrivate: true };
        const once = normaliseUrl(input, chosen);
        if (!once.ok) return;
        expect(once.url).toMatch(/^(?:https?|ftp):\/\/[\x21-\x7e]+$/);
        expect(URL.canParse(once.url)).toBe(true);
        const twice = normaliseUrl(once.url, chosen);
        expect(twice).toEqual({ ...once, original: once.url });
      }),
      { numRuns: 1500 },
    );
  });

  it('is blind to marks, scheme, case of the host, tracking and punctuation around', () => {
    const path = fc.stringMatching(/^[a-z0-9/_-]{0,20}$/);
    const mark = fc.constantFrom('', '\u200e', '\u200f', '\u2066', '\u2069', '\ufeff');
    fc.assert(
      fc.property(
        path,
        mark,
        fc.constantFrom('http://', 'https://', 'HTTPS://', ''),
        fc.constantFrom('', '.', '،', ' !', ')', '»'),
        fc.constantFrom('', '?utm_campaign=a', '?fbclid=b#c', '#d'),
        (tail, sign, scheme, end, noise) => {
          expect(keyOf(`${sign}${scheme}Example.ORG/${tail}${noise}${sign}${end}`)).toBe(
            keyOf(`https://example.org/${tail}`),
          );
        },
      ),
    );
  });

  it('keeps apart what differs in path or in a parameter that counts', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    fc.assert(
      fc.property(word, word, word, word, (p, q, v, w) => {
        const same = p === q && v === w;
        expect(keyOf(`https://example.org/${p}?id=${v}`) === keyOf(`https://example.org/${q}?id=${w}`)).toBe(same);
      }),
    );
  });
});
