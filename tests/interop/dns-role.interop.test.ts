import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFeed } from '../../src/modules/blocking/index.ts';
import { resolverFolder, startDnsRole } from '../../src/modules/safe-access/index.ts';
import { openFamilies, type TestFamilies } from '../../src/modules/safe-access/testing/families.ts';
import { dnsServersInstalled, freePort, look, run, until } from '../support/dns-servers.ts';

const ZONE = 'role-test.example';
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const DNSDIST = '/usr/bin/dnsdist';
const always = process.env.CI === 'true';

/** The whole role with the settings it has when nobody sets any, on a real database: what each kind of client is answered. */
describe.runIf(dnsServersInstalled)('the role dns as it comes', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-dns-role-'));
  let unbound: ChildProcess;
  let site: Server;
  let f: TestFamilies;
  let role: Awaited<ReturnType<typeof startDnsRole>>;
  let device: string;
  let web: number;
  let port: number;
  let dot: number;
  let doh: number;

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
    web = (site.address() as AddressInfo).port;

    const [free, freeDot, freeDoh] = [await freePort(), await freePort(), await freePort()];
    f = await openFamilies({
      start: new Date(),
      env: {
        DNS_PORT: String(free),
        DOT_PORT: String(freeDot),
        DOH_PORT: String(freeDoh),
        DNS_UPSTREAMS: `127.0.0.1@${upstream}`,
        DNS_PROXIES: '127.0.0.1',
      },
    });
    mkdirSync(resolverFolder(f.stateDir));
    await f.list('add', 'domain', `listed.${ZONE}`, 'court');
    const parent = await f.person('parent', 'parent');
    const family = await f.safeAccess.families.create(parent);
    const child = { label: 'x', band: '9-12', lang: 'fr' } as const;
    const { profile } = await f.safeAccess.profiles.create(parent, { family: family.id }, child);
    const rules = { ...profile.rules, deny: [`denied.${ZONE}`], windows: [] };
    await f.safeAccess.profiles.setRules(parent, profile.id, rules, 1);
    device = (await f.safeAccess.devices.add(parent, profile.id, { kind: 'android', label: 'Tel' })).id;
    role = await startDnsRole(f.platform, {
      country: f.country,
      feed: createFeed(f.platform),
      stepDown: () => {},
    });
    [port, dot, doh] = [role.ports.udp[0], role.ports.dot[0], role.ports.doh[0]] as [number, number, number];
    await until('the list', async () => (await look(port, `listed.${ZONE}`))?.rcode === 'NXDOMAIN');
  }, 90_000);
  afterAll(async () => {
    await role?.stop();
    await f?.close();
    site?.close();
    unbound?.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const dig = async (at: number, ...args: string[]) =>
    (await run('dig', '@127.0.0.1', '-p', String(at), '+tries=1', '+time=3', ...args)).output;
  const NATIONAL = /status: NXDOMAIN[\s\S]*EDE: 16 \(Censored\): \(national list\)/;
  const FAMILY = /status: NXDOMAIN[\s\S]*EDE: 17 \(Filtered\)/;
  const OPEN = /status: NOERROR[\s\S]*IN\s+A\s+127\.0\.0\.1/;

  it('has a lane, where there is a processor for it', () => {
    const one = process.platform === 'linux' && availableParallelism() > 1;
    expect(role.lines[0]).toContain(one ? '(1 lane)' : '(plain sockets)');
  });

  it('answers dig and kdig over every door', async () => {
    const family = `+https=/dns-query/${device}`;
    const ways: [number, ...string[]][] = [
      [port, '+notcp'],
      [port, '+notcp', '+cookie'],
      [port, '+tcp'],
      [dot, '+tls'],
      [doh, '+https'],
    ];
    for (const [at, ...way] of ways) {
      expect(await dig(at, ...way, `open.${ZONE}`)).toMatch(OPEN);
      expect(await dig(at, ...way, `x.listed.${ZONE}`)).toMatch(NATIONAL);
      expect(await dig(at, ...way, `denied.${ZONE}`)).toMatch(OPEN);
    }
    expect(await dig(doh, family, `denied.${ZONE}`)).toMatch(FAMILY);
    const kdig = await run('kdig', '@127.0.0.1', '-p', String(port), '+retry=0', '+edns', '+cookie', `listed.${ZONE}`);
    expect(kdig.output).toMatch(/status: NXDOMAIN[\s\S]*EDE: 16/);
    const status = await role.status();
    expect(status.counters).toMatchObject({ failures: 0, policyFailures: 0, laneFailures: 0 });
  });

  it.runIf(always || existsSync(DNSDIST))('knows behind dnsdist whose device asks, over UDP', async () => {
    const [plain, https] = [await freePort(), await freePort()];
    const pem = `"${resolverFolder(f.stateDir)}/tls.cert.pem", "${resolverFolder(f.stateDir)}/tls.key.pem"`;
    writeFileSync(
      path.join(dir, 'dnsdist.conf'),
      `setLocal("127.0.0.1:${plain}")
addDOHLocal("127.0.0.1:${https}", ${pem}, {"/dns-query"}, {exactPathMatching=false})
setACL({"127.0.0.0/8"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${port}", useProxyProtocol=true, checkName="open.${ZONE}."})
function introduce(dq)
  if dq:getProtocol() ~= "DNS over HTTPS" then return DNSAction.None, "" end
  dq:addProxyProtocolValue(0xE1, "doh")
  local id = string.match(dq:getHTTPPath(), "^/dns%-query/([%w-]+)$")
  if id then dq:addProxyProtocolValue(0xE0, id) end
  return DNSAction.None, ""
end
addAction(AllRule(), LuaAction(introduce))
`,
    );
    const front = spawn(DNSDIST, ['--supervised', '-C', path.join(dir, 'dnsdist.conf')], { stdio: 'ignore' });
    try {
      await until('dnsdist', async () => (await look(plain, `open.${ZONE}`))?.answers.length === 1);
      const before = (await role.status()).counters.blocked ?? 0;
      expect(await dig(plain, '+notcp', `denied.${ZONE}`)).toMatch(OPEN);
      expect(await dig(https, `+https=/dns-query/${device}`, `denied.${ZONE}`)).toMatch(FAMILY);
      expect(await dig(https, '+https', `denied.${ZONE}`)).toMatch(OPEN);
      expect(await dig(https, '+https', `listed.${ZONE}`)).toMatch(NATIONAL);
      expect((await role.status()).counters.blocked).toBe(before + 2);
    } finally {
      const exited = new Promise((resolve) => front.once('exit', resolve));
      front.kill('SIGKILL');
      await exited;
    }
  });

  it.runIf(always || existsSync(CHROMIUM))('is a browser’s secure DNS', async () => {
    const profile = path.join(dir, 'profile');
    mkdirSync(profile);
    const templates = `https://dns.localhost:${doh}/dns-query/${device}`;
    writeFileSync(path.join(profile, 'Local State'), JSON.stringify({ dns_over_https: { mode: 'secure', templates } }));
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--ignore-certificate-errors'],
    });
    try {
      const open = async (name: string) => {
        const page = await browser.newPage();
        return page
          .goto(`http://${name}:${web}/`)
          .then(() => page.textContent('h1'))
          .catch((error) => /net::(ERR_\w+)/.exec(String(error))?.[1]);
      };
      expect(await open(`open.${ZONE}`)).toBe('Here');
      expect(await open(`www.listed.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
      expect(await open(`denied.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
    } finally {
      await browser.close();
    }
  });
});
