import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Platform } from './layout.ts';

/** Text of 4 or 16 bytes; IPv6 in the form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number));
  let best = 0;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > length) {
      best = i;
      length = n;
    }
  }
  const hex = words.map((w) => w.toString(16));
  if (length === 1) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + length).join(':')}`;
}

/** 4 or 16 bytes; undefined for what is no address. A zone (`%eth0`) is left out. */
export function addressBytes(text: string): Uint8Array | undefined {
  const bare = text.split('%', 1)[0] as string;
  const family = isIP(bare);
  if (family === 4) return Uint8Array.from(bare.split('.'), Number);
  if (family !== 6) return undefined;
  const dotted = bare.lastIndexOf('.') > 0 ? bare.slice(bare.lastIndexOf(':') + 1) : undefined;
  const [a = 0, b = 0, c = 0, d = 0] = dotted?.split('.').map(Number) ?? [];
  const hex = dotted
    ? `${bare.slice(0, -dotted.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    : bare;
  const [head = '', tail] = hex.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const words = [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Uint8Array.from(words.flatMap((w) => [Number.parseInt(w, 16) >> 8, Number.parseInt(w, 16) & 0xff]));
}

const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** Number of the interface that a zone (`fe80::1%eth0`, or `%2`) names; 0 without one. */
function zoneOf(text: string): number {
  const zone = text.split('%')[1];
  if (!zone) return 0;
  if (/^\d+$/.test(zone)) return Number(zone);
  return networkInterfaces()[zone]?.find((i) => i.family === 'IPv6' && i.scopeid)?.scopeid ?? 0;
}

/**
 * Writes a socket address to `out` at `at`; on an IPv6 socket an IPv4 address goes in its mapped form.
 * @returns its size, 0 for what is no address or does not fit the family
 */
export function writeSocketAddress(
  platform: Platform,
  family: number,
  address: string,
  port: number,
  out: Uint8Array,
  at: number,
): number {
  const bytes = addressBytes(address);
  const { AF_INET, sockaddr } = platform;
  if (!bytes || (family === AF_INET && bytes.length !== 4)) return 0;
  const size = family === AF_INET ? sockaddr.in : sockaddr.in6;
  out.fill(0, at, at + size);
  out[at] = family & 0xff;
  out[at + 1] = family >> 8;
  out[at + sockaddr.port] = port >> 8;
  out[at + sockaddr.port + 1] = port;
  if (family === AF_INET) out.set(bytes, at + sockaddr.v4);
  else if (bytes.length === 16) {
    out.set(bytes, at + sockaddr.v6);
    new DataView(out.buffer, out.byteOffset).setUint32(at + sockaddr.scope, zoneOf(address), true);
  } else {
    out.set(MAPPED, at + sockaddr.v6);
    out.set(bytes, at + sockaddr.v6 + 12);
  }
  return size;
}
