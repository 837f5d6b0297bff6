import { type Generated, lines, type ResolverSettings } from './settings.ts';

interface Options {
  listen: { address: string; port: number };
  /** A resolver on this machine that takes the zones from Knot, without a key. */
  resolverAt?: { address: string; port: number };
}

/**
 * Knot DNS 3.2 and later that follows our zones. `zonefile-sync: 0` writes the file at once after each change, which is what
 * Knot Resolver watches; a journal of all content lets it begin where it stopped.
 */
export function relay({ primary, zones, key, dir }: ResolverSettings, { listen, resolverAt }: Options): string {
  return lines(
    'server:',
    `    listen: ${listen.address}@${listen.port}`,
    `    rundir: ${dir}`,
    'database:',
    `    storage: ${dir}/db`,
    'log:',
    '  - target: syslog',
    '    any: info',
    key && 'key:',
    key && `  - id: ${key.name}`,
    key && `    algorithm: ${key.algorithm}`,
    key && `    secret: ${key.secret}`,
    'remote:',
    '  - id: e-salama',
    `    address: ${primary.address}@${primary.port}`,
    key && `    key: ${key.name}`,
    resolverAt && '  - id: resolver',
    resolverAt && `    address: ${resolverAt.address}@${resolverAt.port}`,
    'acl:',
    '  - id: e-salama-notify',
    `    address: ${primary.address}`,
    key && `    key: ${key.name}`,
    '    action: notify',
    resolverAt && '  - id: resolver-transfer',
    resolverAt && `    address: ${resolverAt.address}`,
    resolverAt && '    action: transfer',
    'template:',
    '  - id: default',
    `    storage: ${dir}`,
    '    zonefile-sync: 0',
    '    zonefile-load: none',
    '    journal-content: all',
    // The default of 100 MB does not hold a zone of a million names, and Knot then has none of it (measured with 3.2).
    '    journal-max-usage: 4G',
    'zone:',
    ...zones.flatMap((zone) => [
      `  - domain: ${zone}`,
      '    master: e-salama',
      `    acl: [e-salama-notify${resolverAt ? ', resolver-transfer' : ''}]`,
      resolverAt && '    notify: resolver',
      `    file: ${zone}.zone`,
    ]),
  );
}

/**
 * `policy.rpz` of Knot Resolver 5 collects all garbage whenever a file changed, the small one too: with a million names in memory
 * that stops every question for one to four seconds, and the change counts only behind it. A piece of the work at a time leaves
 * the rest to Lua's own collector (measured: 2.5 s became 0.14 s on a busy machine).
 */
const SHORT_PAUSES = [
  'local collect = collectgarbage',
  'collectgarbage = function (option, argument)',
  "  if option == nil then return collect('step', 1000) end",
  '  return collect(option, argument)',
  'end',
];

/** Knot Resolver 5.4 and later, with Knot DNS beside it. */
export function knotResolver(settings: ResolverSettings): Generated {
  const { zones, dir } = settings;
  const kresd = lines(
    "modules = { 'policy' }",
    ...SHORT_PAUSES,
    // The first rule that matches decides: the order of the zones is the order of precedence.
    ...zones.map((zone) => `policy.add(policy.rpz(policy.DENY, '${dir}/${zone}.zone', true))`),
  );
  const seed = (zone: string) =>
    lines(`${zone}. 60 SOA localhost. hostmaster.localhost. 0 300 60 2592000 60`, `${zone}. 60 NS localhost.`);
  return {
    files: [
      { name: 'knot.conf', text: relay(settings, { listen: { address: '127.0.0.1', port: 5453 } }) },
      { name: 'kresd.conf', text: kresd },
      ...zones.map((zone) => ({ name: `${zone}.zone`, text: seed(zone) })),
    ],
    notes: [
      'kresd-by-knot',
      'kresd-cqueues',
      'kresd-seed',
      'kresd-test-names',
      'kresd-no-networks',
      'kresd-short-pauses',
      ...(settings.key ? (['secret-in-file'] as const) : []),
    ],
  };
}
