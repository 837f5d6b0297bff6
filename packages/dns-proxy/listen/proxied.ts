import type { Client, Transport } from '../policy.ts';
import { addressBytes } from '../wire/address.ts';
import { DEVICE_ID } from './request.ts';

/** "\r\n\r\n\0\r\nQUIT\n": as a DNS header it would be an inverse query, which nobody sends. */
const SIGNATURE = Uint8Array.from([0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const FIXED = 16;
/** Addresses and values; what is longer is nothing that a load balancer for DNS sends. */
const MOST = 512;

/** Values of our own (0xE0 to 0xEF are free for it): the device's id, and how its question came to the load balancer. */
export const PROXY_DEVICE = 0xe0;
export const PROXY_TRANSPORT = 0xe1;
const TRANSPORTS = new Map<string, Transport>([
  ['udp', 'udp'],
  ['tcp', 'tcp'],
  ['dot', 'dot'],
  ['doh', 'doh'],
]);

/** What a load balancer said, and the first byte behind it. */
export interface Proxied {
  readonly size: number;
  /** Undefined: it speaks for itself (a health check). */
  readonly client: Client | undefined;
}

/**
 * Reads a header of the PROXY protocol, version 2, at the beginning of a datagram or connection.
 * @returns `none` when there is none, `more` when it is cut short, `bad` for what is no valid one
 */
export function readProxied(bytes: Uint8Array, length: number, door: Transport): Proxied | 'none' | 'more' | 'bad' {
  for (let i = 0; i < SIGNATURE.length && i < length; i++) if (bytes[i] !== SIGNATURE[i]) return 'none';
  if (length < FIXED) return 'more';
  const [command = 0, family = 0] = [bytes[12], bytes[13]];
  const size = FIXED + (((bytes[14] as number) << 8) | (bytes[15] as number));
  if (command >> 4 !== 2 || (command & 15) > 1 || size > FIXED + MOST) return 'bad';
  if (length < size) return 'more';
  if ((command & 15) === 0) return { size, client: undefined };
  const width = family >> 4 === 1 ? 4 : family >> 4 === 2 ? 16 : 0;
  let at = FIXED + 2 * width + 4;
  if (width === 0 || at > size) return 'bad';
  const address = textOf(bytes.subarray(FIXED, FIXED + width));
  let id: string | undefined;
  let transport = door;
  while (at < size) {
    if (at + 3 > size) return 'bad';
    const type = bytes[at] as number;
    const from = at + 3;
    at = from + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number));
    if (at > size) return 'bad';
    if (type !== PROXY_DEVICE && type !== PROXY_TRANSPORT) continue;
    const value = Buffer.from(bytes.subarray(from, at)).toString('latin1');
    if (type === PROXY_TRANSPORT) transport = TRANSPORTS.get(value) ?? door;
    else if (DEVICE_ID.test(value)) id = value.toLowerCase();
  }
  return { size, client: { transport, address, id } };
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)).toString(16),
  );
  return words.join(':');
}

/** Addresses that may speak for others. @throws RangeError what is no address */
export class Proxies {
  #known: Set<string>;

  constructor(addresses: readonly string[] = []) {
    for (const text of addresses) {
      if (addressBytes(text, new Uint8Array(16)) === 0) throw new RangeError(`no address of a load balancer: ${text}`);
    }
    this.#known = new Set(addresses);
  }

  has(address: string): boolean {
    return this.#known.size > 0 && this.#known.has(address);
  }
}
