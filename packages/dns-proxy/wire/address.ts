/**
 * Bytes of an address in text form into `out` (16 bytes at least): 4 for IPv4 and for IPv4 in IPv6 (`::ffff:192.0.2.1`),
 * 16 for IPv6, 0 for what is none. Zones (`%eth0`) are left out. Allocates nothing: it stands in the way of packets.
 */
export function addressBytes(text: string, out: Uint8Array): number {
  const length = text.length;
  let colon = -1;
  for (let i = length - 1; i >= 0; i--) {
    if (text.charCodeAt(i) === 0x3a) {
      colon = i;
      break;
    }
  }
  if (colon < 0 || text.indexOf('.', colon) >= 0) return v4(text, colon + 1, length, out);
  return v6(text, out);
}

/** An IPv4 address that came through a socket for both families (`::ffff:192.0.2.1`) as it is written elsewhere. */
export function plainAddress(text: string): string {
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
}

function v4(text: string, from: number, to: number, out: Uint8Array): number {
  let part = 0;
  let value = -1;
  for (let i = from; i <= to; i++) {
    const c = i === to ? 0x2e : text.charCodeAt(i);
    if (c === 0x2e) {
      if (value < 0 || part === 4) return 0;
      out[part++] = value;
      value = -1;
    } else if (c >= 0x30 && c <= 0x39) {
      value = Math.max(value, 0) * 10 + c - 0x30;
      if (value > 255) return 0;
    } else return 0;
  }
  return part === 4 ? 4 : 0;
}

function v6(text: string, out: Uint8Array): number {
  out.fill(0, 0, 16);
  let at = 0;
  let gap = -1;
  let i = 0;
  const { length } = text;
  while (i < length) {
    if (text.charCodeAt(i) === 0x3a) {
      if (text.charCodeAt(i + 1) === 0x3a) {
        if (gap >= 0) return 0;
        gap = at;
        i += 2;
        continue;
      }
      if (at === 0) return 0;
      i += 1;
    }
    let value = 0;
    let digits = 0;
    for (; i < length; i++) {
      const c = text.charCodeAt(i) | 0x20;
      const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : c >= 0x61 && c <= 0x66 ? c - 0x57 : -1;
      if (digit < 0 || text.charCodeAt(i) < 0x30) break;
      value = value * 16 + digit;
      digits += 1;
    }
    if (digits === 0 || digits > 4 || at > 14) return 0;
    out[at++] = value >> 8;
    out[at++] = value & 0xff;
    if (i < length && text.charCodeAt(i) === 0x25) break;
    if (i < length && text.charCodeAt(i) !== 0x3a) return 0;
  }
  if (gap < 0) return at === 16 ? 16 : 0;
  const tail = at - gap;
  for (let k = 1; k <= tail; k++) {
    out[16 - k] = out[at - k] as number;
    if (16 - k !== at - k) out[at - k] = 0;
  }
  return 16;
}

/**
 * A number for the network of an address (/24, or /56 of IPv6: what one customer gets), mixed with `seed` so that nobody
 * can choose addresses that share one. What is no address is one network.
 */
export function networkOf(bytes: Uint8Array, size: number, seed: number): number {
  const most = size === 4 ? 3 : size === 16 ? 7 : 0;
  let h = seed ^ most;
  for (let i = 0; i < most; i++) {
    h = Math.imul(h ^ (bytes[i] as number), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0x85ebca6b);
  return (h ^ (h >>> 16)) >>> 0;
}
