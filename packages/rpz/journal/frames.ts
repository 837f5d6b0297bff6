import { crc32 } from 'node:zlib';

/**
 * Frames of an append-only file: "RPZ1", length of the payload, CRC-32 of the payload, payload. The mark lets a reader who
 * met a bad frame tell a torn end (no good frame follows) from damage in the middle (one does).
 */
const MARK = Buffer.from('RPZ1');
const HEAD = 12;
/** No frame of ours is longer; a length beyond is damage. */
const MOST = 256 * 2 ** 20;

export function frame(payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD);
  MARK.copy(head);
  head.writeUInt32BE(payload.length, 4);
  head.writeUInt32BE(crc32(payload), 8);
  return Buffer.concat([head, payload]);
}

/** The payload that begins here, if it is whole and unharmed. */
function frameAt(file: Buffer, at: number): Buffer | undefined {
  if (at + HEAD > file.length || !file.subarray(at, at + 4).equals(MARK)) return undefined;
  const length = file.readUInt32BE(at + 4);
  if (length > MOST || at + HEAD + length > file.length) return undefined;
  const payload = file.subarray(at + HEAD, at + HEAD + length);
  return crc32(payload) === file.readUInt32BE(at + 8) ? payload : undefined;
}

export interface ReadFrames {
  payloads: Buffer[];
  /** Bytes that hold whole frames; what follows is to be cut. */
  good: number;
  /** A good frame stands behind a bad one: not the work of a crash. */
  damaged: boolean;
}

export function readFrames(file: Buffer): ReadFrames {
  const payloads: Buffer[] = [];
  let at = 0;
  for (;;) {
    const payload = frameAt(file, at);
    if (!payload) break;
    payloads.push(payload);
    at += HEAD + payload.length;
  }
  let damaged = false;
  for (let next = file.indexOf(MARK, at + 1); next >= 0 && !damaged; next = file.indexOf(MARK, next + 1)) {
    damaged = frameAt(file, next) !== undefined;
  }
  return { payloads, good: at, damaged };
}
