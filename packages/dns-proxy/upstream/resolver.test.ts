import { afterEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from '../answer/core.ts';
import type { Client } from '../policy.ts';
import {
  a,
  ask,
  BLOCK,
  byWord,
  cname,
  NO_ECH,
  options,
  REWRITE,
  type Respond,
  read,
  soa,
  startUpstream,
  UDP,
} from '../testing/scene.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function scene(respond: Respond, settings: Partial<Parameters<typeof createCore>[0]> = {}, servers = 1) {
  const upstreams = [];
  for (let i = 0; i < servers; i++) upstreams.push(await startUpstream(respond));
  const policy = byWord({ blocked: BLOCK, search: REWRITE, plain: NO_ECH });
  const core = createCore({ policy, upstreams, ...settings });
  closing.push(() => core.close(), ...upstreams.map((u) => u.stop));
  return { core, upstreams, upstream: upstreams[0] as (typeof upstreams)[0], policy };
}

async function answerOf(core: Core, packet: Buffer, client: Client = UDP) {
  const answered = await core.forwarder.answer(packet, client);
  if (!answered) throw new Error('no answer');
  return read(answered.bytes);
}
const data = (message: ReturnType<typeof read>) => message.answers.map((r) => ('data' in r ? String(r.data) : ''));

describe('what is asked of upstreams', () => {
  it('is asked once, kept, and counted down', async () => {
    let now = 1_000_000;
    const clock = {
      now: () => now,
      after: (ms: number, call: () => void) => {
        const t = setTimeout(call, ms);
        return () => clearTimeout(t);
      },
    };
    const { core, upstream } = await scene(({ name }) => ({ answers: [a(name)] }), { clock });
    expect(data(await answerOf(core, ask('Open.Example')))).toEqual(['192.0.2.7']);
    now += 100_000;
    const second = await answerOf(core, ask('oPEN.example'));
    expect(second.answers[0]).toMatchObject({ ttl: 200, data: '192.0.2.7' });
    expect(second.questions).toMatchObject([{ name: 'oPEN.example' }]);
    expect(upstream.asked).toEqual(['udp open.example A']);
    now += 175_000;
    // Near its end it is renewed behind the client's back.
    await answerOf(core, ask('open.example'));
    await expect.poll(() => core.stats.prefetched).toBe(1);
    await expect.poll(async () => (await answerOf(core, ask('open.example'))).answers[0]).toMatchObject({ ttl: 300 });
    expect(upstream.asked.length).toBe(2);
    // DO and CD are questions of their own.
    await answerOf(core, ask('open.example', { dnssecOk: true }));
    await answerOf(core, ask('open.example', { flags: 0x0110 }));
    expect(upstream.asked.length).toBe(4);
  });

  it('is asked once for many who ask at the same time', async () => {
    const { core, upstream } = await scene(({ name }) => ({ answers: [a(name)] }));
    const all = await Promise.all(Array.from({ length: 50 }, () => answerOf(core, ask('open.example'))));
    expect(all.every((m) => data(m)[0] === '192.0.2.7')).toBe(true);
    expect(upstream.asked.length).toBe(1);
    expect(core.stats.coalesced).toBe(49);
  });

  it('says that there is none for as long as the SOA record says', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => {} };
    const { core, upstream } = await scene(({ name }) => ({ flags: 0x0183, authorities: [soa(name, 60)] }), { clock });
    expect((await answerOf(core, ask('none.example'))).rcode).toBe('NXDOMAIN');
    now += 59_000;
    expect(await answerOf(core, ask('none.example'))).toMatchObject({
      rcode: 'NXDOMAIN',
      authorities: [{ type: 'SOA' }],
    });
    expect(upstream.asked.length).toBe(1);
    now += 2000;
    await answerOf(core, ask('none.example'));
    expect(upstream.asked.length).toBe(2);
  });

  it('comes over TCP when it does not fit, and is cut for the client if it must', async () => {
    const { core, upstream } = await scene(({ name }, over) =>
      over === 'udp' ? { flags: 0x0380 } : { answers: Array.from({ length: 60 }, (_, i) => a(name, `192.0.2.${i}`)) },
    );
    const small = await answerOf(core, ask('big.example', { edns: false }));
    expect(small).toMatchObject({ flag_tc: true, answers: [] });
    expect(upstream.asked).toEqual(['udp big.example A', 'tcp big.example A']);
    expect(data(await answerOf(core, ask('big.example'), { ...UDP, transport: 'tcp' })).length).toBe(60);
    expect(upstream.asked.length).toBe(2);
  });

  it('must come back with our number, our question and its case; else it is asked over TCP or not believed', async () => {
    const wrong = (raw: Buffer, change: (b: Buffer) => void) => {
      const out = Buffer.concat([
        raw.subarray(0, raw.length - 11),
        Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 6, 6, 6, 6]),
      ]);
      out[2] = 0x81;
      out[3] = 0x80;
      out[7] = 1;
      out[11] = 0;
      change(out);
      return out;
    };
    const { core, upstream } = await scene(
      ({ name }, over, raw) => {
        if (over === 'tcp') return { answers: [a(name)] };
        const first = name.split('.')[0];
        if (first === 'number') return wrong(raw, (b) => b.writeUInt16BE(b.readUInt16BE(0) ^ 1, 0));
        if (first === 'type') return wrong(raw, (b) => b.writeUInt8(28, b.length - 16 - 3));
        if (first === 'name') return wrong(raw, (b) => b.writeUInt8(0x78, 13));
        return wrong(raw, (b) => b.write(b.toString('latin1', 13, 13 + 10).toLowerCase(), 13, 'latin1'));
      },
      { upstreamLimits: { attempts: 1, totalMs: 300 } },
    );
    for (const name of ['number.example', 'type.example', 'name.example']) {
      const got = await answerOf(core, ask(name));
      expect(got.rcode, name).toBe('SERVFAIL');
      expect(options(got).get(15)?.readUInt16BE(0)).toBe(22);
    }
    expect(core.stats.upstreamStrays).toBe(3);
    expect(data(await answerOf(core, ask('lettercase.example')))).toEqual(['192.0.2.7']);
    expect(upstream.asked.at(-1)).toBe('tcp lettercase.example A');
  });

  it('goes to another when one is silent or fails, and seldom to that one afterwards', async () => {
    let _first: unknown;
    const { core, upstreams } = await scene(
      ({ name }, _over, raw) => {
        _first ??= name;
        return raw && name.startsWith('f') ? { flags: 0x0182 } : { answers: [a(name)] };
      },
      { upstreamLimits: { attemptMs: 100 } },
      2,
    );
    const silent = upstreams[0] as (typeof upstreams)[0];
    await silent.stop();
    closing.splice(closing.indexOf(silent.stop), 1);
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => answerOf(core, ask(`n${i}.example`))));
    expect(all.every((m) => data(m)[0] === '192.0.2.7')).toBe(true);
    expect(core.upstreams.healthy).toBe(1);
    expect((await answerOf(core, ask('f.example'))).rcode).toBe('SERVFAIL');
  });

  it('uses many ports and numbers', async () => {
    const { core, upstream } = await scene(({ name }) => ({ answers: [a(name)] }));
    await Promise.all(Array.from({ length: 300 }, (_, i) => answerOf(core, ask(`n${i}.example`))));
    expect(upstream.from.size).toBeGreaterThan(40);
  });
});

describe('when upstreams are away', () => {
  it('something old is given, soon at once, and new when they are back', async () => {
    let now = 1_000_000;
    let away = false;
    const clock = {
      now: () => now,
      after: (ms: number, call: () => void) => {
        const t = setTimeout(call, ms);
        return () => clearTimeout(t);
      },
    };
    const { core, upstream } = await scene(({ name }) => (away ? undefined : { answers: [a(name)] }), {
      clock,
      upstreamLimits: { totalMs: 400 },
      resolverLimits: { staleAfterMs: 100 },
    });
    await answerOf(core, ask('open.example'));
    away = true;
    now += 400_000;
    const old = await answerOf(core, ask('open.example'));
    expect(old.answers[0]).toMatchObject({ ttl: 30, data: '192.0.2.7' });
    expect(options(old).get(15)?.readUInt16BE(0)).toBe(3);
    await expect.poll(() => core.resolver.inFlight).toBe(0);
    const before = upstream.asked.length;
    await answerOf(core, ask('open.example'));
    expect(upstream.asked.length).toBe(before);
    // Older than a day it is no answer.
    const none = await answerOf(core, ask('other.example'));
    expect(none.rcode).toBe('SERVFAIL');
    away = false;
    now += 31_000;
    expect((await answerOf(core, ask('open.example'))).answers[0]).toMatchObject({ ttl: 300 });
    away = true;
    now += 90_000_000;
    expect((await answerOf(core, ask('open.example'))).rcode).toBe('SERVFAIL');
  });

  it('and none is set, it says that it is not ready', async () => {
    const core = createCore({ policy: byWord({}), upstreams: [] });
    const got = await answerOf(core, ask('open.example'));
    expect(got.rcode).toBe('SERVFAIL');
    expect(options(got).get(15)?.readUInt16BE(0)).toBe(14);
  });

  it('and cannot even be reached, it says so at once', async () => {
    for (const host of ['2001:db8::1', '255.255.255.255', '127.0.0.1']) {
      const core = createCore({ policy: byWord({}), upstreams: [{ host, port: 1 }], upstreamLimits: { totalMs: 300 } });
      closing.push(() => core.close());
      expect((await answerOf(core, ask('open.example'))).rcode, host).toBe('SERVFAIL');
      expect(core.stats.failures).toBe(0);
    }
  });

  it('and everybody asks, what waits is bounded', async () => {
    const { core } = await scene(() => undefined, {
      upstreamLimits: { totalMs: 300 },
      resolverLimits: { inFlight: 10, waiting: 20 },
    });
    const all = await Promise.all(Array.from({ length: 100 }, (_, i) => answerOf(core, ask(`n${i % 50}.example`))));
    expect(all.every((m) => m.rcode === 'SERVFAIL')).toBe(true);
    expect(core.stats.overload).toBeGreaterThanOrEqual(80);
    expect(core.stats.upstreamQueries).toBeLessThanOrEqual(40);
  });
});

describe('what a verdict does to an answer', () => {
  it('blocks what an allowed name leads to', async () => {
    const { core, policy } = await scene(({ name }) => ({
      answers: [cname(name, 'x.open.example'), cname('x.open.example', 'blocked.example'), a('blocked.example')],
    }));
    for (let i = 0; i < 2; i++) {
      const got = await answerOf(core, ask('open.example'));
      expect(got).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
      expect(options(got).get(15)?.readUInt16BE(0)).toBe(17);
    }
    expect(core.stats.followed).toBe(2);
    expect(policy.seen).toEqual(['block open.example', 'block open.example']);
  });

  it('and does not where it says so', async () => {
    const policy = byWord({ help: { kind: 'forward', follow: false, withoutEch: false }, blocked: BLOCK });
    const { core } = await scene(({ name }) => ({ answers: [cname(name, 'blocked.example'), a('blocked.example')] }), {
      policy,
    });
    expect((await answerOf(core, ask('help.example'))).answers.length).toBe(2);
  });

  it('rewrites to the addresses of another name', async () => {
    const { core, upstream } = await scene(({ name, type }) =>
      type === 'A' ? { answers: [a(name, '192.0.2.99')] } : { authorities: [soa('example')] },
    );
    const got = await answerOf(core, ask('search.example'));
    expect(got.answers).toMatchObject([
      { type: 'CNAME', name: 'search.example', data: 'safe.example', ttl: 60 },
      { type: 'A', name: 'safe.example', data: '192.0.2.99' },
    ]);
    expect(options(got).get(15)?.readUInt16BE(0)).toBe(4);
    expect((await answerOf(core, ask('search.example', { type: 28 }))).answers).toMatchObject([{ type: 'CNAME' }]);
    expect(await answerOf(core, ask('search.example', { type: 65 }))).toMatchObject({
      rcode: 'NOERROR',
      answers: [],
      authorities: [{ type: 'SOA' }],
    });
    expect(upstream.asked).toEqual(['udp safe.example A', 'udp safe.example AAAA']);
  });
});
