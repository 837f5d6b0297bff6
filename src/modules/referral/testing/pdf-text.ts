import { inflateSync } from 'node:zlib';

/*
 * The text layer of a PDF as Chromium writes it (Skia: plain objects, fonts named after their object, two-byte glyph
 * numbers with a ToUnicode table). Enough to see that a reader, a search or a screen reader finds the words.
 */

function objectsOf(pdf: string): Map<number, string> {
  const found = new Map<number, string>();
  const begin = /(?:^|[\r\n])(\d+) 0 obj\b/g;
  for (let m = begin.exec(pdf); m; m = begin.exec(pdf)) {
    const from = begin.lastIndex;
    const stream = pdf.indexOf('stream', from);
    const end = pdf.indexOf('endobj', from);
    // What a stream holds may look like anything: only its length says where it ends.
    const length = stream >= 0 && stream < end ? Number(/\/Length (\d+)/.exec(pdf.slice(from, stream))?.[1]) : 0;
    const last = pdf.indexOf('endobj', length > 0 ? stream + length : from);
    found.set(Number(m[1]), pdf.slice(from, last));
    begin.lastIndex = last;
  }
  return found;
}

function streamOf(object: string | undefined): string {
  const m = object && /\/Length (\d+)[\s\S]*?stream\r?\n/.exec(object);
  if (!m) return '';
  const from = m.index + m[0].length;
  const data = Buffer.from(object.slice(from, from + Number(m[1])), 'latin1');
  return object.slice(0, from).includes('/FlateDecode')
    ? inflateSync(data).toString('latin1')
    : data.toString('latin1');
}

const utf16 = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le');

function tableOf(cmap: string): Map<number, string> {
  const table = new Map<number, string>();
  for (const [, block] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, from, to] of (block as string).matchAll(/<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>/g))
      table.set(Number.parseInt(from as string, 16), utf16(to as string));
  for (const [, block] of cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, a, b, to] of (block as string).matchAll(/<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>/g)) {
      const [first, last, start] = [a, b, to].map((h) => Number.parseInt(h as string, 16)) as [number, number, number];
      for (let g = first; g <= last; g++) table.set(g, String.fromCodePoint(start + g - first));
    }
  return table;
}

/** Every piece of text in the order in which it is painted. */
export function pdfText(data: Buffer): string {
  const objects = objectsOf(data.toString('latin1'));
  const fonts = new Map<string, Map<number, string>>();
  for (const [id, object] of objects) {
    const cmap = /\/ToUnicode (\d+) 0 R/.exec(object)?.[1];
    if (cmap) fonts.set(`F${id}`, tableOf(streamOf(objects.get(Number(cmap)))));
  }
  let text = '';
  for (const object of objects.values()) {
    const content = object.includes('stream') ? streamOf(object) : '';
    if (!/\bBT\b/.test(content)) continue;
    let font = new Map<number, string>();
    let spoken = 0;
    let glyphs: string[] = [];
    // Arabic is painted from the left: its glyphs, not their letters (a ligature has several), are turned round.
    const flush = () => {
      text += (glyphs.some((g) => /\p{Script=Arabic}/u.test(g)) ? glyphs.toReversed() : glyphs).join('');
      glyphs = [];
    };
    const tokens =
      /\/ActualText\s*<([0-9a-fA-F]*)>[^>]*>>\s*BDC|\b(BDC|BMC)\b|\b(EMC)\b|\/(F\d+) [\d.]+ Tf|<([0-9a-fA-F]*)>|\b(ET)\b/g;
    const nesting: boolean[] = [];
    for (const [, actual, open, close, name, hex, end] of content.matchAll(tokens)) {
      if (actual !== undefined) {
        glyphs.push(utf16(actual).replace('\ufeff', ''));
        nesting.push(true);
        spoken += 1;
      } else if (open) nesting.push(false);
      else if (close) spoken -= nesting.pop() ? 1 : 0;
      else if (name) font = fonts.get(name) ?? new Map();
      else if (hex !== undefined && spoken === 0)
        for (const g of hex.match(/.{4}/g) ?? []) glyphs.push(font.get(Number.parseInt(g, 16)) ?? '');
      else if (end) {
        flush();
        text += '\n';
      }
    }
  }
  return text;
}
