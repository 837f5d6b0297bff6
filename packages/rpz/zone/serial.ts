/** Serial arithmetic, RFC 1982: 32 bits that go round. */

export const MAX_SERIAL = 0xffff_ffff;

export function isSerial(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n <= MAX_SERIAL;
}

/** Whether `a` comes behind `b`. False both ways when they are exactly half the circle apart, where the RFC decides nothing. */
export function isNewer(a: number, b: number): boolean {
  const ahead = (a - b) >>> 0;
  return ahead !== 0 && ahead < 0x8000_0000;
}

/** How many steps `a` is behind `b`; 0 when it is not. */
export function stepsBehind(a: number, b: number): number {
  return isNewer(b, a) ? (b - a) >>> 0 : 0;
}

/** The serial `n` steps on. @param n at most 2^31 - 1 */
export function addToSerial(serial: number, n: number): number {
  return (serial + n) >>> 0;
}
