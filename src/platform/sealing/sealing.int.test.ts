import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, describe, expect, it } from 'vitest';
import { encryptTo, isRecipient, sha256, timeStamp } from './index.ts';
import { sumsText } from './package.ts';

const digest = createHash('sha256').update('x').digest();
let stop: (() => void) | undefined;
afterEach(() => stop?.());

async function authority(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('sealing', () => {
  it('encrypts to those who are named, and to somebody at least', async () => {
    const [one, two, other] = await Promise.all([1, 2, 3].map(() => generateX25519Identity()));
    const to = await Promise.all([one, two].map((identity) => identityToRecipient(identity as string)));
    const file = await encryptTo(to, Buffer.from('plain'));
    expect(file.includes('plain')).toBe(false);
    const open = (identity: string | undefined) => {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity as string);
      return decrypter.decrypt(new Uint8Array(file), 'text');
    };
    expect(await open(one)).toBe('plain');
    expect(await open(two)).toBe('plain');
    await expect(open(other)).rejects.toThrow();
    await expect(encryptTo([], Buffer.from('plain'))).rejects.toThrow('nobody');
    expect(isRecipient(to[0] as string)).toBe(true);
    expect(isRecipient(one as string)).toBe(false);
  });

  it('lists files as sha256sum reads them, and refuses names that it would read otherwise', () => {
    expect(sumsText([{ path: 'a/b', data: Buffer.from('x') }]).toString()).toBe(`${sha256(Buffer.from('x'))}  a/b\n`);
    expect(() => sumsText([{ path: 'a\nb', data: Buffer.from('x') }])).toThrow();
  });

  // That a good answer is taken, and what openssl says of it, is shown with a real authority in the evidence module.
  it.each<[string, RequestListener, RegExp]>([
    ['refuses', (_q, r) => r.writeHead(503).end(), /answered 503/],
    ['talks nonsense', (_q, r) => r.end('hello'), /./],
    ['says too much', (_q, r) => r.end(Buffer.alloc(100_000)), /too long/],
    ['sends us elsewhere', (_q, r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), /./],
    ['says no', (_q, r) => r.end(Buffer.from('30053003020102', 'hex')), /refused \(status 2\)/],
    ['grants nothing', (_q, r) => r.end(Buffer.from('30053003020100', 'hex')), /no token/],
    ['says nothing', () => undefined, /./],
  ])('gets no time-stamp from an authority that %s', async (_what, handler, why) => {
    const result = await timeStamp(await authority(handler), digest, 1_000);
    expect(result).toEqual({ failed: expect.stringMatching(why) });
  });

  it('gets none where nobody listens', async () => {
    expect(await timeStamp('http://127.0.0.1:1/', digest)).toHaveProperty('failed');
  });
});
