import { type Generated, lines, type ResolverSettings } from './settings.ts';

const hostPort = ({ address, port }: { address: string; port: number }) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** dnsdist 1.7 and later in front of resolvers that carry the list. */
export function dnsdist({ resolvers = [], zones, probe }: ResolverSettings): Generated {
  const check = probe ? `, checkName="${probe}.", checkType="A", mustResolve=true` : '';
  const text = lines(
    ...resolvers.map(
      (r, i) => `newServer({address="${hostPort(r)}", name="resolver${i + 1}", pool="national-list"${check}})`,
    ),
    // A second is enough to spare the resolvers what everybody asks, and all that a new block waits for.
    'getPool("national-list"):setCache(newPacketCache(100000, {maxTTL=1, maxNegativeTTL=1, staleTTL=0}))',
    // The list itself is not for those who ask names.
    ...zones.map((zone) => `addAction("${zone}.", RCodeAction(DNSRCode.REFUSED))`),
    'addAction(AllRule(), PoolAction("national-list"))',
  );
  return { files: [{ name: 'e-salama-dnsdist.conf', text }], notes: ['front-needs-resolver', 'front-cache'] };
}

/** RouterOS 7: a router that asks our partner's resolvers, and keeps answers for a short time. */
export function mikrotik({ resolvers = [] }: ResolverSettings): Generated {
  const servers = resolvers.map((r) => r.address).join(',');
  const text = lines(
    `/ip dns set servers=${servers} allow-remote-requests=yes cache-max-ttl=1m use-doh-server=""`,
    // Providers' own resolvers, handed out by DHCP, would go round the list.
    '/ip dhcp-client set [find] use-peer-dns=no',
    '/ip firewall nat add chain=dstnat in-interface-list=LAN protocol=udp dst-port=53 action=redirect to-ports=53 comment=e-salama',
    '/ip firewall nat add chain=dstnat in-interface-list=LAN protocol=tcp dst-port=53 action=redirect to-ports=53 comment=e-salama',
    '/ip firewall filter add chain=input in-interface-list=!LAN protocol=udp dst-port=53 action=drop comment=e-salama',
    '/ip firewall filter add chain=input in-interface-list=!LAN protocol=tcp dst-port=53 action=drop comment=e-salama',
  );
  return {
    files: [{ name: 'e-salama.rsc', text }],
    notes: ['front-needs-resolver', 'front-cache', 'mikrotik-not-a-secondary'],
  };
}
