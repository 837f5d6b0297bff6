import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProxyServer, upstreamsFromText } from '../../packages/dns-proxy/index.ts';
import { certificateOf } from '../../src/modules/safe-access/resolver/certificate.ts';
import { facts, openResolver, openRules } from '../../src/modules/safe-access/testing/resolver.ts';
import { CHROMIUM, openChromiumWithDoh } from '../support/chromium-doh.ts';
import { dnsServersInstalled, freePort, look, until } from '../support/dns-servers.ts';

const ZONE = 'chromium-test.example';
const DEVICE = 'aaaaaaaaaaaa';
const installed = dnsServersInstalled && (process.env.CI === 'true' || existsSync(CHROMIUM));

/**
 * What a family has at home: a browser that asks nobody but our resolver, by its secure DNS. Every name leads to the same
 * page, so what does not open was refused by its name.
 */
describe.runIf(installed)('Chromium with our resolver as its secure DNS', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-chromium-doh-'));
  let unbound: ChildProcess;
  let site: Server;
  let resolver: ReturnType<typeof openResolver>;
  let server: ProxyServer;
  let browser: BrowserContext;
  let port: number;

  beforeAll(async () => {
    const upstream = await freePort();
    writeFileSync(
      path.join(dir, 'unbound.conf'),
      `server:
  directory: "${dir}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${dir}/log"
  interface: 127.0.0.1@${upstream}
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  do-ip6: no
  local-zone: "${ZONE}." redirect
  local-data: "${ZONE}. 300 IN A 127.0.0.1"
remote-control:
  control-enable: no
`,
    );
    unbound = spawn('/usr/sbin/unbound', ['-d', '-c', path.join(dir, 'unbound.conf')], { stdio: 'ignore' });
    await until('Unbound', async () => (await look(upstream, `open.${ZONE}`))?.rcode === 'NOERROR');
    site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<h1>Here</h1>'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    port = (site.address() as AddressInfo).port;

    resolver = openResolver({
      national: [{ kind: 'domain', target: `listed.${ZONE}`, basis: 'court' }],
      categories: [[`adult.${ZONE}`, 'adult']],
    });
    resolver.registry.put(facts({ devices: [DEVICE], rules: { ...openRules, closed: ['adult'] } }));
    server = await ProxyServer.start({
      policy: resolver.policy,
      upstreams: upstreamsFromText(`127.0.0.1@${upstream}`),
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
    unbound?.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  /** What becomes of a page: its heading, or why the browser shows none. */
  async function open(name: string): Promise<string> {
    const page = await browser.newPage();
    try {
      await page.goto(`http://${name}:${port}/`);
      return (await page.textContent('h1')) ?? '';
    } catch (error) {
      return /net::(ERR_\w+)/.exec(String(error))?.[1] ?? String(error);
    } finally {
      await page.close();
    }
  }

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
