import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/**
 * UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits.
 * Made in Node, so that an id is known before the transaction that stores it.
 */
export function uuidv7(clock: Clock, random: Random): string {
  const b = random.bytes(16);
  b.writeUIntBE(clock.now().getTime(), 0, 6);
  b[6] = ((b[6] as number) & 0x0f) | 0x70;
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
