import { type Generated, lines, type ResolverSettings } from './settings.ts';

/** BIND 9.16 and later; TLS from 9.18. */
export function bind({ primary, zones, key, dir }: ResolverSettings): Generated {
  const options = lines(
    '# Include inside "options { }". The first zone that has a rule for a name decides.',
    'response-policy {',
    ...zones.map((zone) => `  zone "${zone}" policy given min-update-interval 0;`),
    '} qname-wait-recurse no break-dnssec yes min-update-interval 0;',
  );
  const from = primary.tls
    ? `${primary.address} port ${primary.tls.port}${key ? ` key "${key.name}"` : ''} tls "e-salama"`
    : `${primary.address} port ${primary.port}${key ? ` key "${key.name}"` : ''}`;
  const main = lines(
    key && `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`,
    primary.tls && 'tls "e-salama" {',
    primary.tls && `  ca-file "${primary.tls.caFile}";`,
    primary.tls && `  remote-hostname "${primary.tls.name}";`,
    primary.tls && '  protocols { TLSv1.3; };',
    primary.tls && '};',
    ...zones.flatMap((zone) => [
      `zone "${zone}" {`,
      '  type secondary;',
      `  primaries { ${from}; };`,
      `  allow-notify { ${key ? `key "${key.name}"; ` : ''}${primary.address}; };`,
      // Nobody reads the list by asking for it.
      '  allow-query { localhost; };',
      '  allow-transfer { none; };',
      '  notify no;',
      // Kept on disk: after a restart the last good list is there before we are asked.
      `  file "${dir}/${zone}.db";`,
      '  masterfile-format raw;',
      '};',
    ]),
  );
  return {
    files: [
      { name: 'e-salama-options.conf', text: options },
      { name: 'e-salama.conf', text: main },
    ],
    notes: ['include-both', 'bind-interval', 'bind-ready', ...(key ? (['secret-in-file'] as const) : [])],
  };
}
