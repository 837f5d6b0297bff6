import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ADDRESS } from './data.ts';

/** Other servers, as the collected measurements ran them: one thread, the same zone from a file, Do53 and DoH. */

export interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  readonly port: number;
  readonly doh?: number;
}

export const PEERS = ['unbound', 'bind', 'dnsdist'] as const;
export type PeerName = (typeof PEERS)[number];

/** Writes the configuration into a folder of its own below `dir`. */
export function peer(name: PeerName, dir: string): Peer {
  const own = path.join(dir, name);
  mkdirSync(own, { recursive: true });
  const write = (file: string, text: string) => {
    writeFileSync(path.join(own, file), text);
    return path.join(own, file);
  };
  if (name === 'unbound') {
    const file = write('unbound.conf', unbound(dir, own));
    return { name, command: ['unbound', '-d', '-c', file], port: 5301, doh: 5341 };
  }
  if (name === 'bind') {
    const file = write('named.conf', bind(dir, own));
    return { name, command: ['named', '-g', '-n', '1', '-U', '1', '-c', file], port: 5302, doh: 5342 };
  }
  const file = write('dnsdist.conf', dnsdist(dir));
  return { name, command: ['dnsdist', '--supervised', '-C', file], port: 5306, doh: 5346 };
}

const unbound = (dir: string, own: string) => `server:
  directory: "${own}"
  chroot: ""
  username: ""
  pidfile: "${own}/unbound.pid"
  use-syslog: no
  logfile: "${own}/log"
  verbosity: 1
  interface: 127.0.0.1@5301
  interface: 127.0.0.1@5341
  https-port: 5341
  tls-service-key: "${dir}/key.pem"
  tls-service-pem: "${dir}/cert.pem"
  num-threads: 1
  so-reuseport: yes
  module-config: "respip iterator"
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  msg-cache-size: 16m
  rrset-cache-size: 16m
  outgoing-range: 512
  num-queries-per-thread: 2048
  incoming-num-tcp: 1000
  http-max-streams: 200
  ede: yes
  include: "${dir}/unbound.ok.conf"
remote-control:
  control-enable: no
rpz:
  name: rpz.esalama.test
  zonefile: "${dir}/rpz.zone"
`;

const bind = (dir: string, own: string) => `options {
  directory "${own}"; pid-file "${own}/named.pid"; session-keyfile "${own}/session.key";
  listen-on port 5302 { 127.0.0.1; }; listen-on-v6 { none; };
  listen-on port 5342 tls local http default { 127.0.0.1; };
  recursion yes; allow-query { 127.0.0.0/8; }; allow-recursion { 127.0.0.0/8; };
  dnssec-validation no; empty-zones-enable no; max-cache-size 64m; minimal-responses yes;
  response-policy { zone "rpz.esalama.test" policy given; } qname-wait-recurse no break-dnssec yes;
};
tls local { key-file "${dir}/key.pem"; cert-file "${dir}/cert.pem"; };
controls { };
logging { channel f { file "${own}/log"; severity info; print-time yes; }; category default { f; }; category rpz { null; }; category queries { null; }; };
zone "." { type hint; file "/dev/null"; };
zone "ok.esalama" { type primary; file "${dir}/ok.zone"; };
zone "rpz.esalama.test" { type primary; file "${dir}/rpz.zone"; masterfile-format text; };
`;

const dnsdist = (dir: string) => `setLocal("127.0.0.1:5306", {reusePort=true})
addDOHLocal("127.0.0.1:5346", "${dir}/cert.pem", "${dir}/key.pem", "/dns-query", {reusePort=true})
setACL({"127.0.0.0/8"})
setSecurityPollSuffix("")
smn=newSuffixMatchNode()
for l in io.lines("${dir}/domains.txt") do smn:add(newDNSName(l)) end
addAction(SuffixMatchNodeRule(smn), RCodeAction(DNSRCode.NXDOMAIN))
addAction(AllRule(), SpoofAction("${ADDRESS}"))
`;
