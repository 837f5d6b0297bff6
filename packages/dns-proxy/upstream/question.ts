import { CHECKING_DISABLED, DNSSEC_OK } from '../answer/entry.ts';
import type { Chance } from '../clock.ts';
import { CLASS_IN, HEADER, TYPE, UDP_PAYLOAD } from '../wire/codes.ts';

/** What is asked of an upstream. */
export interface Key {
  /** Lower case, wire form. */
  readonly name: Uint8Array;
  readonly type: number;
  /** `DNSSEC_OK`, `CHECKING_DISABLED`. */
  readonly flags: number;
}

/**
 * A question with the case of its letters drawn at random, which an answer must bring back (draft-vixie-dnsext-dns0x20): to
 * guess it is a bit of work more for each letter. The id is left 0.
 */
export function question({ name, type, flags }: Key, chance: Chance): Uint8Array {
  const end = HEADER + name.length + 4;
  const out = new Uint8Array(end + 11);
  // Recursion desired; AD asks to be told whether data are authentic (RFC 6840, 5.7).
  out[2] = 0x01;
  out[3] = 0x20 | (flags & CHECKING_DISABLED ? 0x10 : 0);
  out[5] = 1;
  out[11] = 1;
  let bits = 0;
  let left = 0;
  for (let i = 0; i < name.length; i++) {
    const byte = name[i] as number;
    if (byte < 0x61 || byte > 0x7a) {
      out[HEADER + i] = byte;
      continue;
    }
    if (left === 0) {
      bits = chance.byte();
      left = 8;
    }
    out[HEADER + i] = bits & 1 ? byte - 32 : byte;
    bits >>= 1;
    left -= 1;
  }
  out[end - 4] = type >> 8;
  out[end - 3] = type;
  out[end - 1] = CLASS_IN;
  out[end + 2] = TYPE.OPT;
  out[end + 3] = UDP_PAYLOAD >> 8;
  out[end + 4] = UDP_PAYLOAD & 0xff;
  out[end + 7] = flags & DNSSEC_OK ? 0x80 : 0;
  return out;
}

export const FOREIGN = 0;
/** The right question, but its letters' case was lost: no proof that it comes from whom we asked. */
export const CASE_LOST = 1;
export const OURS = 2;

/** Whether a message answers this question: a response, one question, the same name with the same case, type and class. */
export function answers(message: Uint8Array, asked: Uint8Array): number {
  const end = asked.length - 11;
  if (message.length < end) return FOREIGN;
  // A response to a standard query with one question.
  if (((message[2] as number) & 0xf8) !== 0x80 || message[4] !== 0 || message[5] !== 1) return FOREIGN;
  let result = OURS;
  for (let i = HEADER; i < end; i++) {
    const a = message[i] as number;
    const b = asked[i] as number;
    if (a === b) continue;
    const letter = (b | 0x20) >= 0x61 && (b | 0x20) <= 0x7a;
    if (i >= end - 4 || !letter || (a ^ b) !== 0x20) return FOREIGN;
    result = CASE_LOST;
  }
  return result;
}
