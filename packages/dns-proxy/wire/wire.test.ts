import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask } from '../testing/scene.ts';
import { addressBytes, networkOf } from './address.ts';
import { Cookies } from './cookie.ts';
import { expandName, nameEnd, nameFromText } from './name.ts';
import { Query, readQuery, UNANSWERABLE } from './query.ts';
import { sipHash24 } from './siphash.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('SipHash-2-4', () => {
  // The first of the 64 published vectors, and those at the borders of a word: key and data count up from 0.
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
    [63, '724506eb4c328a95'],
  ])('hashes %i bytes as published', (length, expected) => {
    const key = new Uint32Array(Uint8Array.from({ length: 16 }, (_, i) => i).buffer);
    const out = new Uint8Array(8);
    sipHash24(
      key,
      Uint8Array.from({ length: 64 }, (_, i) => i),
      length,
      out,
      0,
    );
    expect(hex(out)).toBe(expected);
  });
});

describe('server cookies', () => {
  const client = Buffer.from('2464c4abcf10c957', 'hex');
  const secret = Buffer.from('e5e973e5a6b2a43f48e7dc849e37bfcf', 'hex');
  const address = Buffer.from([198, 51, 100, 100]);
  const check = (cookies: Cookies, cookie: Uint8Array, seconds: number, from: Uint8Array = address) => {
    const out = new Uint8Array(24);
    const ok = cookies.check(cookie, 0, cookie.length, from, from.length, seconds * 1000, out);
    return { ok, out };
  };

  it('are those of RFC 9018, appendix A', () => {
    const cookies = new Cookies({ secrets: [secret] }, () => new Uint8Array(16), 0);
    const { ok, out } = check(cookies, client, 1559731985);
    expect(ok).toBe(false);
    expect(hex(out)).toBe('2464c4abcf10c957010000005cf79f111f8130c3eee29480');
  });

  it('count for an hour, from their address, and are renewed after half of it', () => {
    const cookies = new Cookies({ secrets: [secret] }, () => new Uint8Array(16), 0);
    const now = 1559731985;
    const { out: whole } = check(cookies, client, now);
    expect(check(cookies, whole, now + 60)).toEqual({ ok: true, out: whole });
    const later = check(cookies, whole, now + 1801);
    expect(later.ok).toBe(true);
    expect(hex(later.out)).not.toBe(hex(whole));
    expect(check(cookies, whole, now + 3601).ok).toBe(false);
    expect(check(cookies, whole, now - 301).ok).toBe(false);
    expect(check(cookies, whole, now, Buffer.from([198, 51, 100, 101])).ok).toBe(false);
    for (let i = 0; i < 24; i++) {
      const other = Uint8Array.from(whole);
      other[i] = (other[i] as number) ^ 1;
      // The reserved bytes go into the hash too.
      expect(check(cookies, other, now).ok, `byte ${i}`).toBe(false);
    }
  });

  it('outlive one change of the secret, not two', () => {
    let n = 0;
    const cookies = new Cookies({ rollMs: 1000 }, (size) => new Uint8Array(size).fill(++n), 0);
    const { out } = check(cookies, client, 0);
    const renewed = check(cookies, out, 1);
    expect(renewed.ok).toBe(true);
    expect(hex(renewed.out)).not.toBe(hex(out));
    expect(check(cookies, out, 2).ok).toBe(false);
    expect(check(cookies, renewed.out, 2).ok).toBe(true);
    cookies.setSecrets([secret]);
    expect(check(cookies, renewed.out, 2).ok).toBe(false);
    expect(() => cookies.setSecrets([new Uint8Array(8)])).toThrow(RangeError);
  });
});

describe('addresses', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['::ffff:192.0.2.1', 'c0000201'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:DB8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:db8:1::', '20010db8000100000000000000000000'],
  ])('reads %s', (text, expected) => {
    const out = new Uint8Array(16).fill(9);
    expect(hex(out.subarray(0, addressBytes(text, out)))).toBe(expected);
  });

  it('reads any IPv6 address as another reader does', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        if (text.includes('.')) return;
        const host = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        const one = new Uint8Array(16);
        const two = new Uint8Array(16);
        expect(addressBytes(text, one)).toBe(16);
        expect(addressBytes(host, two)).toBe(16);
        expect(hex(one)).toBe(hex(two));
      }),
    );
  });

  it.each(['', 'x', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1::2::3', '12345::', ':1', 'g::'])('refuses %j', (text) => {
    expect(addressBytes(text, new Uint8Array(16))).toBe(0);
  });

  it('puts a customer’s addresses into one network', () => {
    const net = (text: string) => {
      const out = new Uint8Array(16);
      return networkOf(out, addressBytes(text, out), 7);
    };
    expect(net('192.0.2.1')).toBe(net('192.0.2.200'));
    expect(net('192.0.2.1')).not.toBe(net('192.0.3.1'));
    expect(net('2001:db8:0:12::1')).toBe(net('2001:db8:0:34::9'));
    expect(net('2001:db8:0:100::1')).not.toBe(net('2001:db8:0:200::1'));
  });
});

describe('names', () => {
  it('end where they end', () => {
    const name = nameFromText('www.Example.org.');
    expect(Buffer.from(name).toString('latin1')).toBe('\x03www\x07example\x03org\x00');
    expect(nameEnd(name, 0, name.length)).toBe(name.length);
    expect(nameEnd(name, 0, name.length - 1)).toBe(-1);
    expect(nameEnd(Uint8Array.of(0xc0, 0), 0, 2)).toBe(-1);
    const long = new Uint8Array(300).fill(1);
    long[256] = 0;
    expect(nameEnd(long, 0, 300)).toBe(-1);
  });

  it('are followed backwards only', () => {
    const message = Uint8Array.from([...nameFromText('b.c'), 1, 0x41, 0xc0, 0x02]);
    expect(expandName(message, 5, message.length)).toEqual(nameFromText('a.c'));
    expect(expandName(Uint8Array.of(0xc0, 0), 0, 2)).toBeUndefined();
    expect(expandName(Uint8Array.of(0xc0, 2, 0xc0, 0), 2, 4)).toBeUndefined();
  });
});

describe('a question', () => {
  const codeOf = (packet: Uint8Array, query = new Query()) => readQuery(packet, packet.length, query);

  it('is read with all that stands in OPT', () => {
    const query = new Query();
    const options: [number, Uint8Array][] = [
      [10, new Uint8Array(8)],
      [12, new Uint8Array(3)],
      [15, new Uint8Array(2)],
      [11, new Uint8Array(0)],
    ];
    expect(codeOf(ask('www.example', { type: 65, payload: 4096, dnssecOk: true, options }), query)).toBe(0);
    expect(query).toMatchObject({
      type: 65,
      class: 1,
      nameEnd: 25,
      end: 29,
      edns: true,
      payload: 4096,
      dnssecOk: true,
    });
    expect(query).toMatchObject({ cookie: 44, cookieLength: 8, structured: true, padding: true, keepalive: true });
  });

  const changed = (change: (b: Buffer) => void) => {
    const bytes = ask('www.example');
    change(bytes);
    return bytes;
  };
  it.each<[string, number, Buffer]>([
    ['a short one', UNANSWERABLE, ask('www.example').subarray(0, 11)],
    ['a response', UNANSWERABLE, ask('www.example', { flags: 0x8100 })],
    ['another opcode', 4, ask('www.example', { flags: 0x2000 })],
    ['two questions', 1, changed((b) => b.writeUInt16BE(2, 4))],
    ['none', 1, changed((b) => b.writeUInt16BE(0, 4))],
    ['an answer inside', 1, changed((b) => b.writeUInt16BE(1, 6))],
    ['bytes behind the end', 1, Buffer.concat([ask('www.example'), Buffer.from([0])])],
    ['one cut short', 1, ask('www.example').subarray(0, -1)],
    ['another class', 5, ask('www.example', { class: 3 })],
    ['another version', 16, ask('www.example', { version: 1 })],
    ['a cookie of nine bytes', 1, ask('www.example', { options: [[10, new Uint8Array(9)]] })],
    ['an option past the end', 1, changed((b) => b.writeUInt16BE(3, b.length - 2))],
  ])('%s is told apart', (_what, code, bytes) => {
    expect(codeOf(bytes)).toBe(code);
  });
});
