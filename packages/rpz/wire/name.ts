import { WireError } from '../errors.ts';

/** RFC 1035 2.3.4. */
export const MAX_NAME = 255;
export const MAX_LABEL = 63;

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** How often a byte is shown as it is; the rest is escaped as \DDD (RFC 1035 5.1). */
function plain(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== DOT && byte !== BACKSLASH && byte !== 0x22;
}

function labelText(message: Uint8Array, start: number, length: number): string {
  let out = '';
  for (let i = start; i < start + length; i++) {
    let byte = message[i] as number;
    if (byte >= 0x41 && byte <= 0x5a) byte += 0x20;
    if (plain(byte)) out += String.fromCharCode(byte);
    else if (byte === DOT || byte === BACKSLASH) out += `\\${String.fromCharCode(byte)}`;
    else out += `\\${String(byte).padStart(3, '0')}`;
  }
  return out;
}

export interface ReadName {
  /** Lower case, absolute, with its last dot; the root is ".". */
  name: string;
  /** First byte behind the name as it stands in the message. */
  next: number;
  /** Whether a pointer was followed. */
  compressed: boolean;
}

/**
 * Reads a name. A pointer must lead to before the part it was found in, so each jump goes strictly backwards and no
 * message can make us run in circles.
 * @throws {WireError} name too long, reserved label type, pointer forwards, end of the message
 */
export function readName(message: Uint8Array, offset: number): ReadName {
  let at = offset;
  let bound = offset;
  let next = -1;
  let length = 1;
  let name = '';
  for (;;) {
    const byte = message[at];
    if (byte === undefined) throw new WireError('a name runs past the end');
    if (byte === 0) {
      if (next < 0) next = at + 1;
      return { name: name === '' ? '.' : name, next, compressed: next !== at + 1 };
    }
    if (byte >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) throw new WireError('a pointer runs past the end');
      const target = ((byte & 0x3f) << 8) | low;
      if (target >= bound) throw new WireError('a pointer does not lead backwards');
      if (next < 0) next = at + 2;
      bound = target;
      at = target;
      continue;
    }
    if (byte > MAX_LABEL) throw new WireError('a label of a reserved type');
    length += byte + 1;
    if (length > MAX_NAME) throw new WireError('a name longer than 255');
    if (at + 1 + byte > message.length) throw new WireError('a label runs past the end');
    name += `${labelText(message, at + 1, byte)}.`;
    at += byte + 1;
  }
}

/** Wire form of a name as people write it (absolute whether or not it ends in a dot); upper case becomes lower case. */
export function wireName(text: string): Buffer {
  if (text === '.' || text === '') return Buffer.from([0]);
  const out: number[] = [];
  let label: number[] = [];
  const close = () => {
    if (label.length === 0) throw new WireError(`an empty label in ${text}`);
    if (label.length > MAX_LABEL) throw new WireError(`a label longer than 63 in ${text}`);
    out.push(label.length, ...label);
    label = [];
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4))?.[0];
      if (digits) {
        if (Number(digits) > 255) throw new WireError(`no byte: \\${digits}`);
        label.push(lower(Number(digits)));
        i += 3;
      } else if (i + 1 < text.length && text.charCodeAt(i + 1) < 0x80) label.push(lower(text.charCodeAt(++i)));
      else throw new WireError(`a stray backslash in ${text}`);
    } else if (code === DOT) close();
    else if (code < 0x80) label.push(lower(code));
    else throw new WireError(`not ASCII: ${text}`);
  }
  if (label.length > 0) close();
  out.push(0);
  if (out.length > MAX_NAME) throw new WireError(`longer than 255: ${text}`);
  return Buffer.from(out);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Absolute, lower case, one last dot: how names are compared here. */
export function canonicalName(text: string): string {
  return readName(wireName(text), 0).name;
}
