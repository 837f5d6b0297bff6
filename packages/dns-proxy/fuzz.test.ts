import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CACHE_DEFAULTS } from './answer/cache.ts';
import { createCore } from './answer/core.ts';
import { withoutEch } from './answer/ech.ts';
import { DROP, FORWARD } from './answer/engine.ts';
import { entryOf } from './answer/entry.ts';
import type { Client, Transport } from './policy.ts';
import { a, ask, BLOCK, byWord, cname, FORGE, NO_ECH, REWRITE, read, soa } from './testing/scene.ts';
import { nameFromText } from './wire/name.ts';

const MANY = process.env.SALAMA_LONG ? 1_000_000 : 20_000;
const LIMITS = { min: 0, max: 86_400, negative: 3600, failure: 5 };

/** The same numbers for the same seed, fast. */
function numbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Breaks a message as accidents and enemies do: bytes changed, cut, doubled, lengths and counts set to extremes. */
function broken(bytes: Uint8Array, pick: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let i = pick(4); i >= 0 && out.length > 0; i--) {
    const at = pick(out.length);
    switch (pick(7)) {
      case 0:
        out[at] = pick(256);
        break;
      case 1:
        out[at] = (out[at] as number) ^ (1 << pick(8));
        break;
      case 2:
        out = out.subarray(0, at);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), out.subarray(pick(out.length))]);
        break;
      case 4:
        out[at] = [0, 0xff, 0xc0, 0x3f, 0x40, 0x80][pick(6)] as number;
        break;
      case 5:
        if (out.length > 12) out[4 + pick(8)] = pick(5);
        break;
      default:
        out = Buffer.concat([out.subarray(0, at), Buffer.from([pick(256)]), out.subarray(at)]);
    }
  }
  return out;
}

const options: [number, Uint8Array][] = [
  [10, new Uint8Array(24).fill(1)],
  [12, new Uint8Array(30)],
  [15, new Uint8Array(2)],
  [11, new Uint8Array(0)],
];
const questions = [
  'blocked.example',
  'forged.example',
  'search.example',
  'ech.example',
  'open.example',
  'led.example',
  '_dns.resolver.arpa',
  '',
  `${'a.'.repeat(100)}x`,
].flatMap((name) =>
  [1, 28, 65, 255, 64, 261, 16].map((type) =>
    ask(name, { type, dnssecOk: type === 28, options: options.slice(type % 4), edns: type !== 16 }),
  ),
);
const https = {
  type: 'HTTPS',
  name: 'ech.example',
  ttl: 60,
  data: Buffer.from([0, 1, 0, 0, 1, 0, 3, 2, 104, 50, 0, 5, 0, 4, 1, 2, 3, 4]),
};
const message = (name: string, type: string, more: object) =>
  encode({ type: 'response', id: 1, flags: 0x0180, questions: [{ name, type }], ...more } as unknown as Packet);
const unknown = { ...https, type: 'UNKNOWN_65' };
const answers: [string, number, Buffer][] = [
  [
    'open.example',
    1,
    message('open.example', 'A', {
      answers: [a('open.example'), a('open.example', '192.0.2.8')],
      additionals: [
        { type: 'OPT', name: '.', udpPayloadSize: 1232, options: [{ code: 15, data: Buffer.from([0, 6, 65, 66]) }] },
      ],
    }),
  ],
  [
    'led.example',
    1,
    message('led.example', 'A', {
      answers: [cname('led.example', 'x.example'), a('x.example')],
      authorities: [soa('example')],
    }),
  ],
  ['safe.example', 1, message('safe.example', 'A', { answers: [a('safe.example')] })],
  [
    'ech.example',
    65,
    message('ech.example', 'UNKNOWN_65', {
      answers: [unknown],
      authorities: [
        soa('example'),
        { type: 'NS', name: 'example', ttl: 9, data: 'ns.example' },
        { type: 'MX', name: 'example', ttl: 9, data: { preference: 1, exchange: 'mx.example' } },
      ],
    }),
  ],
];

describe('whatever comes', () => {
  it(`is answered well or not at all: ${MANY} broken questions`, { timeout: 600_000 }, () => {
    const policy = byWord({ blocked: BLOCK, forged: FORGE, search: REWRITE, ech: NO_ECH });
    const core = createCore({ policy: { decide: policy.decide }, upstreams: [], rate: { perNetwork: 0 } });
    const now = 1_000_000;
    for (const [name, type, bytes] of answers) {
      const entry = entryOf(bytes, { name: nameFromText(name), type, flags: 0 }, now, LIMITS);
      expect(entry, name).toBeDefined();
      if (entry) core.cache.put(entry, now);
    }
    const pick = numbers(20_261_128);
    const out = Buffer.alloc(65_535);
    const kinds = { drop: 0, forward: 0, answer: 0 };
    for (let i = 0; i < MANY; i++) {
      const packet = broken(questions[pick(questions.length)] as Buffer, pick);
      const transport = ['udp', 'tcp', 'dot', 'doh'][pick(4)] as Transport;
      const client: Client = { transport, address: '2001:db8::1', id: undefined };
      const size = core.engine.answer(packet, packet.length, client, now, out);
      if (size === DROP) kinds.drop += 1;
      else if (size === FORWARD) kinds.forward += 1;
      else {
        kinds.answer += 1;
        const answer = out.subarray(0, size);
        const good =
          size >= 12 &&
          (transport !== 'udp' || size <= 1232) &&
          answer[0] === packet[0] &&
          answer[1] === packet[1] &&
          ((answer[2] as number) & 0x80) !== 0;
        if (!good) throw new Error(`${packet.toString('hex')} -> ${answer.toString('hex')}`);
        // Another reader understands it, and finds nothing behind its end.
        if (i % 10 === 0 && (packet[2] as number) >> 3 === 0 && !packet.includes(0x2e)) read(answer);
      }
    }
    expect(Math.min(...Object.values(kinds))).toBeGreaterThan(MANY / 100);
    expect(core.stats.policyFailures).toBe(0);
  });

  it(`from upstreams is read or thrown away: ${MANY} broken answers`, { timeout: 600_000 }, () => {
    const pick = numbers(5);
    let good = 0;
    for (let i = 0; i < MANY; i++) {
      const [text, type, bytes] = answers[pick(answers.length)] as [string, number, Buffer];
      const name = nameFromText(text);
      const start = 12 + name.length + 4;
      // What is before has been compared with the question already.
      const packet = Buffer.concat([bytes.subarray(0, start), broken(bytes.subarray(start), pick)]);
      for (let k = pick(3); k > 0; k--) packet[7 + 2 * pick(3)] = pick(4);
      const entry = entryOf(packet, { name, type, flags: 0 }, 1000, LIMITS);
      if (!entry) continue;
      good += 1;
      const without = withoutEch(entry);
      if (without.ech) throw new Error(packet.toString('hex'));
      if (type === 1) entry.addresses();
    }
    expect(good).toBeGreaterThan(MANY / 50);
  });
});

describe('both ways together', () => {
  it(`give every question one answer, none or a failure: ${MANY / 10} of them`, { timeout: 600_000 }, async () => {
    const policy = byWord({ blocked: BLOCK, forged: FORGE, search: REWRITE, ech: NO_ECH });
    const core = createCore({ policy, upstreams: [], rate: { perNetwork: 0 } });
    const pick = numbers(77);
    for (let i = 0; i < MANY / 10; i++) {
      const packet = broken(questions[pick(questions.length)] as Buffer, pick);
      const transport = ['udp', 'tcp', 'dot', 'doh'][pick(4)] as Transport;
      const answered = await core.forwarder.answer(packet, { transport, address: '192.0.2.1', id: undefined });
      if (answered && answered.bytes.readUInt16BE(0) !== packet.readUInt16BE(0))
        throw new Error(packet.toString('hex'));
      if (i % 1000 === 0) policy.seen.length = 0;
    }
    expect(core.stats).toMatchObject({ failures: 0, policyFailures: 0 });
    expect(core.resolver.inFlight).toBe(0);
  });
});

describe('the cache', () => {
  it('never lets an answer live longer than was said, nor than it may', () => {
    const seconds = fc.nat(200_000);
    fc.assert(
      fc.property(
        fc.array(seconds, { minLength: 1, maxLength: 5 }),
        fc.nat(3000),
        seconds,
        fc.nat(300_000),
        (ttls, min, more, later) => {
          const cache = { minTtl: min, maxTtl: min + more };
          const core = createCore({ policy: byWord({}), upstreams: [], cache });
          const records = ttls.map((ttl) => a('open.example', '192.0.2.7', ttl));
          const key = { name: nameFromText('open.example'), type: 1, flags: 0 };
          const limits = { ...LIMITS, min, max: min + more };
          const entry = entryOf(message('open.example', 'A', { answers: records }), key, 0, limits);
          if (!entry) throw new Error('not read');
          core.cache.put(entry, 0);
          const out = Buffer.alloc(1232);
          const packet = ask('open.example');
          const client: Client = { transport: 'udp', address: '192.0.2.1', id: undefined };
          const now = 1000 * later + 999;
          const size = core.engine.answer(packet, packet.length, client, now, out);
          const lives = ttls.map((ttl) => Math.min(min + more, Math.max(min, ttl)));
          expect(size > 0).toBe(now < 1000 * Math.min(...lives));
          if (size <= 0) return;
          const got = read(out.subarray(0, size)).answers as { ttl?: number }[];
          expect(got.map((r) => r.ttl)).toEqual(lives.map((ttl) => ttl - later));
          expect(core.engine.ttl).toBe(Math.min(...lives) - later);
        },
      ),
    );
  });

  it('is never larger than it may be, and finds what was put last', () => {
    expect(CACHE_DEFAULTS.bytes).toBe(64 << 20);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(60), fc.nat(3), fc.nat(40)), { maxLength: 300 }),
        fc.integer({ min: 4000, max: 40_000 }),
        (steps, bytes) => {
          const { cache } = createCore({ policy: byWord({}), upstreams: [], cache: { bytes } });
          const now = 1000;
          for (const [n, flags, records] of steps) {
            const text = `n${n}.example`;
            const entry = entryOf(
              message(text, 'A', { answers: Array.from({ length: records }, () => a(text)) }),
              { name: nameFromText(text), type: 1, flags },
              now,
              LIMITS,
            );
            if (!entry) throw new Error('not read');
            cache.put(entry, now);
            expect(cache.bytes).toBeLessThanOrEqual(bytes);
            const asked = ask(text.toUpperCase());
            const found = cache.find(asked, 12, 12 + entry.name.length, 1, flags);
            if (entry.cost <= bytes / 4) expect(found).toBe(entry);
            if (n % 2 === 0 && found) found.used = true;
          }
          cache.clear();
          expect([cache.bytes, cache.size]).toEqual([0, 0]);
        },
      ),
    );
  });
});

describe('an answer without ech', () => {
  it('keeps everything else', () => {
    const [name, type, bytes] = answers[3] as [string, number, Buffer];
    const entry = entryOf(bytes, { name: nameFromText(name), type, flags: 0 }, 1000, LIMITS);
    if (!entry) throw new Error('not read');
    expect(entry.ech).toBe(true);
    const without = withoutEch(entry);
    expect(without).toMatchObject({ ech: false, answers: 1, authority: 3, life: 9 });
    const head = Buffer.concat([bytes.subarray(0, 12 + nameFromText(name).length + 4), Buffer.from(without.body)]);
    const got = read(head);
    expect(got.authorities).toMatchObject([
      { type: 'SOA', data: { mname: 'ns.example' } },
      { type: 'NS', data: 'ns.example' },
      { type: 'MX' },
    ]);
    const [record] = got.answers as unknown as { data: Buffer }[];
    expect(Buffer.from(record?.data ?? []).toString('hex')).toBe('0001000001000302' + '6832');
  });
});
