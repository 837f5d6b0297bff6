// Writes what deploy/dns has from packages/rpz, after the addresses, zones and keys in its settings.json:
//   npm run deploy:dns                 deploy/dns itself; a test fails when it was forgotten
//   npm run deploy:dns -- FOLDER       a copy of deploy/dns with settings of one's own
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateConfig, type ResolverSettings, type Software } from '../packages/rpz/index.ts';
import { readPack } from '../src/modules/country/load-pack.ts';
import { helpNames } from '../src/modules/safe-access/resolver/help.ts';

type Shared = Pick<ResolverSettings, 'primary' | 'zones' | 'probe'>;
type Own = Pick<ResolverSettings, 'dir' | 'resolverDir' | 'key'>;

/** `settings.json`: what all share, and the machines that resolve. */
export interface DnsDeployment extends Shared {
  /** The country pack, for the names of help, and what is help beside it: e-Salama's own address. */
  country: string;
  help: string[];
  resolvers: (Own & { folder: string; software: Software; address: string; port: number })[];
}

interface Written {
  /** Below the folder of settings.json. */
  file: string;
  text: string;
}

const HEAD = 'Written by "npm run deploy:dns" from settings.json: change that.';
/** Lua for dnsdist, Knot Resolver and the Recursor's second file; the others begin a comment with "#", zones with ";". */
const COMMENT: readonly (readonly [RegExp, string])[] = [
  [/\.zone$/, ';'],
  [/^dnsdist\/|^knot-resolver\/e-salama\.conf$|\.lua$/, '--'],
  [/^/, '#'],
];

/**
 * The files of the resolvers and of dnsdist before them.
 * @throws {RpzError} settings-invalid, key-invalid
 */
export function dnsFiles({ resolvers, country, help, ...shared }: DnsDeployment): Written[] {
  const made = (folder: string, software: Software, own: Omit<ResolverSettings, keyof Shared>) =>
    generateConfig(software, { ...shared, ...own }).files.map(({ name, text }) => {
      // The server's own file is the frame around it.
      const file = `${folder}/${name === 'kresd.conf' ? 'e-salama.conf' : name}`;
      const comment = COMMENT.find(([which]) => which.test(file))?.[1];
      return { file, text: `${comment} ${HEAD}\n${text}` };
    });
  return [
    ...resolvers.flatMap(({ folder, software, address: _, port: __, ...own }) => made(folder, software, own)),
    ...made('dnsdist', 'dnsdist', {
      dir: '/etc/dnsdist',
      resolvers: resolvers.map(({ address, port }) => ({ address, port })),
    }),
    { file: 'dnsdist/e-salama-help.conf', text: `-- ${HEAD}\n${helpOf(country, help)}` },
  ];
}

/** Names of help, for dnsdist: it must reach them for devices whose own resolvers are away. */
function helpOf(country: string, own: readonly string[]): string {
  const pack = readPack(fileURLToPath(new URL('..', import.meta.url)), country);
  // Its form is checked where the server starts, and in the tests.
  const names = helpNames(pack as unknown as Parameters<typeof helpNames>[0], own);
  const lines = [...new Set(names)].sort().map((name) => `helpNames:add(newDNSName("${name}."))`);
  return `helpNames = newSuffixMatchNode()\n${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? fileURLToPath(new URL('../deploy/dns', import.meta.url));
  const settings = JSON.parse(readFileSync(path.join(folder, 'settings.json'), 'utf8')) as DnsDeployment;
  for (const { file, text } of dnsFiles(settings)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    // Most hold the secret of a key.
    writeFileSync(path.join(folder, file), text, { mode: 0o640 });
  }
}
