import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './index.ts';
import { close, listen } from './listen.ts';

const START = new Date('2026-11-24T09:00:00Z');
let world: World;
beforeAll(async () => {
  world = await startWorld({ abuseDeskDelayMs: 10, clock: { now: () => START }, seed: 3 });
});
afterAll(() => world.stop());

/** As the application's fetcher does it: ask the world's name server, then go to that address and the mapped port. */
async function visit(url: string): Promise<{ status: number; text: string }> {
  const { hostname, pathname } = new URL(url);
  const resolver = new Resolver();
  resolver.setServers(world.egress.dnsServers);
  const [address] = await resolver.resolve4(hostname);
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(
      { host: address, port: world.portMap[80], path: pathname, headers: { host: hostname }, agent: false },
      (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (c: string) => (text += c));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      },
    )
      .on('error', reject)
      .end();
  });
}

const isListening = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

describe('the world as a whole', () => {
  it('leads from a name to every sample page', async () => {
    const { samples } = world.describe();
    expect(Object.keys(samples).length).toBeGreaterThan(5);
    for (const url of Object.values(samples))
      expect((await visit(url)).status, url).toBe(url.includes('moved') ? 301 : 200);
    expect(world.requests.at(-1)?.time).toEqual(START);
  });

  it('says who is responsible for the address a page lives at', async () => {
    const reply = await fetch(`${world.rdapUrl}ip/127.0.10.3`);
    expect(JSON.stringify(await reply.json())).toContain(world.describe().abuseAddress);
  });

  it('opens only the networks of its sites to a fetcher, not 127.0.0.1', () => {
    expect(world.egress.allowedPrivate).toContain('127.0.10.0/24');
    expect(world.egress.allowedPrivate.some((c) => c.startsWith('127.0.0.'))).toBe(false);
    expect(world.egress.ca[0]).toContain('BEGIN CERTIFICATE');
  });

  it('holds each thing at its own port, told as JSON', () => {
    const told = JSON.parse(JSON.stringify(world.describe())) as Record<string, unknown>;
    expect(told).toMatchObject({ ports: world.ports, smtpUrl: world.smtpUrl, mailboxUrl: world.mailboxUrl });
    expect(new Set(Object.values(world.ports)).size).toBeGreaterThanOrEqual(4);
  });

  it('closes everything when it stops, and everything it had opened when it can’t start', async () => {
    const second = await startWorld({ abuseDeskDelayMs: 0 });
    expect(await isListening(second.httpPort)).toBe(true);
    await second.stop();
    expect(await isListening(second.httpPort)).toBe(false);
    expect(await isListening(second.ports.mailbox)).toBe(false);

    const blocker = createServer();
    const taken = await listen(blocker, 0, '127.0.0.1');
    await expect(
      startWorld({ abuseDeskDelayMs: 0, ports: { http: second.httpPort, smtp: taken } }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await isListening(second.httpPort)).toBe(false);
    await close(blocker);
  });
});
