import { createHash } from 'node:crypto';
import { gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sniff } from './dimensions.ts';
import { mask, redact } from './mask.ts';

/** Heads of files that say a size and hold no picture. */
const png = (width: number, height: number) => {
  const data = Buffer.alloc(40);
  data.write('89504e470d0a1a0a0000000d49484452', 'hex');
  data.writeUInt32BE(width, 16);
  data.writeUInt32BE(height, 20);
  return data;
};
const jpeg = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffc00011080078 00a003012200021101031101'.replaceAll(' ', ''),
  'hex',
);
const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([10, 0, 20, 0]), Buffer.alloc(8)]);
const webp = Buffer.concat([Buffer.from('RIFF0000WEBPVP8X'), Buffer.alloc(8), Buffer.from([99, 0, 0, 49, 0, 0])]);
const bmp = (() => {
  const data = Buffer.alloc(30);
  data.write('BM');
  data.writeUInt32LE(40, 14);
  data.writeInt32LE(7, 18);
  data.writeInt32LE(-9, 22);
  return data;
})();
const avif = Buffer.concat([
  Buffer.from('0000001c66747970617669660000000061766966', 'hex'),
  Buffer.from('0000001469737065000000000000014000000 0f0'.replaceAll(' ', ''), 'hex'),
]);
const mp4 = (() => {
  const track = Buffer.alloc(92);
  track.write('tkhd', 4);
  track.writeUInt32BE(640 << 16, 84);
  track.writeUInt32BE(360 << 16, 88);
  return Buffer.concat([Buffer.from('00000018667479706d703432', 'hex'), Buffer.alloc(12), track]);
})();

const answer = (type: string, body: Buffer) => ({ rawHeaders: ['Content-Type', type], body, decoded: body });
const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describe('what a picture says about itself', () => {
  it.each([
    ['image/png', png(640, 480), 640, 480],
    ['image/jpeg', jpeg, 160, 120],
    ['image/gif', gif, 10, 20],
    ['image/webp', webp, 100, 50],
    ['image/bmp', bmp, 7, 9],
    ['image/avif', avif, 320, 240],
    ['video/mp4', mp4, 640, 360],
  ])('%s', (kind, data, width, height) => {
    expect(sniff(data)).toEqual({ kind, size: { width, height } });
  });

  it('says nothing of a text, and survives a file that is cut short', () => {
    expect(sniff(Buffer.from('<!doctype html><title>x</title>'))).toBeUndefined();
    for (const file of [png(1, 1), jpeg, gif, webp, bmp, avif, mp4])
      for (let n = 0; n < file.length; n++) expect(() => sniff(file.subarray(0, n))).not.toThrow();
  });
});

describe('what may be kept for sexual categories', () => {
  it('keeps texts as they are', () => {
    const html = Buffer.from('<!doctype html><title>Page</title><p>سلام');
    expect(mask(answer('text/html; charset=utf-8', html))).toEqual({
      kept: html,
      withheld: [],
      shown: undefined,
      bodies: new Map(),
    });
  });

  it.each([
    ['a picture', 'image/png', png(30, 20)],
    ['a picture that says it is a text', 'text/html', png(30, 20)],
    ['a film', 'video/mp4', mp4],
    ['a sound', 'audio/mpeg', Buffer.from('ID3 and so on, long enough')],
    ['a drawing', 'image/svg+xml', Buffer.from('<svg xmlns="x"><path d="M0 0"/></svg>')],
    ['a drawing that says it is a text', 'application/xml', Buffer.from('<?xml version="1.0"?>\n<svg><path/></svg>')],
    ['a document', 'application/pdf', Buffer.from('%PDF-1.7 and so on, long enough')],
    ['a font', 'font/woff2', Buffer.from('wOF2 and so on, long enough')],
    ['anything that says nothing', '', Buffer.from('who knows what this is')],
    ['bytes that say they are a text', 'text/plain', Buffer.from('text with \0 in it, long enough')],
  ])('counts %s and keeps nothing of it', (_what, type, body) => {
    const masked = mask(answer(type, body));
    expect(masked.kept).toBeUndefined();
    expect(masked.withheld).toMatchObject([{ sha256: hash(body), bytes: body.length }]);
    expect(masked.shown?.body.includes(body)).toBe(false);
  });

  it('keeps nothing of what it can’t decode', () => {
    expect(
      mask({ rawHeaders: ['content-type', 'text/html'], body: gzipSync('x'), decoded: undefined }).kept,
    ).toBeUndefined();
  });

  it('reads a hostile text in time', () => {
    const hostile = [
      'a'.repeat(511).concat('!').repeat(2_000),
      '<svg '.repeat(200_000),
      '1,'.repeat(499).concat('x').repeat(1_000),
      `${'A'.repeat(59)}\n`.repeat(20_000),
      'data:a/b;'.repeat(100_000),
    ];
    const began = performance.now();
    for (const text of hostile) redact(Buffer.from(text));
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('shows grey of the same size', () => {
    const { withheld, shown } = mask(answer('image/png', png(30, 20)));
    expect(withheld).toMatchObject([{ type: 'image/png', width: 30, height: 20 }]);
    expect(shown?.type).toBe('image/png');
    const body = shown?.body as Buffer;
    expect([body.readUInt32BE(16), body.readUInt32BE(20)]).toEqual([30, 20]);
    // One colour, and every pixel has it.
    expect(body.includes(Buffer.from('PLTE\x80\x80\x80', 'latin1'))).toBe(true);
    const at = body.indexOf('IDAT');
    const rows = inflateSync(body.subarray(at + 4, at + 4 + body.readUInt32BE(at - 4)));
    expect(rows.length).toBe((1 + 4) * 20);
    expect(rows.every((byte) => byte === 0)).toBe(true);
  });

  const long = png(500, 500);
  const file = Buffer.concat([long, Buffer.alloc(900, 7)]);
  it.each([
    ['a data address', `<img src="data:image/png;base64,${file.toString('base64')}">`],
    ['one in CSS', `a{background:url(data:image/png;base64,${file.toString('base64')})}`],
    ['base64 alone', `var p="${file.toString('base64')}"`],
    ['base64 in lines', JSON.stringify(file.toString('base64').replace(/.{76}/g, '$&\n'))],
    ['a list of numbers', `var p=[${[...file].join(',')},0]`],
    ['escapes', `var p="${[...file].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`],
  ])('takes a picture out of a text: %s', (_what, text) => {
    const { text: left, withheld } = redact(Buffer.from(`before ${text} after`));
    expect(withheld.length).toBeGreaterThan(0);
    expect(withheld[0]).toMatchObject({ embedded: true, type: 'image/png', width: 500, height: 500 });
    expect(left.length).toBeLessThan(400);
    expect(left.toString()).toMatch(/^before .* after$/s);
  });
});
