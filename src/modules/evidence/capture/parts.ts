import { z } from 'zod';
import { UNAVAILABLE, type UnavailableReason } from '../rendering.ts';

/** What the capture role is asked for. */
export const captureOrder = z.strictObject({
  url: z.string().max(8_192),
  /** Nothing pictorial may be kept: hashes and dimensions, and grey in the picture. */
  mask: z.boolean(),
  /** Hand over the withheld bodies as well, to be sealed to the police. */
  deposit: z.boolean(),
});
export type CaptureOrder = z.infer<typeof captureOrder>;

/** One file of what was captured, in memory. */
export interface CapturedPart {
  /** Its name in the package. */
  path: string;
  data: Buffer;
}

export interface Captured {
  /** Kept in the package. */
  parts: CapturedPart[];
  /** Withheld bodies by their SHA-256, only when ordered. */
  deposit: CapturedPart[];
  /** Numbers for the desk; nothing of the content. */
  facts: {
    finalUrl: string;
    requests: number;
    withheld: number;
    bytes: number;
    /** When the address is itself a picture, film or sound that came whole: SHA-256 of its bytes, hexadecimal. */
    mediaSha256?: string | undefined;
    /** Addresses of films and large pictures that the page showed. Never written to the capture's row. */
    media?: string[] | undefined;
  };
}

export type CaptureResult = Captured | { unavailable: UnavailableReason };

/** Takes evidence of a page. Never throws for what the page does. */
export interface CameraPort {
  capture(order: CaptureOrder, signal?: AbortSignal): Promise<CaptureResult>;
}

const head = z.strictObject({
  facts: z.strictObject({
    finalUrl: z.string(),
    requests: z.int(),
    withheld: z.int(),
    bytes: z.int(),
    mediaSha256: z.string().optional(),
    media: z.array(z.string().max(8_192)).max(100).optional(),
  }),
  parts: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), deposit: z.boolean() })),
});
export const captureRefusal = z.object({ unavailable: z.enum(UNAVAILABLE) });

/** One line of JSON that says what follows, then the files one after the other. */
export function encodeCaptured(captured: Captured): Buffer {
  const list = [
    ...captured.parts.map((part) => ({ ...part, deposit: false })),
    ...captured.deposit.map((part) => ({ ...part, deposit: true })),
  ];
  const parts = list.map(({ path, data, deposit }) => ({ path, bytes: data.length, deposit }));
  const line = `${JSON.stringify({ facts: captured.facts, parts } satisfies z.input<typeof head>)}\n`;
  return Buffer.concat([Buffer.from(line), ...list.map((part) => part.data)]);
}

/** The inverse of {@link encodeCaptured}; throws on anything else. */
export function decodeCaptured(bytes: Buffer): Captured {
  const end = bytes.indexOf('\n');
  const { facts, parts } = head.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  let at = end + 1;
  const all = parts.map(({ path, bytes: size, deposit }) => {
    const data = bytes.subarray(at, at + size);
    at += size;
    return { path, data, deposit };
  });
  if (at !== bytes.length) throw new Error('a capture has another length than it says');
  const pick = (deposit: boolean) =>
    all.filter((part) => part.deposit === deposit).map(({ path, data }) => ({ path, data }));
  return { facts, parts: pick(false), deposit: pick(true) };
}
