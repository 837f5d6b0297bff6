import { type Answer, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { a, ask, cname, FORWARD, read, soa, TCP, UDP } from '../testing/scene.ts';
import { nameFromText } from '../wire/name.ts';
import { Cache } from './cache.ts';
import { createCore } from './core.ts';
import { entryOf } from './entry.ts';
import { SmallAnswers } from './small.ts';

const NOW = 1_800_000_000_000;
const LIMITS = { min: 0, max: 86_400, negative: 3600, failure: 5 };
const aaaa = (name: string, ttl: number): Answer => ({ type: 'AAAA', name, ttl, data: '2001:db8::7' });

interface Known {
  answers: Answer[];
  authorities?: Answer[];
  authentic?: boolean;
  nxdomain?: boolean;
  type?: number;
  flags?: number;
  storedAt?: number;
}

function entry(name: string, { answers, authorities = [], ...k }: Known) {
  const type = k.type ?? 1;
  const bytes = encode({
    type: 'response',
    id: 0,
    flags: 0x0180 | (k.authentic ? 0x20 : 0) | (k.nxdomain ? 3 : 0),
    questions: [{ type: type === 28 ? 'AAAA' : 'A', name, class: 'IN' }],
    answers,
    authorities,
  });
  const made = entryOf(bytes, { name: nameFromText(name), type, flags: k.flags ?? 0 }, k.storedAt ?? NOW, LIMITS);
  if (!made) throw new Error('not read');
  return made;
}

/** A core with answers in its cache, and the answer it gives, as bytes. */
function scene(known: readonly (readonly [string, Known])[] = [], bytes?: number) {
  const renewed: string[] = [];
  const core = createCore({
    policy: { decide: () => FORWARD },
    upstreams: [],
    cache: { ...(bytes === undefined ? {} : { bytes }) },
    rate: { perNetwork: 0 },
  });
  core.resolver.renew = (e) => void renewed.push(Buffer.from(e.name).toString('latin1'));
  for (const [name, k] of known) core.cache.put(entry(name, k), NOW);
  const out = Buffer.alloc(65_535);
  const get = (packet: Buffer, now = NOW, client = UDP) => {
    const size = core.engine.answer(packet, packet.length, client, now, out);
    return size > 0 ? `${core.engine.ttl} ${Buffer.from(out.subarray(0, size)).toString('hex')}` : String(size);
  };
  return { core, get, renewed };
}

const message = (answer: string) => read(Buffer.from(answer.split(' ')[1] as string, 'hex'));

describe('a small answer given again', () => {
  const host = fc.constantFrom('open.example', 'www.open.example', 'a.b.c.open.example', 'x');
  const ttl = fc.integer({ min: 1, max: 600 });
  const known = fc.record({
    host,
    nxdomain: fc.boolean(),
    authentic: fc.boolean(),
    ttls: fc.array(ttl, { minLength: 1, maxLength: 12 }),
    alias: fc.boolean(),
    six: fc.boolean(),
    flags: fc.integer({ min: 0, max: 3 }),
  });
  const asked = fc.record({
    after: fc.integer({ min: -2000, max: 700_000 }),
    dnssecOk: fc.boolean(),
    checking: fc.boolean(),
    wantsAd: fc.boolean(),
    edns: fc.boolean(),
    payload: fc.constantFrom(512, 1232),
    six: fc.boolean(),
    tcp: fc.boolean(),
    host: fc.option(host, { nil: undefined }),
    upper: fc.boolean(),
  });

  it('is to the byte what it was the first time, for every question at every time', () => {
    fc.assert(
      fc.property(known, fc.array(asked, { minLength: 2, maxLength: 12 }), (k, questions) => {
        const record = (name: string, t: number) => (k.six ? aaaa(name, t) : a(name, '192.0.2.7', t));
        const stored: Known = {
          answers: k.nxdomain
            ? []
            : [
                ...(k.alias ? [cname(k.host, 'other.example', 60)] : []),
                ...k.ttls.map((t) => record(k.alias ? 'other.example' : k.host, t)),
              ],
          authorities: k.nxdomain ? [soa('example', 90, k.ttls[0])] : [],
          authentic: k.authentic,
          nxdomain: k.nxdomain,
          type: k.six ? 28 : 1,
          flags: k.flags,
        };
        const often = scene([[k.host, stored]]);
        for (const q of questions) {
          const name = q.host ?? k.host;
          const packet = ask(q.upper ? name.toUpperCase() : name, {
            type: q.six ? 28 : 1,
            flags: 0x0100 | (q.checking ? 0x10 : 0) | (q.wantsAd ? 0x20 : 0),
            dnssecOk: q.dnssecOk,
            edns: q.edns,
            payload: q.payload,
          });
          const client = q.tcp ? TCP : UDP;
          // Who was never asked before has no copy to answer from.
          const once = scene([[k.host, stored]]);
          expect(often.get(packet, NOW + q.after, client)).toBe(once.get(packet, NOW + q.after, client));
        }
      }),
    );
  });

  it('comes from the copy', () => {
    const { core, get } = scene([['open.example', { answers: [a('open.example')] }]]);
    const question = ask('open.example');
    get(question);
    const slot = find(core.cache, 'open.example');
    expect(slot).toBeGreaterThanOrEqual(0);
    const { small } = core.cache;
    // Only a copy was changed: whoever sees the change was answered from it.
    small.bytes[small.body(slot) + small.bodyLength(slot) - 1] = 99;
    expect(message(get(question)).answers[0]).toMatchObject({ data: '192.0.2.99' });
  });

  it('is forgotten when something newer is known, or all', () => {
    const { core, get } = scene([['open.example', { answers: [a('open.example')] }]]);
    const question = ask('open.example');
    get(question);
    core.cache.put(entry('open.example', { answers: [a('open.example', '192.0.2.8')] }), NOW);
    expect(message(get(question)).answers[0]).toMatchObject({ data: '192.0.2.8' });
    core.cache.clear();
    expect(get(question)).toBe('-1');
  });

  it('is renewed in the last tenth of its life, once', () => {
    const { get, renewed } = scene([['open.example', { answers: [a('open.example', '192.0.2.7', 100)] }]]);
    const question = ask('open.example');
    for (const seconds of [0, 10, 89]) get(question, NOW + 1000 * seconds);
    expect(renewed).toHaveLength(0);
    for (const seconds of [91, 95, 99]) expect(get(question, NOW + 1000 * seconds)).not.toBe('-1');
    expect(renewed).toHaveLength(1);
    expect(get(question, NOW + 100_000)).toBe('-1');
  });

  it('keeps its place in the cache by being asked for', () => {
    const names = Array.from({ length: 400 }, (_, i) => `n${i}.example`);
    const { core, get } = scene([['kept.example', { answers: [a('kept.example')] }]], 100_000);
    const question = ask('kept.example');
    get(question);
    for (const name of names) {
      get(question);
      core.cache.put(entry(name, { answers: [a(name)] }), NOW);
    }
    expect(core.cache.size).toBeLessThan(200);
    core.cache.small.clear();
    expect(get(question)).not.toBe('-1');
  });
});

function find(cache: Cache, text: string): number {
  const name = nameFromText(text);
  return cache.small.find(cache.hash(name, 0, name.length, 1, 0), name, 0, name.length, 1, 0, NOW);
}

describe('places for copies', () => {
  it('hold two that share one, and a third only now and then', () => {
    const small = new SmallAnswers(2);
    const names = ['one.example', 'two.example', 'three.example'];
    const entries = names.map((name) => entry(name, { answers: [a(name)] }));
    const found = () => entries.map((e, i) => small.find(i + 1, e.name, 0, e.name.length, 1, 0, NOW) >= 0);
    for (const [i, e] of entries.entries()) small.keep(i + 1, e, NOW + 1000);
    expect(found()).toEqual([true, true, false]);
    for (let i = 0; i < 8; i++) small.keep(3, entries[2] as (typeof entries)[0], NOW + 1000);
    expect(found().filter(Boolean)).toHaveLength(2);
    expect(found()[2]).toBe(true);
    small.forget(3);
    expect(found()[2]).toBe(false);
  });

  it('give nothing to another question with the same hash', () => {
    const small = new SmallAnswers(2);
    const kept = entry('one.example', { answers: [a('one.example')] });
    small.keep(5, kept, NOW + 1000);
    const ask1 = (text: string, type = 1, flags = 0, now = NOW) => {
      const name = nameFromText(text);
      return small.find(5, name, 0, name.length, type, flags, now) >= 0;
    };
    expect(ask1('one.example')).toBe(true);
    expect([ask1('two.example'), ask1('one.example', 28), ask1('one.example', 1, 1)]).toEqual([false, false, false]);
    expect(ask1('one.example', 1, 0, NOW + 1000)).toBe(false);
  });

  it('are for small answers only, that lead nowhere', () => {
    const cache = new Cache(64 << 20, 0, 1);
    const name = 'one.example';
    const kept = (known: Known) => {
      cache.small.clear();
      const e = entry(name, known);
      cache.small.keep(cache.hash(e.name, 0, e.name.length, 1, 0), e, NOW + 1000);
      return find(cache, name) >= 0;
    };
    expect(kept({ answers: [a(name)] })).toBe(true);
    expect(kept({ answers: Array.from({ length: 9 }, () => a(name)) })).toBe(false);
    expect(kept({ answers: [cname(name, 'two.example'), a('two.example')] })).toBe(false);
    const text: Answer = { type: 'TXT', name, ttl: 60, data: ['x'.repeat(220)] };
    expect(kept({ answers: [text] })).toBe(false);
  });
});
