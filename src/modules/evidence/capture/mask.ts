import { createHash } from 'node:crypto';
import type { Exchange, Shown } from '../../../platform/egress/index.ts';
import { type Dimensions, sniff } from './dimensions.ts';
import { greyPng } from './grey.ts';

/** What stands in a package in place of something that must not be in it. */
export interface Withheld {
  /** SHA-256 of the file itself, content encoding undone: what hash lists hold. */
  sha256: string;
  bytes: number;
  type: string;
  width?: number;
  height?: number;
  /** It stood inside a text (a `data:` address, a long run of base64), not alone. */
  embedded?: true;
}

/** What may be kept of an exchange, and shown to the browser that makes the picture. */
export interface Masked {
  /** The body to keep; undefined when nothing of it may be. */
  kept: Buffer | undefined;
  withheld: Withheld[];
  /** Undefined: as it came. */
  shown: Shown | undefined;
  /** The bodies themselves, in memory only: a deposit may seal them to the police. */
  bodies: ReadonlyMap<string, Buffer>;
}

/** Allowed by name: whatever is not text is taken for pictorial. */
const TEXT =
  /^(text\/(html|plain|css|csv|javascript|ecmascript|xml|markdown)|application\/(json|javascript|x-javascript|ecmascript|xml|xhtml\+xml|rss\+xml|atom\+xml|ld\+json|manifest\+json|problem\+json))$/;
/** #808080 */
const GREY_PIXEL =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxyZWN0IHdpZHRoPSIxMDAlIiBoZWlnaHQ9IjEwMCUiIGZpbGw9IiM4MDgwODAiLz48L3N2Zz4=';

/**
 * All ways of writing a file into a text that pages use; each run is long enough to hold a picture. A hostile page is
 * read by these: none may take more than linear time, so no repeated part can end in more than one way.
 */
const EMBEDDED: readonly { pattern: RegExp; decode: (found: string) => Buffer; instead: string }[] = [
  {
    pattern:
      /data:(?!text\/(?:plain|css|html|javascript))[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,80}(?:;[a-z0-9=.+-]{1,80}){0,8},[^"'\s)<>\\`]*/gi,
    decode: (found) => {
      const comma = found.indexOf(',');
      const data = unescaped(found.slice(comma + 1));
      return Buffer.from(data, /;base64$/i.test(found.slice(0, comma)) ? 'base64' : 'latin1');
    },
    instead: GREY_PIXEL,
  },
  {
    pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{512,}={0,2}/g,
    decode: (found) => Buffer.from(found, 'base64'),
    instead: '',
  },
  {
    // The same in lines, as mail and JSON have it.
    pattern: /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{60,120}(?:\\r)?(?:\\n|\r?\n)\s{0,20}){8,}[A-Za-z0-9+/_-]*={0,2}/g,
    decode: (found) => Buffer.from(found.replace(/\\[nr]/g, ''), 'base64'),
    instead: '',
  },
  {
    pattern: /(?<![\w,])(?:(?:0x[0-9a-f]{1,2}|\d{1,3})\s{0,8},\s{0,8}){500,}/gi,
    decode: (found) => Buffer.from(found.split(',').map(Number)),
    instead: '',
  },
  {
    pattern: /(?:\\x[0-9a-f]{2}|\\u00[0-9a-f]{2}){300,}/gi,
    decode: (found) => Buffer.from(found.replace(/\\x|\\u00/gi, ''), 'hex'),
    instead: '',
  },
];
/** Drawings in the text longer than an icon. */
const LONG_DRAWING = 2_000;

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

function describe(data: Buffer, declared: string, embedded: boolean): Withheld {
  const found = sniff(data);
  const size: Dimensions | undefined = found?.size;
  return {
    sha256: sha256(data),
    bytes: data.length,
    type: found?.kind ?? (declared || 'application/octet-stream'),
    ...(size ? { width: size.width, height: size.height } : {}),
    ...(embedded ? { embedded: true as const } : {}),
  };
}

/** Text in every sense: no byte that only files have, no drawing as its root, nothing that says it is a picture. */
function isText(type: string, data: Buffer): boolean {
  if (!TEXT.test(type) || sniff(data)) return false;
  if (data.includes(0)) return false;
  const head = data.subarray(0, 4_096);
  // What tells a file from a text: control characters that no text has.
  if (head.some((byte) => byte < 32 && ![9, 10, 12, 13, 27].includes(byte))) return false;
  const first = head
    .toString('latin1')
    .replace(/<\?[^>]*>|<!--.*?-->|<!doctype svg[^>]*>/gis, '')
    .trimStart();
  return !/^<svg[\s>]/i.test(first) && !first.startsWith('%PDF');
}

/** Empties `<svg>` elements that are long enough to be more than an icon; one without an end goes to the end. */
function withoutDrawings(text: string, note: (found: string) => void): string {
  const starts = /<svg[\s>]/gi;
  const ends = /<\/svg\s*>/gi;
  let out = '';
  let at = 0;
  for (let start = starts.exec(text); start; start = starts.exec(text)) {
    ends.lastIndex = start.index;
    const end = ends.exec(text);
    const to = end ? end.index + end[0].length : text.length;
    if (to - start.index > LONG_DRAWING) {
      note(text.slice(start.index, to));
      out += `${text.slice(at, start.index)}<svg></svg>`;
      at = to;
    }
    starts.lastIndex = to;
  }
  return out + text.slice(at);
}

/** Takes pictures out of a text. Works on bytes as Latin-1, so that nothing else changes. */
export function redact(text: Buffer): { text: Buffer; withheld: Withheld[]; bodies: Map<string, Buffer> } {
  const withheld: Withheld[] = [];
  const bodies = new Map<string, Buffer>();
  const note = (body: Buffer) => {
    const what = describe(body, '', true);
    withheld.push(what);
    bodies.set(what.sha256, body);
  };
  let out = withoutDrawings(text.toString('latin1'), (found) => note(Buffer.from(found, 'latin1')));
  for (const { pattern, decode, instead } of EMBEDDED)
    out = out.replace(pattern, (found) => {
      if (found === GREY_PIXEL) return found;
      note(decode(found));
      return instead;
    });
  return { text: Buffer.from(out, 'latin1'), withheld, bodies };
}

/** A grey area as large as the picture that it stands for, so that the page keeps its shape. */
function grey(size: Dimensions | undefined): Shown {
  const { width, height } = size ?? { width: 300, height: 150 };
  return { type: 'image/png', body: greyPng(width, height) };
}

/**
 * Sorts what a site sent into what may be kept and what may only be counted: everything that is not plainly text becomes
 * its hash, size and dimensions, and the browser sees grey in its place, so that no pixel of it is ever drawn.
 */
export function mask(exchange: Pick<Exchange, 'body' | 'decoded' | 'rawHeaders'>): Masked {
  const declared = headerOf(exchange.rawHeaders, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
  const data = exchange.decoded ?? exchange.body;
  if (data.length === 0) return { kept: data, withheld: [], shown: undefined, bodies: new Map() };
  if (exchange.decoded && isText(declared, data)) {
    const { text, withheld, bodies } = redact(data);
    const type = headerOf(exchange.rawHeaders, 'content-type');
    return { kept: text, withheld, shown: withheld.length > 0 ? { type, body: text } : undefined, bodies };
  }
  const what = describe(data, declared, false);
  const picture = what.type.startsWith('image/') || declared.startsWith('image/');
  const size = what.width && what.height ? { width: what.width, height: what.height } : undefined;
  return {
    kept: undefined,
    withheld: [what],
    shown: picture ? grey(size) : { type: declared || 'application/octet-stream', body: Buffer.alloc(0) },
    bodies: new Map([[what.sha256, data]]),
  };
}

/** The first header of this name, empty when there is none. */
export function headerOf(rawHeaders: readonly string[], name: string): string {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if ((rawHeaders[i] as string).toLowerCase() === name) return rawHeaders[i + 1] as string;
  return '';
}
