import { type Generated, lines, type ResolverSettings } from './settings.ts';

const hostPort = ({ address, port }: { address: string; port: number }) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** PowerDNS Recursor 4.8 to 5.0, settings in two files. */
export function recursor({ primary, zones, key, dir }: ResolverSettings): Generated {
  const rule = (zone: string) => {
    const options = [
      'refresh=1',
      key && `tsigname="${key.name}"`,
      key && `tsigalgo="${key.algorithm}"`,
      key && `tsigsecret="${key.secret}"`,
      `policyName="${zone}"`,
      // EDE 16, "Censored": what the law of the country asks for (RFC 8914).
      'extendedErrorCode=16',
      // The list of before is there at once after a restart, whether or not we can be reached.
      `seedFile="${dir}/${zone}.rpz"`,
      `dumpFile="${dir}/${zone}.rpz"`,
    ];
    return `rpzPrimary("${hostPort(primary)}", "${zone}", { ${options.filter(Boolean).join(', ')} })`;
  };
  return {
    files: [
      { name: 'e-salama.lua', text: lines(...zones.map(rule)) },
      { name: 'e-salama.conf', text: lines(`lua-config-file=${dir}/e-salama.lua`, 'disable-packetcache=yes') },
    ],
    notes: ['recursor-polls', 'recursor-packet-cache', ...(key ? (['secret-in-file'] as const) : [])],
  };
}

/** PowerDNS Recursor from 5.1 on, in YAML; listens to NOTIFY. */
export function recursor51({ primary, zones, key, dir }: ResolverSettings): Generated {
  const text = lines(
    'incoming:',
    `  allow_notify_from: ['${primary.address}']`,
    `  allow_notify_for: [${zones.map((z) => `'${z}'`).join(', ')}]`,
    'packetcache:',
    '  disable: true',
    'recursor:',
    '  rpzs:',
    ...zones.flatMap((zone) => [
      `    - name: '${zone}'`,
      `      addresses: ['${hostPort(primary)}']`,
      // Should a NOTIFY be lost.
      '      refresh: 30',
      `      policyName: '${zone}'`,
      '      extendedErrorCode: 16',
      `      seedFile: '${dir}/${zone}.rpz'`,
      `      dumpFile: '${dir}/${zone}.rpz'`,
      key && '      tsig:',
      key && `        name: '${key.name}'`,
      key && `        algo: '${key.algorithm}'`,
      key && `        secret: '${key.secret}'`,
    ]),
  );
  return {
    files: [{ name: 'e-salama.yml', text }],
    notes: ['recursor-untried', 'recursor-packet-cache', ...(key ? (['secret-in-file'] as const) : [])],
  };
}
