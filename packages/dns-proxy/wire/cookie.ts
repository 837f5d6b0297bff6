import { sipHash24 } from './siphash.ts';

/** Size of a whole cookie as we give it: the client's eight bytes and sixteen of ours (RFC 9018). */
export const COOKIE_SIZE = 24;
const HOUR = 3600;
/** RFC 9018, 4.3: older ones are renewed; still older ones, or from the future by more than five minutes, count for nothing. */
const RENEW = HOUR / 2;
const FUTURE = 300;

export interface CookieSettings {
  /**
   * Secrets of 16 bytes, the one to sign with first. Processes that share an address must share them. Without any the proxy
   * makes its own and changes them by itself.
   */
  readonly secrets?: readonly Uint8Array[];
  /** How often an own secret changes. Default a day. */
  readonly rollMs?: number;
}

/** Server cookies (RFC 7873, 9018): proof that a client gets what is sent to its address, without keeping anything of it. */
export class Cookies {
  #keys: Uint32Array[];
  #roll: number;
  #made: number;
  #own: boolean;
  #random: (size: number) => Uint8Array;
  #data = new Uint8Array(32);
  #hash = new Uint8Array(8);

  /** @throws RangeError a secret that is not 16 bytes */
  constructor(settings: CookieSettings, random: (size: number) => Uint8Array, now: number) {
    this.#own = !settings.secrets?.length;
    this.#random = random;
    this.#keys = (settings.secrets?.length ? settings.secrets : [random(16)]).map(words);
    this.#roll = settings.rollMs ?? 24 * HOUR * 1000;
    this.#made = now;
  }

  /** Secrets given from outside, the one to sign with first; at most two count. */
  setSecrets(secrets: readonly Uint8Array[]): void {
    if (secrets.length === 0) throw new RangeError('no cookie secret');
    this.#keys = secrets.slice(0, 2).map(words);
    this.#own = false;
  }

  /** A new own secret in its time; the one before counts until the next. */
  #turn(now: number): void {
    if (!this.#own || now - this.#made < this.#roll) return;
    this.#keys = [words(this.#random(16)), this.#keys[0] as Uint32Array];
    this.#made = now;
  }

  /**
   * Looks at the cookie of `length` bytes at `at` and writes the one to answer with (24 bytes) to `out`.
   * @param address bytes of the client's address, the first `size` count
   * @returns whether the server part was ours, for this address, and not too old
   */
  check(
    packet: Uint8Array,
    at: number,
    length: number,
    address: Uint8Array,
    size: number,
    now: number,
    out: Uint8Array,
  ): boolean {
    this.#turn(now);
    const seconds = Math.floor(now / 1000);
    for (let i = 0; i < 8; i++) out[i] = packet[at + i] as number;
    if (length === COOKIE_SIZE && packet[at + 8] === 1) {
      const made =
        (((packet[at + 12] as number) << 24) |
          ((packet[at + 13] as number) << 16) |
          ((packet[at + 14] as number) << 8) |
          (packet[at + 15] as number)) >>>
        0;
      // RFC 1982 comparison: the stamp goes round.
      const age = (seconds - made) | 0;
      if (age <= HOUR && age >= -FUTURE) {
        for (let k = 0; k < this.#keys.length; k++) {
          this.#sign(this.#keys[k] as Uint32Array, packet, at, address, size);
          let different = 0;
          for (let i = 0; i < 8; i++) different |= (this.#hash[i] as number) ^ (packet[at + 16 + i] as number);
          if (different !== 0) continue;
          if (k === 0 && age < RENEW && age >= 0) {
            for (let i = 8; i < COOKIE_SIZE; i++) out[i] = packet[at + i] as number;
          } else this.#make(out, seconds, address, size);
          return true;
        }
      }
    }
    this.#make(out, seconds, address, size);
    return false;
  }

  #make(out: Uint8Array, seconds: number, address: Uint8Array, size: number): void {
    out[8] = 1;
    out[9] = 0;
    out[10] = 0;
    out[11] = 0;
    out[12] = seconds >>> 24;
    out[13] = seconds >>> 16;
    out[14] = seconds >>> 8;
    out[15] = seconds;
    this.#sign(this.#keys[0] as Uint32Array, out, 0, address, size);
    for (let i = 0; i < 8; i++) out[16 + i] = this.#hash[i] as number;
  }

  /** Hash of client cookie, version, reserved, time and address. */
  #sign(key: Uint32Array, cookie: Uint8Array, at: number, address: Uint8Array, size: number): void {
    const data = this.#data;
    for (let i = 0; i < 16; i++) data[i] = cookie[at + i] as number;
    for (let i = 0; i < size; i++) data[16 + i] = address[i] as number;
    sipHash24(key, data, 16 + size, this.#hash, 0);
  }
}

function words(secret: Uint8Array): Uint32Array {
  if (secret.length !== 16) throw new RangeError('a cookie secret has 16 bytes');
  const view = new DataView(secret.buffer, secret.byteOffset, 16);
  return Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(at, true));
}
