import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameFromText, type Policy, ProxyServer, type Question, type Verdict } from '../../packages/dns-proxy/index.ts';
import { dnsServersInstalled, freePort, look, run, until } from '../support/dns-servers.ts';
import { LocalUnbound } from '../support/upstream.ts';

const VERDICTS: Record<string, Verdict> = {
  blocked: {
    kind: 'block',
    answer: 'nxdomain',
    ede: 17,
    text: 'family',
    structured: { c: ['https://dns.example/why'], j: 'Closed by the family.', o: 'e-Salama' },
    ttl: 5,
  },
  page: { kind: 'block', answer: { a: '192.0.2.80' }, ede: 16, ttl: 5 },
  search: { kind: 'rewrite', target: nameFromText('safe.open.test-zone.example'), ede: 4, ttl: 60 },
};
const OPEN: Verdict = { kind: 'forward', follow: true, withoutEch: true };

/** Decides by the first label. */
const policy: Policy = {
  decide: ({ packet, name, client }: Question) => {
    last = `${client.transport} ${client.address} ${client.id}`;
    return (
      VERDICTS[
        Buffer.from(packet.subarray(name + 1, name + 1 + (packet[name] as number)))
          .toString('latin1')
          .toLowerCase()
      ] ?? OPEN
    );
  },
};

/** Who asked last, as the policy was told. */
let last = '';
const ZONE = 'open.test-zone.example';
const MANY = Array.from({ length: 80 }, (_, i) => `local-data: "many.${ZONE}. 300 IN A 192.0.2.${i + 1}"`);

/** A real resolver behind our proxy, and the tools of two other projects before it. */
describe.runIf(dnsServersInstalled)('the proxy before Debian’s Unbound', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-dns-proxy-'));
  let unbound: LocalUnbound;
  let upstream: number;
  let server: ProxyServer;
  let port: number;
  let dot: number;
  let doh: number;

  beforeAll(async () => {
    unbound = await LocalUnbound.start(
      dir,
      [
        'num-threads: 1',
        'max-udp-size: 1232',
        `local-zone: "${ZONE}." static`,
        `local-data: "${ZONE}. 300 IN SOA ns.${ZONE}. hostmaster.${ZONE}. 1 3600 600 86400 20"`,
        `local-data: "www.${ZONE}. 300 IN A 192.0.2.1"`,
        `local-data: "www.${ZONE}. 300 IN AAAA 2001:db8::1"`,
        `local-data: "short.${ZONE}. 1 IN A 192.0.2.2"`,
        `local-data: "safe.${ZONE}. 300 IN A 192.0.2.99"`,
        `local-data: "svc.${ZONE}. 300 IN HTTPS 1 . alpn=h2 ech=AAAA ipv4hint=192.0.2.1"`,
        `local-data: "text.${ZONE}. 300 IN TXT hello"`,
        ...MANY,
      ],
      `www.${ZONE}`,
    );
    upstream = unbound.port;
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=dns.example', '-addext', 'subjectAltName=DNS:dns.example,DNS:*.dns.example'];
    const pem = (kind: string) => path.join(dir, `${kind}.pem`);
    execFileSync('openssl', [...request, ...names, '-keyout', pem('key'), '-out', pem('cert')], { stdio: 'ignore' });
    port = await freePort();
    const at = (n: number) => [{ address: '127.0.0.1', port: n }];
    server = await ProxyServer.start({
      policy,
      upstreams: [{ host: '127.0.0.1', port: upstream }],
      upstreamLimits: { totalMs: 1000 },
      resolverLimits: { staleAfterMs: 300 },
      proxies: ['127.0.0.1'],
      listen: { udp: at(port), tcp: at(port), dot: at(0), doh: at(0) },
      tls: { key: readFileSync(pem('key'), 'utf8'), cert: readFileSync(pem('cert'), 'utf8') },
      discovery: {
        name: 'dns.example',
        doh: { port: 443 },
        dot: { port: 853 },
        ipv4: ['192.0.2.53'],
        infoUrl: 'https://dns.example/',
      },
    });
    dot = server.ports.dot[0] as number;
    doh = server.ports.doh[0] as number;
  });
  afterAll(async () => {
    await server?.close();
    await unbound?.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  const dig = async (...args: string[]) =>
    (await run('dig', '@127.0.0.1', '-p', String(port), '+tries=1', '+time=3', ...args)).output;
  const digAt = async (at: number, ...args: string[]) =>
    (await run('dig', '@127.0.0.1', '-p', String(at), '+tries=1', '+time=3', ...args)).output;
  const kdig = async (at: number, ...args: string[]) =>
    (await run('kdig', '@127.0.0.1', '-p', String(at), '+retry=0', '+time=3', ...args)).output;

  it('hands on what is allowed, over every door', async () => {
    // These two verify the certificate, with the name of the device.
    const ca = `+tls-ca=${path.join(dir, 'cert.pem')}`;
    const ways: [string, Promise<string>][] = [
      ['dig UDP', dig(`www.${ZONE}`)],
      ['dig TCP', dig('+tcp', `www.${ZONE}`)],
      ['dig TLS', digAt(dot, '+tls', `www.${ZONE}`)],
      ['dig HTTPS', digAt(doh, '+https', `www.${ZONE}`)],
      ['dig HTTPS GET', digAt(doh, '+https-get', `www.${ZONE}`)],
      ['dig HTTPS of a device', digAt(doh, '+https=/dns-query/abc234', `www.${ZONE}`)],
      ['kdig UDP', kdig(port, `www.${ZONE}`)],
      ['kdig TCP', kdig(port, '+tcp', `www.${ZONE}`)],
      ['kdig TLS', kdig(dot, '+tls', ca, '+tls-hostname=abc234.dns.example', `www.${ZONE}`)],
      ['kdig HTTPS', kdig(doh, '+https', ca, '+tls-hostname=dns.example', `www.${ZONE}`)],
    ];
    for (const [what, output] of ways) {
      expect(await output, what).toMatch(/status: NOERROR/);
      expect(await output, what).toMatch(/IN\s+A\s+192\.0\.2\.1/);
      expect(await output, what).not.toMatch(/WARNING|mismatch|\berror\b/i);
    }
    expect(server.stats.doh).toBeGreaterThanOrEqual(4);
    expect(server.stats.dot).toBeGreaterThanOrEqual(2);
  });

  it('blocks with a reason that both tools can read', async () => {
    expect(await dig(`blocked.${ZONE}`)).toMatch(/status: NXDOMAIN[\s\S]*EDE: 17 \(Filtered\): \(family\)[\s\S]*SOA/);
    expect(await kdig(port, '+edns', `blocked.${ZONE}`)).toMatch(/status: NXDOMAIN[\s\S]*EDE: 17 \(Filtered\)/);
    expect(await dig(`page.${ZONE}`)).toMatch(/EDE: 16 \(Censored\)[\s\S]*IN\s+A\s+192\.0\.2\.80/);
    expect(await dig('HTTPS', `page.${ZONE}`)).toMatch(/status: NOERROR[\s\S]*ANSWER: 0/);
    expect(await dig('+noedns', `blocked.${ZONE}`)).not.toMatch(/OPT|EDE/);
  });

  it('tells machines more over encrypted doors only', async () => {
    const signal = '+ednsopt=15:0000';
    expect(await digAt(dot, '+tls', signal, `blocked.${ZONE}`)).toMatch(
      /EDE: 17 \(Filtered\): \(\{.*https:\/\/dns\.example\/why.*\}\)/,
    );
    expect(await digAt(doh, '+https', signal, `blocked.${ZONE}`)).toMatch(/Closed by the family/);
    expect(await dig(signal, `blocked.${ZONE}`)).not.toMatch(/Closed by the family/);
    expect(await dig('+tcp', signal, `blocked.${ZONE}`)).not.toMatch(/Closed by the family/);
    expect(await kdig(dot, '+tls', `www.${ZONE}`)).toMatch(/PADDING|Received 468 B/);
  });

  it('rewrites, takes ech away, and says what there is not', async () => {
    expect(await dig(`search.${ZONE}`)).toMatch(/EDE: 4 [\s\S]*CNAME\s+safe\.open[\s\S]*IN\s+A\s+192\.0\.2\.99/);
    expect(await dig('AAAA', `search.${ZONE}`)).toMatch(/CNAME\s+safe/);
    const direct = await digAt(upstream, 'HTTPS', `svc.${ZONE}`);
    expect(direct).toMatch(/ech=/);
    const through = await dig('HTTPS', `svc.${ZONE}`);
    expect(through).toMatch(/alpn="h2".*ipv4hint=192\.0\.2\.1/);
    expect(through).not.toMatch(/ech=/);
    expect(await dig(`none.${ZONE}`)).toMatch(/status: NXDOMAIN[\s\S]*SOA/);
    expect(await dig('MX', `www.${ZONE}`)).toMatch(/status: NOERROR[\s\S]*ANSWER: 0[\s\S]*SOA/);
  });

  it('is cut over UDP, whole over TCP, whatever size is asked for', async () => {
    expect(await dig('+ignore', '+bufsize=4096', `many.${ZONE}`)).toMatch(/flags: qr tc rd ra/);
    expect(await dig('+ignore', '+bufsize=512', `many.${ZONE}`)).toMatch(/flags: qr tc rd ra/);
    const whole = await dig('+bufsize=4096', `many.${ZONE}`);
    expect(whole).toMatch(/Truncated, retrying in TCP mode/);
    expect(whole.match(/IN\s+A\s+192\.0\.2\./g)).toHaveLength(80);
  });

  it('keeps to the rules of EDNS and cookies', async () => {
    expect(await dig('+edns=1', '+noednsnegotiation', `www.${ZONE}`)).toMatch(/status: BADVERS/);
    expect(await dig('+edns=1', `www.${ZONE}`)).toMatch(/status: NOERROR/);
    expect(await dig('+ednsopt=65001:01020304', `www.${ZONE}`)).toMatch(/status: NOERROR/);
    expect(await dig('+dnssec', `www.${ZONE}`)).toMatch(/flags: do; udp: 1232/);
    expect(await dig('+cookie', `www.${ZONE}`)).toMatch(/COOKIE: [0-9a-f]{48} \(good\)/);
    expect(await dig('+cookie=0102030405060708', '+qr', `www.${ZONE}`)).toMatch(
      /COOKIE: 0102030405060708[0-9a-f]{32} \(good\)/,
    );
    expect(await kdig(port, '+cookie', `www.${ZONE}`)).toMatch(/COOKIE/);
    expect(await dig('+opcode=notify', `www.${ZONE}`)).toMatch(/status: NOTIMP/);
    expect(await dig('CH', 'TXT', 'version.bind')).toMatch(/status: REFUSED/);
    expect(await dig('AXFR', ZONE)).toMatch(/Transfer failed|REFUSED/);
    expect(await dig('ANY', '+notcp', `www.${ZONE}`)).toMatch(/HINFO\s+"RFC8482"/);
    expect(await dig('+norecurse', `www.${ZONE}`)).toMatch(/status: REFUSED/);
    expect(await dig('+header-only')).toMatch(/status: FORMERR/);
    expect(await kdig(port, '+tcp', '+keepopen', `www.${ZONE}`, `text.${ZONE}`, 'TXT')).toMatch(/hello/);
  });

  it('says where its encrypted doors are, and what it does', async () => {
    const svcb = await dig('_dns.resolver.arpa', 'SVCB');
    expect(svcb).toMatch(
      /SVCB\s+1 dns\.example\. alpn="h2" port=443 ipv4hint=192\.0\.2\.53 (key7|dohpath)="?\/dns-query\{\?dns\}/,
    );
    expect(svcb).toMatch(/SVCB\s+2 dns\.example\. alpn="dot" port=853/);
    const info = await dig('resolver.arpa', 'TYPE261', '+unknownformat');
    expect(info).toMatch(/TYPE261\s+\\# \d+/);
  });

  it.runIf(process.env.CI === 'true' || existsSync('/usr/bin/dnsdist'))(
    'stands behind dnsdist and knows who asks',
    async () => {
      const [plain, tlsPort, https] = [await freePort(), await freePort(), await freePort()];
      const pem = `"${dir}/cert.pem", "${dir}/key.pem"`;
      writeFileSync(
        path.join(dir, 'dnsdist.conf'),
        `setLocal("127.0.0.1:${plain}")
addTLSLocal("127.0.0.1:${tlsPort}", ${pem})
addDOHLocal("127.0.0.1:${https}", ${pem}, {"/dns-query"}, {exactPathMatching=false})
setACL({"127.0.0.0/8"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${port}", useProxyProtocol=true, checkName="www.${ZONE}."})
ways = { ["Do53 UDP"]="udp", ["Do53 TCP"]="tcp", ["DNS over TLS"]="dot", ["DNS over HTTPS"]="doh" }
function introduce(dq)
  local way = ways[dq:getProtocol()]
  if way then dq:addProxyProtocolValue(0xE1, way) end
  local id
  if way == "doh" then id = string.match(dq:getHTTPPath(), "^/dns%-query/([%w-]+)$") end
  if id == nil and (way == "doh" or way == "dot") then
    id = string.match(dq:getServerNameIndication(), "^([%w-]+)%.dns%.example$")
  end
  if id then dq:addProxyProtocolValue(0xE0, id) end
  return DNSAction.None, ""
end
addAction(AllRule(), LuaAction(introduce))
`,
      );
      const front = spawn('/usr/bin/dnsdist', ['--supervised', '-C', path.join(dir, 'dnsdist.conf')], {
        stdio: 'ignore',
      });
      try {
        await until('dnsdist', async () => (await look(plain, `www.${ZONE}`))?.answers.length === 1);
        const asked = async (output: Promise<string>) => {
          expect(await output).toMatch(/status: NXDOMAIN/);
          return `${last} ${/Closed by the family/.test(await output) ? 'told' : ''}`.trim();
        };
        const signal = '+ednsopt=15:0000';
        const name = `blocked.${ZONE}`;
        expect(await asked(digAt(plain, signal, name))).toBe('udp 127.0.0.1 undefined');
        expect(await asked(digAt(plain, '+tcp', signal, name))).toBe('tcp 127.0.0.1 undefined');
        expect(await asked(digAt(tlsPort, '+tls', signal, name))).toBe('dot 127.0.0.1 undefined told');
        expect(await asked(digAt(https, '+https', signal, name))).toBe('doh 127.0.0.1 undefined told');
        expect(await asked(digAt(https, '+https=/dns-query/abc234', signal, name))).toBe('doh 127.0.0.1 abc234 told');
        const ca = `+tls-ca=${path.join(dir, 'cert.pem')}`;
        expect(await asked(kdig(tlsPort, '+tls', ca, '+tls-hostname=xyz567.dns.example', name))).toBe(
          'dot 127.0.0.1 xyz567',
        );
        const many = await digAt(https, '+https', `many.${ZONE}`);
        expect(many.match(/IN\s+A\s+192\.0\.2\./g)).toHaveLength(80);
      } finally {
        const exited = new Promise((resolve) => front.once('exit', resolve));
        front.kill('SIGKILL');
        await exited;
      }
    },
  );

  it('gives something old while the resolver is away, and new when it is back', async () => {
    expect(await dig(`short.${ZONE}`)).toMatch(/192\.0\.2\.2/);
    await unbound.kill();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const old = await dig(`short.${ZONE}`);
    expect(old).toMatch(/EDE: 3 \(Stale Answer\)[\s\S]*\s30\s+IN\s+A\s+192\.0\.2\.2/);
    expect(await dig(`other.${ZONE}`)).toMatch(/status: SERVFAIL[\s\S]*EDE: 22/);
    expect(await dig(`blocked.${ZONE}`)).toMatch(/status: NXDOMAIN/);
    await unbound.start();
    await until('the resolver again', async () => /status: NXDOMAIN/.test(await dig(`another${Date.now()}.${ZONE}`)));
    expect(server.stats).toMatchObject({ failures: 0, policyFailures: 0 });
  });
});
