import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DnsTableBuilder, nameFromText, writeSnapshot } from '../../packages/dns-table/index.ts';

/** Made-up names, the same in every run, in all the forms that the servers want. */

export const LOCAL = 10_000;
export const ADDRESS = '10.9.0.1';
const TLDS = ['com', 'net', 'org', 'ma', 'info', 'xyz', 'co.uk', 'online'];

/** A number that looks like chance and is the same in every run. */
function mixed(i: number): number {
  let t = Math.imul(i ^ (i >>> 16) ^ 0x9e3779b9, 0x21f0aaad);
  t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
  return (t ^ (t >>> 15)) >>> 0;
}

export function domain(number: number): string {
  const chance = mixed(number);
  let name = 'l';
  for (let n = 0, rest = number; n < 6; n++, rest = Math.floor(rest / 26))
    name += String.fromCharCode(97 + (rest % 26));
  for (let n = chance & 7; n > 0; n--) name += String.fromCharCode(97 + ((chance >>> (3 * n)) & 15));
  return `${name}.${TLDS[chance >>> 29]}`;
}

/** Half of the questions are blocked (half of those with `www.` in front), half are local names. */
function question(i: number, rules: number): string {
  const chance = mixed(i + 77_000_000);
  if (i & 1) return `h${1 + (chance % LOCAL)}.ok.esalama`;
  const name = domain(chance % rules);
  return i & 2 ? `www.${name}` : name;
}

const lines = (count: number, line: (i: number) => string): string => {
  const parts: string[] = [];
  for (let i = 0; i < count; i++) parts.push(line(i));
  return `${parts.join('\n')}\n`;
};

const soa = (zone: string) =>
  `$ORIGIN ${zone}.\n$TTL 60\n@ SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 864000 60\n@ NS ns.${zone}.\nns A 127.0.0.1\n`;

/** Base64url of the question's packet, number 0 as RFC 8484 wants it, with OPT. */
const packed = (name: string): string =>
  Buffer.concat([
    Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]),
    nameFromText(name),
    Buffer.from([0, 1, 0, 1, 0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]),
  ]).toString('base64url');

/** Writes all of it to `dir`, unless it is there already. `uris` are for these ports. */
export function prepare(dir: string, rules: number, ports: readonly number[]): void {
  const file = (name: string) => path.join(dir, name);
  mkdirSync(dir, { recursive: true });
  const uris = lines(20_000, (i) => packed(question(i, rules)));
  for (const port of ports) {
    const text = uris.replace(/^(?=.)/gm, `https://127.0.0.1:${port}/dns-query?dns=`);
    writeFileSync(file(`uris.${port}`), text);
  }
  if (existsSync(file('done'))) return;
  writeFileSync(
    file('domains.txt'),
    lines(rules, (i) => domain(i)),
  );
  const zone = lines(rules, (i) => `${domain(i)} CNAME .\n*.${domain(i)} CNAME .`);
  writeFileSync(file('rpz.zone'), `${soa('rpz.esalama.test')}${zone}`);
  writeFileSync(file('ok.zone'), soa('ok.esalama') + lines(LOCAL, (i) => `h${i + 1} 3600 A ${ADDRESS}`));
  const data = lines(LOCAL, (i) => `local-data: "h${i + 1}.ok.esalama. 3600 IN A ${ADDRESS}"`);
  writeFileSync(file('unbound.ok.conf'), `local-zone: "ok.esalama." static\n${data}`);
  writeFileSync(
    file('queries.txt'),
    lines(400_000, (i) => `${question(i, rules)} A`),
  );
  // Every local name once, so that who fetches has fetched; then what makes all code warm.
  const warm = lines(LOCAL, (i) => `h${i + 1}.ok.esalama A`);
  writeFileSync(file('warm.txt'), warm + lines(50_000, (i) => `${question(i + 500_000, rules)} A`));
  const builder = new DnsTableBuilder(rules);
  // Category 2 of the national list: by order of a court.
  for (let i = 0; i < rules; i++) builder.add(domain(i), { action: 'block', scope: 'subtree', category: 2 });
  writeSnapshot(file('national.table'), builder.build({ serial: 1 }));
  const few = new DnsTableBuilder(10_000);
  for (let i = 0; i < 10_000; i++) {
    few.add(`c${domain(i)}`, { action: 'block', scope: 'subtree', category: 1 + (i % 25) });
  }
  writeSnapshot(file('categories.table'), few.build({ serial: 1 }));
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...names, '-keyout', file('key.pem'), '-out', file('cert.pem')], {
    stdio: 'ignore',
  });
  writeFileSync(file('done'), '');
}
