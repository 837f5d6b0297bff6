import { type Answer, decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../errors.ts';
import { buildQuery } from '../testing/client.ts';
import { CLASS, RCODE, TYPE } from './codes.ts';
import { type ResourceRecord, readMessage, writeMessage } from './message.ts';
import { canonicalName, readName, wireName } from './name.ts';
import { parseRequest } from './query.ts';

const label = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1, maxLength: 20 });
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => `${labels.join('.')}.`);
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const header = {
  id: 7,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  rcode: 0,
};

const record: fc.Arbitrary<ResourceRecord> = fc
  .tuple(
    name.map(canonicalName),
    fc.oneof(
      fc.record({ type: fc.constant('NS' as const), target: name.map(canonicalName) }),
      fc.record({ type: fc.constant('CNAME' as const), target: name.map(canonicalName) }),
      fc.record({ type: fc.constant('A' as const), address: fc.ipV4() }),
      fc.record({
        type: fc.constant('TXT' as const),
        texts: fc.array(
          fc.uint8Array({ maxLength: 255 }).map((b) => Buffer.from(b)),
          { minLength: 1, maxLength: 3 },
        ),
      }),
      fc.record({
        type: fc.constant('SOA' as const),
        soa: fc.record({
          mname: name.map(canonicalName),
          rname: name.map(canonicalName),
          serial: u32,
          refresh: u32,
          retry: u32,
          expire: u32,
          minimum: u32,
        }),
      }),
    ),
  )
  .map(([owner, data]) => ({ name: owner, type: TYPE[data.type], class: CLASS.IN, ttl: 60, data }));

describe('the wire format', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.array(record, { maxLength: 3 }), (answers, authority) => {
        const question = { name: answers[0]?.name ?? '.', type: TYPE.ANY, class: CLASS.IN };
        const message = { header, questions: [question], answers, authority, additional: [] };
        expect(readMessage(writeMessage(message))).toEqual(message);
      }),
    );
  });

  it('agrees with another implementation, its compression included', () => {
    const owners = fc.array(name, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(owners, u32, (names, serial) => {
        const soa = { mname: 'ns.example', rname: 'host.example', serial, refresh: 1, retry: 2, expire: 3, minimum: 4 };
        const answers: Answer[] = names.flatMap((n): Answer[] => [
          { type: 'CNAME', name: n, ttl: 5, data: `x.${n}` },
          { type: 'AAAA', name: `y.${n}`, ttl: 5, data: '2001:db8::5' },
          { type: 'SOA', name: n, ttl: 5, data: soa },
        ]);
        const theirs: Packet = { type: 'response', id: 7, questions: [{ type: 'A', name: names[0] ?? '' }], answers };
        const read = readMessage(encode(theirs));
        expect(read.answers.map((a) => a.name)).toEqual(answers.map((a) => canonicalName(a.name)));
        expect(read.answers[2]?.data).toMatchObject({ type: 'SOA', soa: { serial, mname: 'ns.example.' } });
        expect(read.answers[1]?.data).toEqual({ type: 'AAAA', address: '2001:db8:0:0:0:0:0:5' });
        const back = decode(writeMessage({ ...read, additional: [] }));
        expect(back.answers?.map((a) => canonicalName(a.name))).toEqual(read.answers.map((a) => a.name));
      }),
    );
  });

  it('keeps any byte in a label, and the shortest and the longest of names', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 3 }), (labels) => {
        const wire = Buffer.from([...labels.flatMap((l) => [l.length, ...l]), 0]);
        const { name: text, next, compressed } = readName(wire, 0);
        expect({ next, compressed }).toEqual({ next: wire.length, compressed: false });
        expect(readName(wireName(text), 0).name).toBe(text);
      }),
    );
    expect(wireName('.')).toEqual(Buffer.from([0]));
    const longest = [63, 63, 63, 61].map((n) => 'x'.repeat(n)).join('.');
    expect(wireName(longest).length).toBe(255);
    expect(() => wireName(`${longest}x`)).toThrow(WireError);
    for (const bad of ['a..b', 'x'.repeat(64), 'é.example', 'a\\', 'a.\\999']) expect(() => wireName(bad)).toThrow();
  });

  it('follows pointers backwards only', () => {
    const at12 = (...bytes: number[]) => Buffer.concat([Buffer.alloc(12), Buffer.from(bytes)]);
    const loop = at12(0xc0, 12);
    const forwards = at12(0xc0, 14, 1, 97, 0);
    const pair = at12(1, 97, 0xc0, 16, 0xc0, 12);
    const past = at12(0xc0);
    const reserved = at12(0x40, 0);
    for (const bad of [loop, forwards, pair, past, reserved]) expect(() => readName(bad, 12)).toThrow(WireError);
    // Each jump is right, and the labels between them would still make a name without end.
    const spiral = Buffer.from([...Array.from({ length: 60 }, () => [4, 97, 97, 97, 97]).flat(), 0, 0xc0, 0]);
    expect(() => readName(spiral, 301)).toThrow('longer than 255');
  });
});

describe('a request', () => {
  const ixfr = buildQuery({ name: 'rpz.example', type: 'IXFR', serial: 5, edns: true }).bytes;
  const change = (bytes: Buffer, at: number, value: number) => {
    const out = Buffer.from(bytes);
    out[at] = value;
    return out;
  };

  it('is read with its serial and EDNS', () => {
    const parsed = parseRequest(ixfr);
    expect(parsed).toMatchObject({ kind: 'query', query: { name: 'rpz.example.', type: TYPE.IXFR, ixfrSerial: 5 } });
  });

  it('is refused when anything is not as it should be, and ignored when there is nobody to answer', () => {
    const code = (bytes: Buffer) => {
      const parsed = parseRequest(bytes);
      return parsed.kind === 'error' ? parsed.rcode : parsed.kind;
    };
    expect(code(Buffer.alloc(11))).toBe('drop');
    expect(code(change(ixfr, 2, 0x80))).toBe('response');
    // An update, a status query.
    expect(code(change(ixfr, 2, 5 << 3))).toBe(RCODE.NOTIMP);
    expect(code(change(ixfr, 2, 2 << 3))).toBe(RCODE.NOTIMP);
    // NOTIFY is for secondaries.
    expect(code(change(ixfr, 2, 4 << 3))).toBe(RCODE.NOTIMP);
    // Truncated; two questions; none; an answer; another class; bytes behind.
    expect(code(change(ixfr, 2, 2))).toBe(RCODE.FORMERR);
    expect(code(change(ixfr, 5, 2))).toBe(RCODE.FORMERR);
    expect(code(change(ixfr, 5, 0))).toBe(RCODE.FORMERR);
    expect(code(change(ixfr, 7, 1))).toBe(RCODE.FORMERR);
    expect(code(change(ixfr, 12 + 13 + 3, 3))).toBe(RCODE.REFUSED);
    expect(code(Buffer.concat([ixfr, Buffer.from([0])]))).toBe(RCODE.FORMERR);
    expect(code(Buffer.concat([ixfr, Buffer.alloc(3000)]))).toBe(RCODE.FORMERR);
    // A name that lies in the header (found by the fuzzer).
    expect(code(Buffer.from('126700000001000000000001c003707ac001000029047e000000000000', 'hex'))).toBe(RCODE.FORMERR);
    // An SOA where none belongs, none where one does.
    expect(code(change(ixfr, 12 + 13 + 1, TYPE.AXFR))).toBe(RCODE.FORMERR);
    const soa = buildQuery({ name: 'rpz.example', type: 'SOA' }).bytes;
    expect(code(change(soa, 12 + 13 + 1, TYPE.IXFR))).toBe(RCODE.FORMERR);
  });
});
