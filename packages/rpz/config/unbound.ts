import { relay } from './knot.ts';
import { type Generated, lines, type ResolverSettings } from './settings.ts';

function main(
  primary: { address: string; port: number },
  zones: readonly string[],
  copyOf: (zone: string) => string,
): string {
  return lines(
    'server:',
    '  module-config: "respip validator iterator"',
    ...zones.flatMap((zone) => [
      'rpz:',
      `  name: ${zone}`,
      `  primary: ${primary.address}@${primary.port}`,
      `  allow-notify: ${primary.address}`,
      '  for-downstream: no',
      `  zonefile: "${copyOf(zone)}"`,
    ]),
  );
}

/** Unbound 1.14 and later, which has no TSIG: by its address. */
export function unbound({ primary, zones, dir }: ResolverSettings): Generated {
  return {
    files: [{ name: 'e-salama.conf', text: main(primary, zones, (zone) => `${dir}/${zone}.zone`) }],
    notes: ['unbound-no-tsig', 'unbound-transfer-address', 'unbound-module'],
  };
}

/** Port of the relay on loopback; the one that resolvers do not use themselves. */
const RELAY = { address: '127.0.0.1', port: 5453 };

/** Unbound with Knot DNS beside it, which speaks TSIG (and TLS where new enough) for it. */
export function unboundBehindKnot(settings: ResolverSettings): Generated {
  const { dir, resolverDir = dir } = settings;
  // A name of its own: what Knot writes is Knot's, and each must find its own last good list after a restart.
  const text = main(RELAY, settings.zones, (zone) => `${resolverDir}/${zone}.rpz`);
  const server = 'server:\n';
  return {
    files: [
      { name: 'knot.conf', text: relay(settings, { listen: RELAY, resolverAt: { address: '127.0.0.1', port: 53 } }) },
      {
        name: 'e-salama.conf',
        text: text.replace(server, `${server}  do-not-query-localhost: no\n`),
      },
    ],
    notes: ['relay-loopback', 'unbound-module', ...(settings.key ? (['secret-in-file'] as const) : [])],
  };
}
