import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNamespaces } from './here.fixture.ts';
import { type BrowserNetwork, createBrowserNetwork } from './network.ts';

const run = promisify(execFile);

/** Fetches from inside the network, as a browser that ignored its proxy would; the answer, or the code of the error. */
async function fetchInside(network: BrowserNetwork, url: string): Promise<string> {
  const script = `fetch('${url}').then((r) => r.text()).then(console.log, (e) => console.log(e.cause?.code))`;
  const [enter, ...args] = network.enter as [string, ...string[]];
  return (await run(enter, [...args, process.execPath, '-e', script])).stdout.trim();
}

describe.skipIf(!hasNamespaces)('the browser’s network', () => {
  let inner: Server;
  let hits = 0;
  let port = 0;
  beforeAll(async () => {
    inner = createServer((_req, res) => {
      hits++;
      res.end('inside');
    });
    inner.listen(0, '127.0.0.1');
    await once(inner, 'listening');
    port = (inner.address() as AddressInfo).port;
  });
  afterAll(() => inner.close());

  it('has one door, and behind it only what was put there', async () => {
    const network = await createBrowserNetwork();
    if (!network) throw new Error('no network namespace could be made');
    try {
      const door = await network.openDoor(port);
      for (let i = 0; i < 3; i++) expect(await fetchInside(network, `http://127.0.0.1:${door.port}/`)).toBe('inside');
      expect(hits).toBe(3);
      expect(await fetchInside(network, `http://127.0.0.1:${port}/`)).toBe('ECONNREFUSED');
      expect(await fetchInside(network, 'http://192.0.2.1/')).toBe('ENETUNREACH');
      door.close();
      expect(await fetchInside(network, `http://127.0.0.1:${door.port}/`)).toBe('ECONNREFUSED');
      expect(hits).toBe(3);
    } finally {
      await network.stop();
    }
    expect(network.isAlive()).toBe(false);
    await expect(network.openDoor(port)).rejects.toThrow();
  });
});
