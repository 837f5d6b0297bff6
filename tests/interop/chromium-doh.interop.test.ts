import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProxyServer, upstreamsFromText } from '../../packages/dns-proxy/index.ts';
import { certificateOf } from '../../src/modules/safe-access/resolver/certificate.ts';
import { facts, openResolver, openRules } from '../../src/modules/safe-access/testing/resolver.ts';
import { CHROMIUM } from '../../src/platform/testkit/pages.ts';
import { headingAt, openChromiumWithDoh } from '../support/chromium-doh.ts';
import { dnsServersInstalled, until } from '../support/dns-servers.ts';
import { LocalUnbound, startSite } from '../support/upstream.ts';

const ZONE = 'chromium-test.example';
const DEVICE = 'aaaaaaaaaaaa';
const installed = dnsServersInstalled && (process.env.CI === 'true' || existsSync(CHROMIUM));

/**
 * What a family has at home: a browser that asks nobody but our resolver, by its secure DNS. Every name leads to the same
 * page, so what does not open was refused by its name.
 */
describe.runIf(installed)('Chromium with our resolver as its secure DNS', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-chromium-doh-'));
  let unbound: LocalUnbound;
  let site: Awaited<ReturnType<typeof startSite>>;
  let resolver: ReturnType<typeof openResolver>;
  let server: ProxyServer;
  let browser: BrowserContext;

  beforeAll(async () => {
    const names = [`local-zone: "${ZONE}." redirect`, `local-data: "${ZONE}. 300 IN A 127.0.0.1"`];
    unbound = await LocalUnbound.start(dir, names, `open.${ZONE}`);
    site = await startSite();

    resolver = openResolver({
      national: [{ kind: 'domain', target: `listed.${ZONE}`, basis: 'court' }],
      categories: [[`adult.${ZONE}`, 'adult']],
    });
    resolver.registry.put(facts({ devices: [DEVICE], rules: { ...openRules, closed: ['adult'] } }));
    server = await ProxyServer.start({
      policy: resolver.policy,
      upstreams: upstreamsFromText(`127.0.0.1@${unbound.port}`),
      listen: { doh: [{ address: '127.0.0.1', port: 0 }] },
      tls: await certificateOf(dir, undefined, 'dns.localhost', new Date()),
      name: 'dns.localhost',
    });
    browser = await openChromiumWithDoh(dir, `https://dns.localhost:${server.ports.doh[0]}/dns-query/${DEVICE}`);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    resolver?.close();
    site?.close();
    await unbound?.kill();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const open = (name: string) => headingAt(browser, `http://${name}:${site.port}/`);

  it('opens what nobody closed', async () => {
    expect(await open(`open.${ZONE}`)).toBe('Here');
  });

  it('is refused a name of the national list, and what lies below it', async () => {
    expect(await open(`listed.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
    expect(await open(`www.listed.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
  });

  it('is refused what the family closed, until it opens it', async () => {
    expect(await open(`adult.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
    resolver.registry.put(facts({ devices: [DEVICE], revision: 2, rules: openRules }));
    // The browser keeps a "no" for as long as our answer says, which is seconds.
    await until('the name to open', async () => (await open(`adult.${ZONE}`)) === 'Here');
  });
});
