import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlockDoor, blockPageFor, openBlockDoor } from './block-door.ts';

const ORIGIN = 'https://salama.example.ma';
let door: BlockDoor;
beforeAll(async () => {
  door = await openBlockDoor({ address: '127.0.0.1', port: 0, publicOrigin: ORIGIN });
});
afterAll(() => door.close());

/** The whole answer to bytes as a browser, or somebody else, sends them. */
const send = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    let answer = '';
    const socket = connect(door.port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
const get = (host: string, path = '/', method = 'GET') => send(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
const location = (answer: string) => /^location: (.*)\r$/im.exec(answer)?.[1];

describe('the door that blocked names lead to', () => {
  it('sends every name on to our own block page, without a cookie, a body or anything of the path', async () => {
    const answer = await get('listed.example:8080', '/some/path?q=secret');
    expect(answer).toMatch(/^HTTP\/1.1 302 /);
    expect(location(answer)).toBe(`${ORIGIN}/blocked?n=listed.example`);
    expect(answer).toMatch(/cache-control: no-store/i);
    expect(answer).not.toMatch(/set-cookie|secret|some/i);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
    expect(await get('listed.example', '/form', 'POST')).toMatch(/^HTTP\/1.1 303 /);
  });

  it.each([
    '//evil.example/',
    'evil.example/@x',
    'https://evil.example',
    'a@evil.example',
    '"><script>',
    '127.0.0.1',
    '[::1]:80',
    'xn--a',
    'مثال.example',
    `${'a.'.repeat(400)}example`,
  ])('never leaves our origin: %s', async (host) => {
    const to = location(await get(encodeURI(host)));
    for (const target of [to, blockPageFor(ORIGIN, host)].filter((t) => t !== undefined)) {
      expect(new URL(target).origin).toBe(ORIGIN);
      expect(target).toMatch(/^https:\/\/salama\.example\.ma\/blocked(\?n=[a-z0-9._-]+)?$/);
    }
  });

  it('serves no page of the site, whatever is asked for, and leads our own name home', async () => {
    for (const path of ['/ar', '/desk/sign-in', '/healthz', '/assets/app.css', '/blocked', '*', '/../../etc/passwd'])
      expect(location(await get('listed.example', path)), path).toBe(`${ORIGIN}/blocked?n=listed.example`);
    expect(location(await get('salama.example.ma'))).toBe(`${ORIGIN}/`);
    expect(location(await send('GET / HTTP/1.0\r\n\r\n'))).toBe(`${ORIGIN}/blocked`);
  });

  it('hangs up on what is no request, and on headers without an end', async () => {
    expect(await send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')).toBe('');
    expect(await send(`GET / HTTP/1.1\r\nHost: x.example\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`)).toBe('');
  });
});
