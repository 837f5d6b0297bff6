import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

export interface Authority {
  url: string;
  /** Certificate to verify with. */
  pem: string;
  /** Down: answers 503. */
  down: boolean;
  asked: number;
  stop(): Promise<void>;
}

/** A real time-stamping authority on loopback: HTTP around `openssl ts -reply`. */
export async function startAuthority(): Promise<Authority> {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-tsa-'));
  const at = (name: string) => path.join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k.pem', '-out', 'c.pem', '-days', '30'],
    ...['-subj', '/CN=Test time-stamping authority', '-addext', 'extendedKeyUsage=critical,timeStamping'],
  );
  writeFileSync(at('serial'), '01\n');
  writeFileSync(
    at('ts.cnf'),
    `[tsa]
default_tsa=t
[t]
serial=${at('serial')}
crypto_device=builtin
signer_cert=${at('c.pem')}
signer_key=${at('k.pem')}
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha512
accuracy=secs:1
ordering=no
tsa_name=no
ess_cert_id_chain=no
ess_cert_id_alg=sha256
`,
  );
  const authority: Authority = {
    url: '',
    pem: readFileSync(at('c.pem'), 'utf8'),
    down: false,
    asked: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        rmSync(dir, { recursive: true });
      }),
  };
  const server = createServer(async (req, res) => {
    authority.asked++;
    if (authority.down) return void res.writeHead(503).end();
    writeFileSync(at('q.tsq'), await buffer(req));
    openssl('ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'q.tsq', '-out', 'r.tsr');
    res.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(readFileSync(at('r.tsr')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  authority.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return authority;
}
