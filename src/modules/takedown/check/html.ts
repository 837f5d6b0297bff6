/** What a page shows, taken out of its markup without a DOM. */
export interface PageText {
  title: string;
  /** Text of all `h1`, joined. */
  headings: string;
  /** Visible text, white space collapsed, at most `MAX_TEXT` characters. */
  text: string;
  /** The page's own text: what does not stand in navigation, headers, footers, asides or links. */
  own: string;
  /** The own text without what it shows of somebody else's: code samples, quotations. */
  stated: string;
  /** One string for each `h1` and `h2`. */
  heads: string[];
  /** Addresses of the page's own images, videos and players (not of its frame) as written, in order, at most 200. */
  media: string[];
  /** In the page itself; `passwordInFrame` in a header, menu or the like. */
  passwordField: boolean;
  passwordInFrame: boolean;
  scripts: number;
  /** Target of `<meta http-equiv=refresh>` with a delay of at most 10 s. */
  refresh: string | undefined;
  /** Where a script sends the visitor at once. */
  scripted: string | undefined;
  canonical: string | undefined;
  noindex: boolean;
}

const MAX_TEXT = 200_000;
const MAX_MEDIA = 200;
const MAX_HEADS = 10;
/** Between blocks of the page's own text: a sentence does not run over it. */
const BREAK = '\n';
/** Elements whose content is not text of the page (HTML §13.2.5, raw text). */
const RAW = new Set(['script', 'style', 'template', 'noframes', 'xmp', 'iframe', 'svg', 'math']);
/** Elements that end a line: words on both sides must not run together. */
const BLOCK =
  /^(p|div|br|hr|li|ul|ol|td|th|tr|table|h[1-6]|section|article|header|footer|nav|main|aside|form|option|dt|dd|blockquote|pre|figure|figcaption|button|label|title|body|head)$/;
/** The frame around a page, by element or by what sites call it. */
const FRAME = /^(nav|footer|header|aside|menu)$/;
const MAY_FRAME = /^(div|section|ul|ol|table|td|form|dialog)$/;
const FRAME_NAME =
  /(^|[\s_-])(nav|navbar|navigation|menu|footer|sidebar|breadcrumbs?|top-?bar|masthead|cookies?|consent|secondary|related|advert|ads?|banner)($|[\s_-])/i;
/** Text in these is shown, not said. */
const QUOTED = /^(pre|code|blockquote|samp|kbd|q|textarea)$/;
const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;
/** The first address that a script sends to; looked for in short scripts only, a framework's router is none. */
const SCRIPT_SENDS =
  /(?:^|[^\w.])(?:(?:window|document|self|top|parent)\s*\.\s*)*location(?:\s*\.\s*href)?\s*(?:=(?!=)|\.\s*(?:replace|assign)\s*\()\s*["'`]([^"'`]{1,2000})["'`]/;
const MAX_SCRIPT = 4_000;

// biome-ignore format: a table
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', copy: '©', reg: '®', trade: '™', hellip: '…',
  ndash: '–', mdash: '—', laquo: '«', raquo: '»', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bull: '•', middot: '·',
  eacute: 'é', egrave: 'è', ecirc: 'ê', euml: 'ë', agrave: 'à', acirc: 'â', ccedil: 'ç', icirc: 'î', iuml: 'ï',
  ocirc: 'ô', ugrave: 'ù', ucirc: 'û', uuml: 'ü', oelig: 'œ', Eacute: 'É', Egrave: 'È', Ecirc: 'Ê', Agrave: 'À',
  Ccedil: 'Ç', zwnj: '\u200c', zwj: '\u200d', lrm: '\u200e', rlm: '\u200f', times: '×', euro: '€',
};

export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi, (whole, hex, decimal, name) => {
    if (name) return NAMED[name] ?? NAMED[name.toLowerCase()] ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}

function attributes(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const m of source.matchAll(/([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    const name = m[1]?.toLowerCase() ?? '';
    if (!found.has(name)) found.set(name, decodeEntities(m[2] ?? m[3] ?? m[4] ?? ''));
  }
  return found;
}

/** Index just after the tag that starts at `from`, quotes respected. */
function tagEnd(html: string, from: number): number {
  let quote = '';
  for (let i = from; i < html.length; i++) {
    const c = html[i];
    if (quote) {
      if (c === quote) quote = '';
    } else if ((c === '"' || c === "'") && html[i - 1] === '=') quote = c;
    else if (c === '>') return i + 1;
  }
  return html.length;
}

/** Reads a page in one pass. Broken markup gives less, never an error. */
export function readHtml(html: string): PageText {
  const out: PageText = {
    title: '',
    headings: '',
    text: '',
    media: [],
    passwordField: false,
    passwordInFrame: false,
    scripts: 0,
    refresh: undefined,
    own: '',
    stated: '',
    heads: [],
    scripted: undefined,
    canonical: undefined,
    noindex: false,
  };
  const ownParts: string[] = [];
  const statedParts: string[] = [];
  let quoted: { name: string; open: number } | undefined;
  const framed: string[] = [];
  /** The element of the frame that we are inside, and how many of its kind are open in it. */
  let frame: { name: string; open: number } | undefined;
  let link = false;
  let head: string | undefined;
  const parts: string[] = [];
  let kept = 0;
  let inside: 'title' | 'h1' | undefined;
  const lower = html.toLowerCase();

  const text = (raw: string) => {
    if (!raw || kept > MAX_TEXT) return;
    const decoded = decodeEntities(raw);
    if (inside === 'title') {
      out.title += decoded;
      return;
    }
    if (inside === 'h1') out.headings += decoded;
    if (head !== undefined) head += decoded;
    parts.push(decoded);
    if (!frame && !link) {
      ownParts.push(decoded.replace(/\s+/g, ' '));
      if (!quoted) statedParts.push(decoded.replace(/\s+/g, ' '));
    }
    kept += decoded.length;
  };
  const medium = (address: string | undefined) => {
    if (!address || address.startsWith('data:')) return;
    const list = frame ? framed : out.media;
    if (list.length < MAX_MEDIA) list.push(address);
  };

  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      text(html.slice(at));
      break;
    }
    text(html.slice(at, open));
    if (lower.startsWith('<!--', open)) {
      const close = html.indexOf('-->', open + 4);
      at = close < 0 ? html.length : close + 3;
      continue;
    }
    const tag = /^<(\/?)([a-z][a-z0-9:-]*)/.exec(lower.slice(open, open + 40));
    if (!tag) {
      // `<!doctype`, `<?xml` are markup; a lone `<` is text.
      if (/^<[!?/]/.test(lower.slice(open, open + 2))) at = tagEnd(html, open);
      else {
        text('<');
        at = open + 1;
      }
      continue;
    }
    const closing = tag[1] === '/';
    const name = tag[2] ?? '';
    at = tagEnd(html, open);
    if (BLOCK.test(name)) {
      parts.push(' ');
      ownParts.push(name === 'br' ? ' ' : BREAK);
      statedParts.push(name === 'br' ? ' ' : BREAK);
      if (name === 'h1' || inside === 'h1') out.headings += ' ';
      if (head !== undefined) head += ' ';
    }
    if (name === 'title' || name === 'h1') inside = closing ? undefined : name;
    if (name === 'a') link = !closing;
    if (name === 'h1' || name === 'h2') {
      if (head?.trim() && out.heads.length < MAX_HEADS) out.heads.push(head.replace(/\s+/g, ' ').trim());
      head = closing ? undefined : '';
    }
    if (closing) {
      if (frame?.name === name && --frame.open === 0) frame = undefined;
      if (quoted?.name === name && --quoted.open === 0) quoted = undefined;
      continue;
    }
    const attrs = attributes(html.slice(open + tag[0].length, at - 1));
    if (frame) {
      if (frame.name === name) frame.open++;
    } else if (
      FRAME.test(name) ||
      (MAY_FRAME.test(name) && FRAME_NAME.test(`${attrs.get('class') ?? ''} ${attrs.get('id') ?? ''}`)) ||
      (/^(navigation|banner|contentinfo|complementary)$/.test(attrs.get('role') ?? '') && !VOID.test(name))
    )
      frame = { name, open: 1 };
    if (quoted) {
      if (quoted.name === name) quoted.open++;
    } else if (QUOTED.test(name)) quoted = { name, open: 1 };
    switch (name) {
      case 'img':
        medium(attrs.get('src') || attrs.get('data-src'));
        break;
      case 'video':
      case 'audio':
      case 'source':
      case 'iframe':
      case 'embed':
        medium(attrs.get('src'));
        break;
      case 'input':
        if (attrs.get('type')?.toLowerCase() === 'password') {
          if (frame) out.passwordInFrame = true;
          else out.passwordField = true;
        }
        break;
      case 'link':
        if (attrs.get('rel')?.toLowerCase() === 'canonical') out.canonical ??= attrs.get('href');
        break;
      case 'meta': {
        if (/^(robots|googlebot)$/i.test(attrs.get('name') ?? '') && /noindex|none/i.test(attrs.get('content') ?? ''))
          out.noindex = true;
        if (attrs.get('property') === 'og:url') out.canonical ??= attrs.get('content');
        if (attrs.get('http-equiv')?.toLowerCase() !== 'refresh') break;
        const refresh = /^\s*(\d+)(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?['"]?([^'"]+)/i.exec(attrs.get('content') ?? '');
        if (refresh?.[2] && Number(refresh[1]) <= 10) out.refresh ??= refresh[2].trim();
        break;
      }
      case 'script':
        out.scripts++;
        break;
    }
    if (RAW.has(name) && html[at - 2] !== '/') {
      const end = lower.indexOf(`</${name}`, at);
      if (name === 'script' && (end < 0 ? html.length : end) - at <= MAX_SCRIPT)
        out.scripted ??= SCRIPT_SENDS.exec(html.slice(at, end < 0 ? html.length : end))?.[1];
      at = end < 0 ? html.length : tagEnd(html, end);
    }
  }
  const lines = (pieces: string[]) =>
    pieces
      .join('')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/\s*\n\s*/g, BREAK)
      .trim()
      .slice(0, MAX_TEXT);
  const own = lines(ownParts);
  // Everything within the frame: it is none, or its end is missing.
  if (!own) out.media.push(...framed);
  const tidy = (s: string) => s.replace(/\s+/g, ' ').trim();
  return {
    ...out,
    title: tidy(out.title),
    headings: tidy(out.headings),
    text: tidy(parts.join('')).slice(0, MAX_TEXT),
    own: own || tidy(parts.join('')).slice(0, MAX_TEXT),
    // A page that is nothing but a sample says it itself: servers write their errors so.
    stated: lines(statedParts) || own || tidy(parts.join('')).slice(0, MAX_TEXT),
  };
}

/**
 * Bytes of a page as text: byte order mark, then the header's charset, then `<meta charset>`, then UTF-8 (HTML §13.2.3).
 * Old Arabic sites still use windows-1256.
 */
export function decodeHtml(body: Uint8Array, contentType: string): string {
  const head = Buffer.from(body.subarray(0, 1024)).toString('latin1');
  const label =
    (head.startsWith('\xef\xbb\xbf') ? 'utf-8' : undefined) ??
    /charset\s*=\s*["']?([\w-]+)/i.exec(contentType)?.[1] ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
  try {
    return new TextDecoder(label ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder('utf-8').decode(body);
  }
}
