import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../world/index.ts';
import { ManualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { CHROMIUM, QUIET_FLAGS } from '../testkit/pages.ts';
import {
  createEgress,
  type EgressOptions,
  type EgressSettings,
  type ProxyDecision,
  startEgressProxy,
  vantageOptions,
} from './index.ts';
import { createVantages } from './vantages.ts';

const deps = { clock: new ManualClock(new Date('2026-11-24T09:00:00Z')), random: seededRandom(2) };

/** The same parts against a whole small Internet: name server, TLS with every fault, traps. */
describe('egress in the world', () => {
  let world: World;
  let settings: EgressSettings;
  let options: EgressOptions;
  beforeAll(async () => {
    world = await startWorld({ abuseDeskDelayMs: 60_000 });
    settings = {
      ...world.egress,
      allowPrivate: true,
      vantages: [{ name: 'rabat' }, { name: 'paris', userAgent: 'Mozilla/5.0 other' }],
    };
    options = { ...vantageOptions(settings, settings.vantages[0], deps), minGapMs: 0, timeoutMs: 4_000 };
  });
  afterAll(() => world.stop());

  it.each([
    ['https://photos.sample-host.example/album/chats', 'response', 200],
    ['http://صور-قطط.example/album/qitat', 'response', 200],
    ['https://expired-tls.example/', 'tls', 'CERT_HAS_EXPIRED'],
    ['https://wrong-tls.example/', 'tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['https://self-signed.example/', 'tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['http://inside.sample-host.example/', 'refused', 'private-address'],
    ['http://metadata.sample-host.example/', 'refused', 'metadata'],
    ['http://mixed.sample-host.example/', 'refused', 'private-address'],
    ['http://mail.sample-host.example/', 'refused', 'private-address'],
    ['http://down.example/', 'network', 'ECONNREFUSED'],
    ['http://reset.example/', 'network', 'ECONNRESET'],
    ['http://no-such-name.example/', 'dns', 'NXDOMAIN'],
  ])('%s: %s %s', async (url, kind, detail) => {
    const result = await createEgress(options).fetch(url);
    const told =
      result.kind === 'response'
        ? result.status
        : result.kind === 'refused'
          ? result.reason
          : 'code' in result
            ? result.code
            : '';
    expect([result.kind, told]).toEqual([kind, detail]);
  });

  it('trusts the world’s authority only when told', async () => {
    const result = await createEgress({ ...options, ca: [] }).fetch('https://photos.sample-host.example/');
    expect(result).toMatchObject({ kind: 'tls' });
  });

  it('looks with the agent of each vantage', async () => {
    const vantages = createVantages(settings, deps);
    expect(vantages.map((v) => v.name)).toEqual(['rabat', 'paris']);
    for (const { egress } of vantages) await egress.fetch('http://photos.sample-host.example/p/3');
    expect(world.requests.slice(-2).map((r) => r.userAgent)).toEqual([
      expect.stringContaining('Chrome/'),
      'Mozilla/5.0 other',
    ]);
    expect(() => createVantages({ ...settings, vantages: [] }, deps)).toThrow(RangeError);
  });

  it.skipIf(!existsSync(CHROMIUM))('keeps a hostile page in a real browser away from everything inside', async () => {
    let reached = 0;
    const decoy = createServer((_req, res) => {
      reached++;
      res.setHeader('access-control-allow-origin', '*').end('secret');
    });
    await new Promise<void>((resolve) => decoy.listen(0, '127.0.0.1', resolve));
    const { port: inner } = decoy.address() as AddressInfo;
    const decisions: ProxyDecision[] = [];
    const proxy = await startEgressProxy(options, { onDecision: (d) => decisions.push(d) });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        ...QUIET_FLAGS,
        `--proxy-server=http://127.0.0.1:${proxy.port}`,
        '--proxy-bypass-list=<-loopback>',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
      ],
    });
    try {
      const page = await browser.newPage();
      const answer = await page.goto('http://photos.sample-host.example/album/chats', { waitUntil: 'load' });
      expect(answer?.status()).toBe(200);
      const drawn = await page.evaluate(() => [...document.images].filter((i) => i.naturalWidth > 0).length);
      expect(drawn).toBeGreaterThan(0);
      const targets = [
        `http://127.0.0.1:${inner}/`,
        `http://localhost:${inner}/`,
        `http://127.0.0.1:${proxy.port}/`,
        'http://169.254.169.254/latest/meta-data/',
        'http://2852039166/',
        'http://inside.sample-host.example/',
        'https://mixed.sample-host.example/',
        'http://[::1]/',
        'https://accounts.google.com/',
      ];
      const got = await page.evaluate(
        (urls) =>
          Promise.all(
            urls.map((u) =>
              fetch(u, { mode: 'no-cors' })
                .then(() => fetch(u).then((r) => r.text()))
                .catch(() => ''),
            ),
          ),
        targets,
      );
      expect(got).toEqual(targets.map(() => ''));
      expect(reached).toBe(0);
      const refused = new Set(decisions.filter((d) => d.outcome !== 'connected').map((d) => d.outcome));
      expect([...refused]).toEqual(expect.arrayContaining(['port', 'metadata', 'private-address', 'dropped']));
      expect(decisions.filter((d) => d.outcome === 'connected').map((d) => d.host)).toEqual(
        expect.arrayContaining(['photos.sample-host.example']),
      );
    } finally {
      await browser.close();
      await proxy.stop();
      await new Promise((resolve) => decoy.close(resolve));
    }
  });
});
