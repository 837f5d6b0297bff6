import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractUrls } from './extract.ts';

const options = { fragmentHosts: new Set<string>() };
const urls = (text: string, max = 50): string[] => extractUrls(text, max, options).map(({ url }) => url);

describe('extractUrls', () => {
  it.each([
    ['voir https://example.org/a, puis www.example.com/b.', ['https://example.org/a', 'https://www.example.com/b']],
    ['شوف هاد الرابط:https://example.org/xهذا، وشكرا', ['https://example.org/x']],
    ['دخل ل\u200fwww.example.org/a\u200fوشوف', ['https://www.example.org/a']],
    ['(https://example.org/a_(b)) «https://example.org/c»', ['https://example.org/a_(b)', 'https://example.org/c']],
    ['hxxps://bad[.]example/x et example[.]com/y', ['https://bad.example/x', 'https://example.com/y']],
    ['https://a.example/1https://b.example/2', ['https://a.example/1', 'https://b.example/2']],
    ['https://web.example/2020/https://c.example/', ['https://web.example/2020/https://c.example/']],
    ['https://r.example/?u=https://c.example/', ['https://r.example/?u=https://c.example/']],
    [
      't.me/+AbCdEf discord.gg/xyz wa.me/212600000000',
      ['https://t.me/+AbCdEf', 'https://discord.gg/xyz', 'https://wa.me/212600000000'],
    ],
    ['écris à a.b@example.org ou @example.com', []],
    ['il a pris mes photos.il me menace.la nuit', []],
    ['photo.jpg v1.2 3.14 etc. fin', []],
    ['example.org example.org/ http://example.org', ['https://example.org/']],
    ['https://example.org/w/مراكش', ['https://example.org/w/%D9%85%D8%B1%D8%A7%D9%83%D8%B4']],
    ['ftp://example.org/f', ['ftp://example.org/f']],
    ['', []],
  ])('%s', (text, expected) => {
    expect(urls(text)).toEqual(expected);
  });

  it('stops at the number asked for', () => {
    expect(urls('a.example/1 a.example/2 a.example/3', 2)).toEqual(['https://a.example/1', 'https://a.example/2']);
    expect(urls('a.example/1', 0)).toEqual([]);
  });

  it('finds a link whatever stands around it, and never throws', () => {
    const around = fc.oneof(
      fc.constantFrom('', ' ', '\n', '(', '«', '\u200f', '\u2067', 'شوف ', 'voir: ', '، '),
      fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => `${text} `),
    );
    fc.assert(
      fc.property(around, around, fc.stringMatching(/^[a-z0-9]{1,10}$/), (before, after, path) => {
        expect(urls(`${before}https://needle.example/${path} ${after}`)).toContain(`https://needle.example/${path}`);
      }),
    );
  });

  it('reads a full page of text that is all dots or all beginnings', () => {
    for (const unit of ['.', 'a.', 'www.', 'https://', 'http[:', '(', 'a-', '@a.'])
      expect(() => urls(unit.repeat(20_000 / unit.length))).not.toThrow();
  });
});
