/** Why there is no rendering. The address itself: */
export const UNAVAILABLE = [
  /** Not an http or https URL, too long, or with a password in it. */
  'bad-url',
  /** It leads to a private or special address, or to a port that is not the Web's. */
  'refused',
  /** The name does not resolve. */
  'dns',
  /** No connection, or one that breaks off. */
  'unreachable',
  /** The certificate is not valid. */
  'tls',
  /** A download, or an answer without content. */
  'not-a-page',
  'timeout',
  /** The page brought its renderer down, or the browser failed. */
  'failed',
  // And our side:
  'no-browser',
  'no-sandbox',
  'busy',
  'not-running',
] as const;
export type UnavailableReason = (typeof UNAVAILABLE)[number];

/** A picture of a page as the capture role saw it: 1280 pixels wide, at most 4000 high. It is never stored. */
export interface Rendering {
  png: Buffer;
  /** As the page says, cut at 300 characters, without control characters. */
  title: string;
  /** Host of the page that was in the end shown, in ASCII. */
  finalHost: string;
}

export type RenderingResult = Rendering | { unavailable: UnavailableReason };

/** Makes a picture of a reported page, so that no analyst's browser ever loads it. Never throws for what a page does. */
export interface RenderingPort {
  render(url: string, signal?: AbortSignal): Promise<RenderingResult>;
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Width and height in pixels of a PNG (ISO/IEC 15948 §11.2.2), or undefined if it does not begin as one. */
export function pngSize(data: Buffer): { width: number; height: number } | undefined {
  if (data.length < 33 || !data.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
  if (data.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
}
