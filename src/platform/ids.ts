import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Ids of one millisecond that can be counted before the next one is borrowed: 12 bits. */
const LAST_COUNT = 0xfff;
/** A millisecond starts its count in the lower half, so that at least 2,048 ids fit behind it. */
const START_MASK = 0x7ff;

/** Where each clock's ids stand. The process has one clock; a test has its own, and gets the same ids in every run. */
const stands = new WeakMap<Clock, { ms: number; count: number }>();

/**
 * UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, a 12-bit counter that starts at random in each millisecond
 * (§6.2, method 1), 62 random bits. Made in Node, so that an id is known before the transaction that stores it.
 *
 * Each id of one clock is greater than the one before, so `order by at, id` is the order in which things were done. More
 * than a counter holds borrow the next millisecond; a clock that was set back keeps counting from where it was (the ids
 * then run ahead of the time, which nothing reads out of them). Between processes only the millisecond gives an order.
 */
export function uuidv7(clock: Clock, random: Random): string {
  const b = random.bytes(16);
  const now = clock.now().getTime();
  const start = b.readUInt16BE(6) & START_MASK;
  const stand = stands.get(clock);
  let next: { ms: number; count: number };
  if (!stand || now > stand.ms) next = { ms: now, count: start };
  else if (stand.count < LAST_COUNT) next = { ms: stand.ms, count: stand.count + 1 };
  else next = { ms: stand.ms + 1, count: start };
  stands.set(clock, next);
  b.writeUIntBE(next.ms, 0, 6);
  b.writeUInt16BE(0x7000 | next.count, 6);
  b[8] = ((b[8] as number) & 0x3f) | 0x80;
  const hex = b.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Below every id (RFC 9562 §5.9). */
export const NIL = '00000000-0000-0000-0000-000000000000';

/** The lowest UUID v7 of that moment: what was made before it is below, what is made later above. */
export function uuidFloor(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is a canonical lower-case UUID; guards path parameters before they reach SQL. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}
