import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFeed } from '../../src/modules/blocking/index.ts';
import { resolverFolder, startDnsRole } from '../../src/modules/safe-access/index.ts';
import { openFamilies, type TestFamilies } from '../../src/modules/safe-access/testing/families.ts';
import { CHROMIUM } from '../../src/platform/testkit/pages.ts';
import { headingAt, openChromiumWithDoh } from '../support/chromium-doh.ts';
import { dnsServersInstalled, freePort, look, run, until } from '../support/dns-servers.ts';
import { LocalUnbound, startSite } from '../support/upstream.ts';

const ZONE = 'role-test.example';
const DNSDIST = '/usr/bin/dnsdist';
const always = process.env.CI === 'true';

/** The whole role with the settings it has when nobody sets any, on a real database: what each kind of client is answered. */
describe.runIf(dnsServersInstalled)('the role dns as it comes', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-dns-role-'));
  let unbound: LocalUnbound;
  let site: Awaited<ReturnType<typeof startSite>>;
  let f: TestFamilies;
  let role: Awaited<ReturnType<typeof startDnsRole>>;
  let device: string;
  let port: number;
  let dot: number;
  let doh: number;

  beforeAll(async () => {
    const names = [`local-zone: "${ZONE}." redirect`, `local-data: "${ZONE}. 300 IN A 127.0.0.1"`];
    unbound = await LocalUnbound.start(dir, names, `open.${ZONE}`);
    site = await startSite();

    const [free, freeDot, freeDoh] = [await freePort(), await freePort(), await freePort()];
    f = await openFamilies({
      start: new Date(),
      env: {
        DNS_PORT: String(free),
        DOT_PORT: String(freeDot),
        DOH_PORT: String(freeDoh),
        DNS_UPSTREAMS: `127.0.0.1@${unbound.port}`,
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
    await unbound?.kill();
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
    const browser = await openChromiumWithDoh(dir, `https://dns.localhost:${doh}/dns-query/${device}`);
    try {
      const open = (name: string) => headingAt(browser, `http://${name}:${site.port}/`);
      expect(await open(`open.${ZONE}`)).toBe('Here');
      expect(await open(`www.listed.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
      expect(await open(`denied.${ZONE}`)).toBe('ERR_NAME_NOT_RESOLVED');
    } finally {
      await browser.close();
    }
  });
});
