import { relay } from './knot.ts';
import { type Generated, lines, type ResolverSettings } from './settings.ts';

function main(primary: { address: string; port: number }, zones: readonly string[], dir: string): string {
  return lines(
    'server:',
    '  module-config: "respip validator iterator"',
    ...zones.flatMap((zone) => [
      'rpz:',
      `  name: ${zone}`,
      `  primary: ${primary.address}@${primary.port}`,
      `  allow-notify: ${primary.address}`,
      '  for-downstream: no',
      `  zonefile: "${dir}/${zone}.zone"`,
    ]),
  );
}

/** Unbound 1.14 and later, which has no TSIG: by its address. */
export function unbound({ primary, zones, dir }: ResolverSettings): Generated {
  return {
    files: [{ name: 'e-salama.conf', text: main(primary, zones, dir) }],
    notes: ['unbound-no-tsig', 'unbound-transfer-address', 'unbound-module'],
  };
}

/** Port of the relay on loopback; the one that resolvers do not use themselves. */
const RELAY = { address: '127.0.0.1', port: 5453 };

/** Unbound with Knot DNS beside it, which speaks TSIG (and TLS where new enough) for it. */
export function unboundBehindKnot(settings: ResolverSettings): Generated {
  const text = main(RELAY, settings.zones, settings.dir);
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
