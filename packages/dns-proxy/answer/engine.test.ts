import { describe, expect, it } from 'vitest';
import type { Client } from '../policy.ts';
import {
  type Ask,
  ask,
  BLOCK,
  byWord,
  DOT,
  FORGE,
  NO_ECH,
  options,
  REWRITE,
  read,
  TCP,
  UDP,
} from '../testing/scene.ts';
import { nameFromText } from '../wire/name.ts';
import { createCore } from './core.ts';
import { DROP, FORWARD } from './engine.ts';
import { entryOf } from './entry.ts';

const LIMITS = { min: 0, max: 86_400, negative: 3600, failure: 5 };
const local = { kind: 'local', records: [Uint8Array.from([0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])] } as const;
const discovery = {
  name: 'dns.example',
  doh: { port: 443 },
  dot: { port: 853 },
  ipv4: ['192.0.2.53'],
  ipv6: ['2001:db8::53'],
  infoUrl: 'https://dns.example/about',
};

function scene(settings: Partial<Parameters<typeof createCore>[0]> = {}) {
  const policy = byWord({
    blocked: BLOCK,
    forged: FORGE,
    refused: { ...BLOCK, answer: 'refused' },
    nodata: { ...BLOCK, answer: 'nodata' },
    search: REWRITE,
    local,
    ech: NO_ECH,
  });
  const core = createCore({ policy, upstreams: [], discovery, ...settings });
  const out = Buffer.alloc(65_535);
  const raw = (packet: Buffer, client: Client = UDP, now = 1_000_000) => {
    const size = core.engine.answer(packet, packet.length, client, now, out);
    return size > 0 ? Buffer.from(out.subarray(0, size)) : size;
  };
  const get = (packet: Buffer, client?: Client, now?: number) => {
    const answer = raw(packet, client, now);
    if (typeof answer === 'number') throw new Error(`no answer: ${answer}`);
    return read(answer);
  };
  return { core, raw, get, policy };
}

describe('a blocked name', () => {
  it('is answered as the verdict says, with why', () => {
    const { get, policy } = scene();
    const got = get(ask('www.Blocked.example'.replace('www.', ''), { id: 77 }));
    expect(got).toMatchObject({
      id: 77,
      rcode: 'NXDOMAIN',
      flag_ra: true,
      answers: [],
      authorities: [{ type: 'SOA', ttl: 5, name: 'Blocked.example' }],
    });
    expect(options(got).get(15)?.toString('latin1')).toBe('\x00\x11family');
    expect(get(ask('nodata.example'))).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA' }] });
    expect(get(ask('refused.example'))).toMatchObject({ rcode: 'REFUSED', authorities: [] });
    expect(get(ask('forged.example')).answers).toMatchObject([{ type: 'A', data: '192.0.2.80', ttl: 5 }]);
    expect(get(ask('forged.example', { type: 28 })).answers).toMatchObject([{ type: 'AAAA', data: '2001:db8::80' }]);
    expect(get(ask('forged.example', { type: 65 }))).toMatchObject({
      rcode: 'NOERROR',
      answers: [],
      authorities: [{ type: 'SOA' }],
    });
    expect(get(ask('local.example')).answers).toMatchObject([{ type: 'A', data: '192.0.2.1', ttl: 60 }]);
    expect(policy.seen).toEqual([
      'block blocked.example',
      'block nodata.example',
      'block refused.example',
      ...Array(3).fill('block forged.example'),
      'local local.example',
    ]);
  });

  it('is explained for machines only over encrypted transports, to who asks so', () => {
    const { get } = scene();
    const signal: Ask = { options: [[15, new Uint8Array(2)]] };
    const error = (client: Client, a: Ask) =>
      options(get(ask('blocked.example', a), client))
        .get(15)
        ?.subarray(2)
        .toString();
    expect(JSON.parse(error(DOT, signal) as string)).toEqual({
      c: ['https://dns.example/why'],
      j: 'The family has closed this.',
      s: 1,
      o: 'e-Salama',
    });
    expect(
      JSON.parse(error({ ...DOT, transport: 'doh' }, { options: [[15, new Uint8Array(0)]] }) as string),
    ).toMatchObject({ s: 1 });
    for (const client of [UDP, TCP]) expect(error(client, signal)).toBe('family');
    expect(error(DOT, {})).toBe('family');
    // Who shows errors needs no false address.
    expect(get(ask('forged.example', signal), DOT)).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
    expect(get(ask('forged.example'), DOT).answers.length).toBe(1);
  });

  it('is answered without OPT to who sends none', () => {
    const { get } = scene();
    expect(get(ask('blocked.example', { edns: false })).additionals).toEqual([]);
    const [opt] = get(ask('blocked.example', { dnssecOk: true })).additionals;
    expect(opt).toMatchObject({ type: 'OPT', udpPayloadSize: 1232, ednsVersion: 0, flag_do: true });
  });
});

describe('what is not answered as asked', () => {
  it('is refused in few bytes, or not answered at all', () => {
    const { get, raw, core } = scene();
    expect(raw(ask('blocked.example', { flags: 0x8100 }))).toBe(DROP);
    expect(raw(Buffer.alloc(11))).toBe(DROP);
    const cases: [string, Buffer][] = [
      ['FORMERR', Buffer.concat([ask('x.example'), Buffer.from([1])])],
      ['NOTIMP', ask('x.example', { flags: 0x2800 })],
      ['REFUSED', ask('x.example', { class: 3 })],
      ['REFUSED', ask('x.example', { type: 252 })],
      ['REFUSED', ask('x.example', { type: 251 })],
      ['REFUSED', ask('x.example', { type: 41 })],
      // Without recursion one could only see what others asked.
      ['REFUSED', ask('x.example', { flags: 0 })],
    ];
    for (const [rcode, packet] of cases) {
      expect(get(packet), rcode).toMatchObject({ rcode, answers: [] });
      expect((raw(packet) as Buffer).length).toBeLessThanOrEqual(packet.length);
    }
    const version = raw(ask('x.example', { version: 1 })) as Buffer;
    expect([(version[3] as number) & 15, version[version.length - 6]]).toEqual([0, 1]);
    expect(core.stats.failures).toBe(0);
    expect(raw(ask('x.example'))).toBe(FORWARD);
  });

  it('ANY gets one record, but blocked names stay blocked', () => {
    const { get } = scene();
    expect(get(ask('x.example', { type: 255 })).answers).toMatchObject([{ type: 'HINFO', data: { cpu: 'RFC8482' } }]);
    expect(get(ask('blocked.example', { type: 255 })).rcode).toBe('NXDOMAIN');
  });

  it('a policy that throws opens nothing', () => {
    const { get, core } = scene({
      policy: {
        decide: () => {
          throw new Error('broken');
        },
      },
    });
    expect(get(ask('x.example')).rcode).toBe('SERVFAIL');
    expect(core.stats.policyFailures).toBe(1);
  });
});

describe('what the resolver says of itself', () => {
  it('is where its encrypted doors are', () => {
    const { get } = scene();
    const raw = get(ask('_dns.resolver.arpa', { type: 64 })).answers as unknown as { data: Buffer }[];
    const all = raw.map((r) => Buffer.from(r.data).toString('latin1'));
    expect(all.length).toBe(2);
    expect(all[0]).toContain('/dns-query{?dns}');
    expect(
      all[0]?.startsWith(
        '\x00\x01\x03dns\x07example\x00\x00\x01\x00\x03\x02h2\x00\x03\x00\x02\x01\xbb\x00\x04\x00\x04\xc0\x00\x02\x35',
      ),
    ).toBe(true);
    expect(all[1]?.startsWith('\x00\x02\x03dns\x07example\x00\x00\x01\x00\x04\x03dot\x00\x03\x00\x02\x03\x55')).toBe(
      true,
    );
    expect(get(ask('_dns.resolver.arpa'))).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(get(ask('x.resolver.arpa'))).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });

  it('and what it does', () => {
    const { get, raw } = scene();
    for (const name of ['resolver.arpa', 'DNS.example']) {
      const [record] = get(ask(name, { type: 261 })).answers as unknown as { data: Buffer }[];
      expect(Buffer.from(record?.data ?? []).toString('latin1')).toBe(
        '\x1cexterr=3,4,14,15,16,17,18,22\x21infourl=https://dns.example/about',
      );
    }
    expect(raw(ask('notresolver.arpa', { type: 261 }))).toBe(FORWARD);
    expect(raw(ask('dns.example'))).toBe(FORWARD);
  });
});

describe('sizes', () => {
  const stored = (core: ReturnType<typeof scene>['core'], records: number) => {
    const name = nameFromText('open.example');
    const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 1, 2, 3, 4];
    const bytes = Uint8Array.from([
      0,
      0,
      0x81,
      0xa0,
      0,
      1,
      0,
      records,
      0,
      0,
      0,
      0,
      ...name,
      0,
      1,
      0,
      1,
      ...Array(records).fill(record).flat(),
    ]);
    for (const flags of [0, 1]) {
      const entry = entryOf(bytes, { name, type: 1, flags }, 1_000_000, LIMITS);
      if (!entry) throw new Error('not read');
      core.cache.put(entry, 1_000_000);
    }
  };

  it('are what the client takes over UDP, 1,232 at most, and all over streams', () => {
    const { core, get } = scene();
    stored(core, 60);
    const cut = (a: Ask, client = UDP) => get(ask('open.example', a), client).flag_tc;
    expect([cut({ edns: false }), cut({ payload: 900 }), cut({ payload: 1232 }), cut({ payload: 100 })]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(cut({ edns: false }, TCP)).toBe(false);
    stored(core, 80);
    expect([cut({ payload: 4096 }), cut({ payload: 4096 }, TCP)]).toEqual([true, false]);
  });

  it('are multiples of 468 where nobody can read but could count', () => {
    const { core, raw } = scene();
    stored(core, 3);
    for (const name of ['open.example', 'blocked.example']) {
      expect((raw(ask(name), DOT) as Buffer).length).toBe(468);
      expect((raw(ask(name), TCP) as Buffer).length).toBeLessThan(200);
      expect((raw(ask(name, { edns: false }), DOT) as Buffer).length).toBeLessThan(200);
    }
    stored(core, 40);
    expect((raw(ask('open.example'), DOT) as Buffer).length).toBe(936);
  });

  it('AD is told only to who asks', () => {
    const { core, get } = scene();
    stored(core, 1);
    expect(get(ask('open.example')).flag_ad).toBe(false);
    expect(get(ask('open.example', { flags: 0x0120 })).flag_ad).toBe(true);
    expect(get(ask('open.example', { dnssecOk: true })).flag_ad).toBe(true);
  });

  it('tells TCP clients how long they may stay', () => {
    const { get } = scene();
    expect(
      options(get(ask('blocked.example', { options: [[11, new Uint8Array(0)]] }), TCP))
        .get(11)
        ?.toString('hex'),
    ).toBe('0064');
    expect(options(get(ask('blocked.example', { options: [[11, new Uint8Array(0)]] }))).get(11)).toBeUndefined();
  });
});

describe('a flood', () => {
  it('is answered only so often over UDP, sometimes truncated; not with a valid cookie, nor other networks', () => {
    const { raw, get, core } = scene({ rate: { perNetwork: 10, burst: 20, slip: 2 } });
    const cookie = options(get(ask('blocked.example', { options: [[10, new Uint8Array(8)]] }))).get(10) as Buffer;
    expect(cookie.length).toBe(24);
    const kinds = { whole: 0, cut: 0, none: 0 };
    for (let i = 0; i < 119; i++) {
      const answer = raw(ask('blocked.example'));
      if (typeof answer === 'number') kinds.none += 1;
      else if (read(answer).flag_tc) {
        kinds.cut += 1;
        expect(answer.length).toBeLessThanOrEqual(ask('blocked.example').length);
      } else kinds.whole += 1;
    }
    expect(kinds).toEqual({ whole: 19, cut: 50, none: 50 });
    for (let i = 0; i < 50; i++) expect(get(ask('blocked.example', { options: [[10, cookie]] })).flag_tc).toBe(false);
    expect(get(ask('blocked.example'), { ...UDP, address: '198.51.100.1' }).flag_tc).toBe(false);
    expect(get(ask('blocked.example'), TCP).flag_tc).toBe(false);
    expect(
      get(ask('blocked.example', { options: [[10, cookie]] }), {
        ...UDP,
        address: '',
        raw: Uint8Array.of(192, 0, 2, 1),
      }).rcode,
    ).toBe('NXDOMAIN');
    // With half a cookie one is told to come again with the whole.
    const half = [0, 1]
      .map(() => raw(ask('blocked.example', { options: [[10, new Uint8Array(8)]] })))
      .find((x) => typeof x !== 'number') as Buffer;
    expect(options(read(half)).get(10)?.length).toBe(24);
    expect((half[3] as number) & 15).toBe(23 & 15);
    expect(get(ask('blocked.example'), UDP, 1_000_000 + 1000).rcode).toBe('NXDOMAIN');
    expect(core.stats).toMatchObject({ slipped: 51, silenced: 51, cookiesValid: 51 });
  });
});
