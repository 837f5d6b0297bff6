/*
 * Many rows as one parameter for each column, in PostgreSQL's binary form of an array, to be unnested there:
 *
 *   insert into t (id, body) select * from unnest(${uuids(rows, (r) => r.id)}::uuid[], ${byteas(rows, (r) => r.body)}::bytea[])
 *
 * The driver would write an array as text: every value quoted and escaped here and read back there, bytes as twice as many
 * hexadecimal digits (bench/intake). The driver sends a Buffer in binary as it is.
 *
 * Layout (array_recv in PostgreSQL's arrayfuncs.c): dimensions, whether there are nulls, the elements' type, then for the
 * one dimension its length and lower bound, then each element with its length, -1 for null. All integers are big-endian.
 */

type Value<V> = V | null | undefined;
type Of<T, V> = (row: T) => Value<V>;

/** Type numbers are PostgreSQL's own and never change (pg_type.dat). */
const OID = { bool: 16, bytea: 17, int4: 23, text: 25, timestamptz: 1184, uuid: 2950, jsonb: 3802 } as const;

const HEADER = 20;
const LENGTH = 4;
/** Milliseconds from 1970 to 2000, where PostgreSQL's instants begin. */
const EPOCH = 946_684_800_000;

interface Codec<V> {
  oid: number;
  size(value: V): number;
  write(to: Buffer, at: number, value: V, size: number): void;
}

function column<T, V>(rows: readonly T[], of: Of<T, V>, { oid, size, write }: Codec<V>): Buffer {
  const values = rows.map(of);
  const sizes = new Int32Array(values.length);
  let room = HEADER;
  let nulls = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (value === null || value === undefined) nulls = 1;
    const bytes = value === null || value === undefined ? -1 : size(value);
    sizes[i] = bytes;
    room += LENGTH + Math.max(0, bytes);
  }
  // Written from end to end below, so it need not be cleared first.
  const out = Buffer.allocUnsafe(values.length === 0 ? 12 : room);
  out.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  out.writeInt32BE(nulls, 4);
  out.writeInt32BE(oid, 8);
  if (values.length === 0) return out;
  out.writeInt32BE(values.length, 12);
  out.writeInt32BE(1, 16);
  let at = HEADER;
  for (let i = 0; i < values.length; i += 1) {
    const bytes = sizes[i] as number;
    out.writeInt32BE(bytes, at);
    at += LENGTH;
    if (bytes < 0) continue;
    write(out, at, values[i] as V, bytes);
    at += bytes;
  }
  return out;
}

const uuid: Codec<string> = {
  oid: OID.uuid,
  size: () => 16,
  write(to, at, value) {
    const digits = value.replaceAll('-', '');
    // What is no id must be refused here: `write` stops at the first character that is no digit, and leaves the rest as it was.
    if (digits.length !== 32 || to.write(digits, at, 16, 'hex') !== 16) throw new TypeError('not a UUID');
  },
};
const text: Codec<string> = {
  oid: OID.text,
  size: (value) => Buffer.byteLength(value),
  write: (to, at, value, size) => to.write(value, at, size),
};
const bytea: Codec<Uint8Array> = {
  oid: OID.bytea,
  size: (value) => value.length,
  write: (to, at, value) => to.set(value, at),
};
const int: Codec<number> = {
  oid: OID.int4,
  size: () => 4,
  write(to, at, value) {
    // A Buffer would cut a fraction off in silence.
    if (!Number.isInteger(value)) throw new RangeError('not an integer');
    to.writeInt32BE(value, at);
  },
};
const bool: Codec<boolean> = {
  oid: OID.bool,
  size: () => 1,
  write: (to, at, value) => to.writeUInt8(value ? 1 : 0, at),
};
const instant: Codec<Date> = {
  oid: OID.timestamptz,
  size: () => 8,
  write(to, at, value) {
    const micros = (value.getTime() - EPOCH) * 1000;
    if (Number.isSafeInteger(micros)) {
      // Within 285 years of 2000 two halves are exact, and cheaper than a BigInt.
      const high = Math.floor(micros / 2 ** 32);
      to.writeInt32BE(high, at);
      to.writeUInt32BE(micros - high * 2 ** 32, at + 4);
    }
    // An invalid date is NaN, which BigInt refuses.
    else to.writeBigInt64BE(BigInt(value.getTime() - EPOCH) * 1000n, at);
  },
};
const jsonb: Codec<string> = {
  oid: OID.jsonb,
  size: (value) => 1 + Buffer.byteLength(value),
  write(to, at, value, size) {
    // The version of the form, then the text.
    to.writeUInt8(1, at);
    to.write(value, at + 1, size - 1);
  },
};

/** For `::uuid[]`. @throws TypeError for what is no UUID, as PostgreSQL would refuse it */
export const uuids = <T>(rows: readonly T[], of: Of<T, string>): Buffer => column(rows, of, uuid);
/** For `::text[]`. Half a surrogate pair becomes U+FFFD, as the driver does with any text; PostgreSQL refuses U+0000. */
export const texts = <T>(rows: readonly T[], of: Of<T, string>): Buffer => column(rows, of, text);
/** For `::bytea[]`. */
export const byteas = <T>(rows: readonly T[], of: Of<T, Uint8Array>): Buffer => column(rows, of, bytea);
/** For `::int[]`. @throws RangeError for what is no integer of 32 bits */
export const ints = <T>(rows: readonly T[], of: Of<T, number>): Buffer => column(rows, of, int);
/** For `::boolean[]`. */
export const booleans = <T>(rows: readonly T[], of: Of<T, boolean>): Buffer => column(rows, of, bool);
/** For `::timestamptz[]`, to the millisecond. @throws RangeError for an invalid date */
export const instants = <T>(rows: readonly T[], of: Of<T, Date>): Buffer => column(rows, of, instant);
/** For `::jsonb[]`: each value is written as JSON. */
export const jsons = <T>(rows: readonly T[], of: (row: T) => unknown): Buffer =>
  column(rows, (row) => JSON.stringify(of(row)), jsonb);
