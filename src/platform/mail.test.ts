import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMailer } from './mail.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A mail server of the given manners; answers its address. */
async function listen(manners: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    manners(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const mail = { to: 'abuse@host.example', subject: 'x', text: 'x', messageId: '<x@e-salama.example>' };

describe('a send', () => {
  it('ends at its limit, though the server always says a little more, and its connection is closed', async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await listen((socket) => {
      socket.write('220 slow.example\r\n');
      // Never silent for long, so no timeout of a single step is met; never done either.
      const drip = setInterval(() => socket.write('250-still thinking\r\n'), 50);
      socket.on('data', () => {});
      socket.on('close', () => {
        clearInterval(drip);
        closed();
      });
    });
    const mailer = createMailer(url, 'e-Salama <notices@e-salama.example>', 600);
    const began = performance.now();
    await expect(mailer.send(mail)).rejects.toThrow();
    expect(performance.now() - began).toBeGreaterThan(500);
    expect(performance.now() - began).toBeLessThan(5_000);
    await gone;
    mailer.close();
  });
});
