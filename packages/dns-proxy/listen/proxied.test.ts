import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Question } from '../policy.ts';
import { ask, askUdp, BLOCK, read } from '../testing/scene.ts';
import { connect, framed, gone, LOOP, messages, startServer } from '../testing/server.ts';
import { Proxies, readProxied } from './proxied.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A header as a load balancer writes it. */
function header(values: [number, string][] = [], address = [192, 0, 2, 77], command = 0x21): Buffer {
  const six = address.length === 16;
  const tail = values.flatMap(([type, text]) => [type, 0, text.length, ...Buffer.from(text)]);
  const rest = [...address, ...address, 0, 53, 0, 53, ...tail];
  const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
  return Buffer.from([...signature, command, six ? 0x22 : 0x12, rest.length >> 8, rest.length & 0xff, ...rest]);
}
const whole = (bytes: Buffer) => readProxied(bytes, bytes.length, 'udp');

describe('a header of a load balancer', () => {
  it('says whose question it is, from which device, and how it came', () => {
    expect(whole(header())).toEqual({ size: 28, client: { transport: 'udp', address: '192.0.2.77', id: undefined } });
    const six = [0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), 9];
    expect(
      whole(
        header(
          [
            [3, 'crc'],
            [0xe0, 'Dev-1'],
            [0xe1, 'doh'],
          ],
          six,
        ),
      ),
    ).toMatchObject({
      client: { transport: 'doh', address: '2001:db8:0:0:0:0:0:9', id: 'dev-1' },
    });
    expect(
      whole(
        header([
          [0xe0, 'not an id'],
          [0xe1, 'pigeon'],
        ]),
      ),
    ).toMatchObject({ client: { transport: 'udp', id: undefined } });
    expect(whole(header([], [1, 2, 3, 4], 0x20))).toEqual({ size: 28, client: undefined });
  });

  it('is told from a question, from a part and from a false one', () => {
    expect(whole(ask('open.example'))).toBe('none');
    const bytes = header([[0xe0, 'dev']]);
    for (let i = 0; i < bytes.length; i++) expect(whole(bytes.subarray(0, i)), String(i)).toBe('more');
    for (const [at, value] of [
      [12, 0x11],
      [12, 0x22],
      [13, 0x32],
      [14, 9],
      [15, 11],
      [15, 13],
    ] as const) {
      const other = Buffer.concat([bytes, Buffer.alloc(40)]);
      other[at] = value;
      expect(whole(other), `${at}`).toBe('bad');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(40), (noise, at) => {
        const packet = Buffer.concat([bytes, noise]);
        packet[at % packet.length] = noise[0] ?? 0;
        const said = whole(packet);
        if (typeof said !== 'string') expect(said.size).toBeLessThanOrEqual(packet.length);
      }),
    );
    expect(() => new Proxies(['dnsdist.example'])).toThrow(RangeError);
  });
});

describe('a server behind a load balancer', () => {
  async function start(proxies: string[]) {
    const seen: string[] = [];
    const policy = {
      decide: ({ client }: Question) => {
        seen.push(`${client.transport} ${client.address} ${client.id}`);
        return BLOCK;
      },
    };
    const none = { key: '', cert: '' };
    const scene = await startServer(none, closing, { policy, proxies, listen: { udp: LOOP, tcp: LOOP } });
    return { ...scene, seen };
  }

  it('believes it, over UDP and TCP', async () => {
    const { port, seen } = await start(['127.0.0.1']);
    const proxied = header([
      [0xe0, 'dev-1'],
      [0xe1, 'doh'],
    ]);
    const answer = (await askUdp(
      port('udp'),
      Buffer.concat([proxied, ask('blocked.example', { options: [[15, new Uint8Array(2)]] })]),
    )) as Buffer;
    expect([answer.length, read(answer).rcode]).toEqual([468, 'NXDOMAIN']);
    expect(read((await askUdp(port('udp'), ask('blocked.example'))) as Buffer).rcode).toBe('NXDOMAIN');
    const socket = await connect(port('tcp'));
    const got = messages(socket);
    const bytes = Buffer.concat([
      header([
        [0xe0, 'dev-2'],
        [0xe1, 'dot'],
      ]),
      framed(ask('blocked.example')),
      framed(ask('blocked.example')),
    ]);
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    await expect.poll(() => got.length).toBe(2);
    socket.destroy();
    const plain = await connect(port('tcp'));
    const more = messages(plain);
    plain.write(framed(ask('blocked.example')));
    await expect.poll(() => more.length).toBe(1);
    plain.destroy();
    expect(seen).toEqual([
      'doh 192.0.2.77 dev-1',
      'udp 127.0.0.1 undefined',
      'dot 192.0.2.77 dev-2',
      'dot 192.0.2.77 dev-2',
      'tcp 127.0.0.1 undefined',
    ]);
    const bad = await connect(port('tcp'));
    bad.write(header([], [1, 2, 3, 4], 0x31));
    await gone(bad);
  });

  it('believes nobody else', async () => {
    const { port, seen } = await start(['192.0.2.1']);
    const proxied = Buffer.concat([header([[0xe0, 'dev-1']]), ask('blocked.example')]);
    const answer = await askUdp(port('udp'), proxied, 200);
    expect((answer?.[3] ?? 4) & 15).toBe(4);
    const socket = await connect(port('tcp'));
    socket.write(Buffer.concat([header(), framed(ask('blocked.example'))]));
    socket.end();
    await gone(socket);
    expect(seen).toEqual([]);
  });
});
