import type { Exchange } from '../../../platform/egress/index.ts';
import { type Dimensions, sniff } from './dimensions.ts';
import { headerOf } from './mask.ts';

/** The most media of one page that become something to judge; a page with more is a gallery, and its pages are reported. */
export const MAX_MEDIA = 12;
/** A picture whose shorter side is less, in pixels, is an icon, a button or a face beside a comment. */
const MIN_SIDE = 160;
/** A picture that does not say how large it is counts from this size on, in bytes. */
const MIN_BYTES = 20_000;

type Seen = Pick<Exchange, 'url' | 'status' | 'body' | 'decoded' | 'rawHeaders'>;

/** How much there is to see, for the order; undefined for what is no content. */
function weight(kind: string, size: Dimensions | undefined, bytes: number): number | undefined {
  if (kind.startsWith('video/') || kind.startsWith('audio/')) return Number.MAX_SAFE_INTEGER;
  if (!kind.startsWith('image/')) return undefined;
  if (!size) return bytes >= MIN_BYTES ? bytes : undefined;
  const { width, height } = size;
  // Longer than five times its width it is a banner or a sheet of icons.
  const whole = Math.min(width, height) >= MIN_SIDE && Math.max(width, height) <= 5 * Math.min(width, height);
  return whole ? width * height : undefined;
}

/**
 * Addresses of what a page showed that people would judge by itself: films, sound and large pictures, the largest first,
 * each file once, at most {@link MAX_MEDIA}. Judged by the bytes and their size, never by a name; drawings (SVG) are not
 * among them. `page` are the addresses of the page itself.
 */
export function contentMedia(exchanges: readonly Seen[], page: readonly string[]): string[] {
  const found = new Map<string, number>();
  for (const exchange of exchanges) {
    const { url, status, decoded, body } = exchange;
    if ((status !== 200 && status !== 206) || page.includes(url)) continue;
    const data = decoded ?? body;
    const declared = headerOf(exchange.rawHeaders, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
    const known = sniff(data);
    // A later piece of a film does not begin like one; sound has no beginning that we know.
    const kind = known?.kind ?? (/^(video|audio)\//.test(declared) && data.length > 0 ? declared : '');
    const heavy = weight(kind, known?.size, data.length);
    if (heavy !== undefined) found.set(url, Math.max(heavy, found.get(url) ?? 0));
  }
  return [...found]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_MEDIA)
    .map(([url]) => url);
}
