import { CLASS_IN, HEADER, TYPE } from '../wire/codes.ts';
import { expandName, nameEnd, skipName } from '../wire/name.ts';
import { type Entry, entryOf, word } from './entry.ts';

const ECH = 5;
const MANDATORY = 0;
/** Types whose data begin with so many fixed bytes and then hold so many names that may be compressed (RFC 3597, 4). */
const NAMES = new Map<number, readonly [number, number]>([
  [TYPE.NS, [0, 1]],
  [TYPE.CNAME, [0, 1]],
  [TYPE.PTR, [0, 1]],
  [TYPE.DNAME, [0, 1]],
  [TYPE.SOA, [0, 2]],
  [TYPE.MX, [2, 1]],
]);

const u16 = (n: number) => [(n >> 8) & 0xff, n & 0xff];

/**
 * The same answer whose HTTPS and SVCB records have no `ech` parameter, so that the name stays visible to who must see it.
 * Signatures of these records go too: they would no longer hold. All names are written out, as lengths change.
 */
export function withoutEch(entry: Entry): Entry {
  const start = HEADER + entry.name.length + 4;
  const whole = new Uint8Array(start + entry.body.length);
  whole.set(entry.name, HEADER);
  whole.set(entry.body, start);
  const out: number[] = [];
  const counts = [0, 0, 0];
  const given = [entry.answers, entry.authority, entry.additional];
  let at = start;
  for (let section = 0; section < 3; section++) {
    for (let i = 0; i < (given[section] as number); i++) {
      const fixed = skipName(whole, at, whole.length);
      const type = word(whole, fixed);
      const data = fixed + 10;
      const end = data + word(whole, fixed + 8);
      const owner = expandName(whole, at, whole.length);
      at = end;
      if (type === TYPE.RRSIG && (word(whole, data) === TYPE.HTTPS || word(whole, data) === TYPE.SVCB)) continue;
      const rewritten = owner && dataOf(whole, type, data, end);
      // What cannot be read is left out: it can be no answer to what was asked.
      if (!owner || !rewritten) continue;
      counts[section] = (counts[section] as number) + 1;
      const same = owner.length === entry.name.length && owner.every((b, k) => b === entry.name[k]);
      out.push(...(same && owner.length > 1 ? [0xc0, HEADER] : owner), ...whole.subarray(fixed, fixed + 8));
      out.push(...u16(rewritten.length));
      for (const byte of rewritten) out.push(byte);
    }
  }
  const bytes = new Uint8Array(start + out.length);
  bytes.set(whole.subarray(0, start));
  bytes[3] = entry.rcode & 15;
  bytes.set([0, 1, ...counts.flatMap((n) => u16(n as number))], 4);
  bytes.set([...u16(entry.type), ...u16(CLASS_IN)], start - 4);
  bytes.set(out, start);
  const highest = { min: 0, max: 0x7fffffff, negative: 0x7fffffff, failure: 1 };
  const made = entryOf(bytes, entry, entry.storedAt, highest);
  if (!made) throw new Error('an answer that was read once cannot be read again');
  // The life of the whole was brought into its limits already.
  return Object.assign(made, { life: entry.life, authentic: false, errors: entry.errors });
}

/** Data of a record without what points elsewhere, and without `ech`. */
function dataOf(
  whole: Uint8Array,
  type: number,
  data: number,
  end: number,
): (ArrayLike<number> & Iterable<number>) | undefined {
  const names = NAMES.get(type);
  if (names) {
    const [fixed, count] = names;
    let at = data + fixed;
    const out = [...whole.subarray(data, at)];
    for (let i = 0; i < count; i++) {
      const name = expandName(whole, at, end);
      if (!name) return undefined;
      out.push(...name);
      at = skipName(whole, at, end);
    }
    return [...out, ...whole.subarray(at, end)];
  }
  if (type !== TYPE.HTTPS && type !== TYPE.SVCB) return whole.subarray(data, end);
  const parameters = nameEnd(whole, data + 2, end);
  if (parameters < 0) return undefined;
  const out = [...whole.subarray(data, parameters)];
  for (let at = parameters; at + 4 <= end; ) {
    const key = word(whole, at);
    const next = Math.min(end, at + 4 + word(whole, at + 2));
    if (key === MANDATORY) {
      const kept: number[] = [];
      for (let k = at + 4; k + 2 <= next; k += 2) if (word(whole, k) !== ECH) kept.push(...u16(word(whole, k)));
      if (kept.length > 0) out.push(...u16(key), ...u16(kept.length), ...kept);
    } else if (key !== ECH) out.push(...whole.subarray(at, next));
    at = next;
  }
  return out;
}
