import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntities, decodeHtml, readHtml } from './html.ts';
import { fold, hammingHex, simhash, words } from './text.ts';

describe('fold', () => {
  it.each([
    ['Contenu  SUPPRIMÉ', 'contenu supprime'],
    ['n’existe', "n'existe"],
    ['أُزيلَ هذا المُحتوى', 'ازيل هذا المحتوي'],
    ['إزالـــة', 'ازاله'],
    ['الصفحة\u200f غير\n موجودة', 'الصفحه غير موجوده'],
    ['ﻻ', 'لا'],
  ])('%s', (from, to) => {
    expect(fold(from)).toBe(to);
  });

  it('is idempotent', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (s) => fold(fold(s)) === fold(s)));
  });
});

describe('simhash', () => {
  const text = words(
    fold('A bicycle, blue, with new tyres, to be fetched in Salé on Sunday morning near the old market by the river'),
  );

  it('is stable: stored fingerprints must compare for years', () => {
    expect(simhash(['one', 'two', 'three'])).toBe(simhash(['one', 'two', 'three']));
    expect(simhash(['one', 'two', 'three'])).toMatchInlineSnapshot(`"2dba9ee81aa4a37c"`);
    expect(simhash([])).toBe('0000000000000000');
  });

  it('moves little for a small change and much for another text', () => {
    const near = hammingHex(simhash(text), simhash([...text, 'sold']));
    const far = hammingHex(simhash(text), simhash(words('cheap flights and car insurance for everybody every day')));
    expect(near).toBeLessThan(12);
    expect(far).toBeGreaterThan(18);
  });

  it('measures distance as a metric', () => {
    const hex = fc
      .array(fc.integer({ min: 0, max: 15 }), { minLength: 16, maxLength: 16 })
      .map((a) => a.map((n) => n.toString(16)).join(''));
    fc.assert(
      fc.property(hex, hex, hex, (a, b, c) => {
        const d = hammingHex;
        return d(a, a) === 0 && d(a, b) === d(b, a) && d(a, c) <= d(a, b) + d(b, c) && d(a, b) <= 64;
      }),
    );
    expect(hammingHex('00', '000')).toBe(Number.POSITIVE_INFINITY);
    expect(hammingHex('zz', '00')).toBe(Number.POSITIVE_INFINITY);
  });

  it('leaves out numbers, which change at each visit', () => {
    expect(words('vues: 1204 le 3 mai')).toEqual(['vues', 'le', 'mai']);
  });
});

describe('readHtml', () => {
  it('takes out what is shown', () => {
    const page = readHtml(`<!doctype html><html><head><title>Mon &eacute;t&eacute; &amp; moi</title>
      <style>p{color:red}</style><script>document.write("<h1>no</h1>")</script></head>
      <body><!-- hidden <p>comment</p> --><h1>Bonjour<br>à tous</h1><p>un<b>e</b> image</p><p>2 &lt; 3</p>
      <img src="/a.png" alt="x"><img data-src='b.jpg'><img src="data:image/png;base64,AAAA">
      <video src=v.mp4></video><iframe src="//player.example/1">fallback</iframe>
      <template><p>inert</p></template><svg><text>drawn</text></svg>
      <form><input TYPE=Password name=p></form></body></html>`);
    expect(page).toEqual({
      title: 'Mon été & moi',
      headings: 'Bonjour à tous',
      heads: ['Bonjour à tous'],
      own: 'Bonjour à tous\nune image\n2 < 3',
      stated: 'Bonjour à tous\nune image\n2 < 3',
      canonical: undefined,
      noindex: false,
      scripted: undefined,
      text: 'Bonjour à tous une image 2 < 3',
      media: ['/a.png', 'b.jpg', 'v.mp4', '//player.example/1'],
      passwordField: true,
      passwordInFrame: false,
      scripts: 1,
      refresh: undefined,
    });
  });

  it.each([
    ['0;url=/next', '/next'],
    ["3; URL='https://b.example/x'", 'https://b.example/x'],
    ['0,/y', '/y'],
    ['30;url=/later', undefined],
    ['5', undefined],
  ])('reads a refresh of %s', (content, target) => {
    expect(readHtml(`<meta http-equiv="Refresh" content="${content}">`).refresh).toBe(target);
  });

  it.each([
    ['<p title="a > b">text', 'text'],
    ['a < b and c', 'a < b and c'],
    ['<script>never closed <p>text', ''],
    ['<!-- never closed', ''],
    ['<p', ''],
    ['before</p></p>after', 'before after'],
    ['it\'s <b>don"t</b>', 'it\'s don"t'],
  ])('survives %s', (html, text) => {
    expect(readHtml(html).text).toBe(text);
  });

  it('never throws and never invents text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('<', '>', '/', '"', "'", '=', 'p', 'script', '!--', '--', '&', '#', ';', ' ', 'x')),
        (bits) => {
          const source = bits.join('');
          return readHtml(source).text.length <= source.length;
        },
      ),
    );
  });

  it('takes linear time on hostile markup', () => {
    const started = performance.now();
    readHtml('<a b="'.repeat(200_000));
    readHtml('<'.repeat(400_000));
    readHtml('<!--'.repeat(200_000));
    readHtml('<script>'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('decodes entities, broken ones as they are', () => {
    expect(decodeEntities('&#1571;&#x632;&lrm; &unknown; &amp &#0; &#xD800;')).toBe(
      'أز\u200e &unknown; & \ufffd \ufffd',
    );
  });

  it('decodes the charset that the page declares', () => {
    const arabic = Buffer.from([0xc3, 0xd2, 0xed, 0xe1]);
    expect(decodeHtml(arabic, 'text/html; charset=windows-1256')).toBe('أزيل');
    expect(decodeHtml(Buffer.concat([Buffer.from('<meta charset="windows-1256">'), arabic]), 'text/html')).toContain(
      'أزيل',
    );
    expect(decodeHtml(Buffer.from('é'), 'text/html; charset=nonsense')).toBe('é');
  });
});
