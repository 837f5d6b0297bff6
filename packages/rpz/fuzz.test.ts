import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WireError } from './errors.ts';
import { decide, transferMessages, type World } from './server/answer.ts';
import { Secondaries } from './server/secondaries.ts';
import { buildQuery } from './testing/client.ts';
import type { KeySettings } from './tsig/key.ts';
import { TYPE } from './wire/codes.ts';
import { readMessage } from './wire/message.ts';
import { Zone } from './zone/zone.ts';

const ROUNDS = process.env.SALAMA_LONG ? 1_000_000 : 20_000;
const KEY: KeySettings = {
  name: 'partner-1',
  algorithm: 'hmac-sha256',
  secret: Buffer.alloc(32, 5).toString('base64'),
  since: 0,
};

async function world(): Promise<World> {
  const zone = await Zone.open({ origin: 'rpz.example' });
  for (const serial of [1, 2]) {
    await zone.apply({ add: [{ name: `bad${serial}.example`, policy: { kind: 'nxdomain' } }] }, serial);
  }
  const secondaries = new Secondaries([
    { id: 'partner', zones: ['rpz.example'], keys: [KEY] },
    { id: 'house', zones: ['rpz.example'], unsignedFrom: ['192.0.2.1'] },
  ]);
  return { secondaries, zones: new Map([[zone.origin, zone]]), now: () => Date.now() };
}

/** Whatever comes, an answer that can be read, or none; never longer over UDP than what a question is worth. */
function look(bytes: Buffer, world: World, transport: 'udp' | 'tcp', signedOnly: boolean): string {
  const address = signedOnly ? '198.51.100.9' : '192.0.2.1';
  const decision = decide(bytes, { transport, address }, world);
  if (decision.kind === 'transfer') {
    for (const { parts } of transferMessages(decision.body.chunks, decision.query, decision.signer)) {
      const message = readMessage(Buffer.concat(parts.slice(1)));
      if (message.header.id !== bytes.readUInt16BE(0)) throw new Error('an answer to somebody else');
    }
  }
  if (decision.kind === 'reply' || decision.kind === 'refuse') {
    const message = readMessage(decision.bytes);
    if (!message.header.response || message.header.id !== bytes.readUInt16BE(0)) throw new Error('no answer to this');
    if (decision.kind === 'refuse') {
      // Nobody unknown gets more than they sent, but for the OPT record and the six bytes of our time.
      if (decision.bytes.length > bytes.length + 11) throw new Error('an amplifier');
    } else if (signedOnly && message.tsigAt === undefined) throw new Error('data without a signature');
  }
  return decision.kind;
}

it(`takes ${ROUNDS} broken messages without a fault`, { timeout: 900_000 }, async () => {
  const seed = process.env.SALAMA_LONG ? Date.now() >>> 0 : 20_261_124;
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const fresh = () =>
    (['SOA', 'AXFR', 'IXFR', 'NS', 'A', 'ANY'] as const).flatMap((type) =>
      [true, false].flatMap((edns) => [
        buildQuery({ name: 'rpz.example', type, serial: random(4), edns }).bytes,
        buildQuery({ name: 'rpz.example', type, serial: random(4), edns, key: KEY }).bytes,
      ]),
    );
  const there = await world();
  const seen = new Map<string, number>();
  let corpus = fresh();
  for (let i = 0; i < ROUNDS; i++) {
    if (i % 2000 === 0) corpus = fresh();
    let bytes: Buffer = Buffer.from(corpus[random(corpus.length)] as Buffer);
    for (let n = random(6); n > 0; n--) bytes = mutate(bytes, random, corpus);
    const copy = Buffer.from(bytes);
    try {
      const kind = look(bytes, there, random(2) ? 'udp' : 'tcp', random(2) === 1);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${i}: ${copy.toString('hex')}`, { cause: error });
    }
    if (!copy.equals(bytes)) throw new Error(`seed ${seed}, round ${i}: the message was written to`);
  }
  // A fuzzer that only ever meets the front door proves little.
  for (const kind of ['drop', 'refuse', 'reply', 'transfer', 'response'])
    expect(seen.get(kind), kind).toBeGreaterThan(20);
});

function mutate(bytes: Buffer, random: (below: number) => number, corpus: readonly Buffer[]): Buffer {
  const at = random(bytes.length + 1);
  switch (random(8)) {
    case 0:
      return Buffer.from(bytes.subarray(0, at));
    case 1:
      return Buffer.concat([bytes, Buffer.alloc(random(40), random(256))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), (corpus[random(corpus.length)] as Buffer).subarray(random(60))]);
    case 3: {
      // A pointer to anywhere.
      const out = Buffer.from(bytes);
      if (out.length >= at + 2) out.writeUInt16BE(0xc000 | random(bytes.length + 8), at);
      return out;
    }
    case 4: {
      const out = Buffer.from(bytes);
      if (out.length >= 12) out.writeUInt16BE(random(4) === 0 ? 0xffff : random(4), 4 + 2 * random(4));
      return out;
    }
    case 5: {
      const length = random(20);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
    }
    default: {
      const out = Buffer.from(bytes);
      if (at < out.length) out[at] = random(3) === 0 ? ([0, 1, 63, 64, 0xc0, 0xff][random(6)] as number) : random(256);
      return out;
    }
  }
}

it('reads any bytes as a message or says by a WireError why not', () => {
  const head = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })).map(([q, a]) => {
    const out = Buffer.alloc(12);
    out.writeUInt16BE(q, 4);
    out.writeUInt16BE(a, 6);
    return out;
  });
  // Small numbers make labels, types and lengths that fit now and then.
  const byte = fc.oneof(fc.integer({ min: 0, max: 15 }), fc.constantFrom(0xc0, 41, 250, 63), fc.nat({ max: 255 }));
  const body = fc.array(byte, { maxLength: 120 }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(head, body, (h, b) => {
      try {
        readMessage(Buffer.concat([h, b]));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: process.env.SALAMA_LONG ? 200_000 : 3000 },
  );
  expect(TYPE.TSIG).toBe(250);
});
