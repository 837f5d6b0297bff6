// Writes sbom.cdx.json (CycloneDX 1.6) and THIRD-PARTY-NOTICES.md from the lockfile; --check only compares.
import { readFileSync, writeFileSync } from 'node:fs';

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'PDDL-1.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
]);
/** What the lockfile does not say, read in the package itself. */
const READ_BY_HAND = {
  '@ip-location-db/asn': 'CC-BY-4.0',
  '@ip-location-db/asn-country': 'CC0-1.0',
};

/** Builds for other machines, of which the lockfile holds only the name: they have the licence of their family. */
const FAMILIES = { '@biomejs/cli-': 'MIT OR Apache-2.0', '@oxc-parser/binding-': 'MIT', '@tailwindcss/oxide-': 'MIT' };
const familyLicense = (name) => Object.entries(FAMILIES).find(([prefix]) => name.startsWith(prefix))?.[1];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const root = lock.packages[''];
const problems = [];
const packages = Object.entries(lock.packages)
  .filter(([path]) => path.startsWith('node_modules/'))
  .map(([path, p]) => {
    const name = p.name ?? path.slice(path.lastIndexOf('node_modules/') + 13);
    return {
      name,
      version: p.version,
      license: READ_BY_HAND[name] ?? p.license ?? familyLicense(name),
      dev: p.dev === true,
      integrity: p.integrity,
    };
  })
  .filter((p, i, all) => all.findIndex((q) => q.name === p.name && q.version === p.version) === i)
  .sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));

/** `(A OR B)` needs one that is allowed, `A AND B` all. */
function allowed(expression) {
  if (!expression) return false;
  const inner = expression.replace(/^\((.*)\)$/, '$1');
  if (inner.includes(' OR ')) return inner.split(' OR ').some((e) => allowed(e.trim()));
  if (inner.includes(' AND ')) return inner.split(' AND ').every((e) => allowed(e.trim()));
  return ALLOWED.has(inner);
}
for (const p of packages)
  if (!allowed(p.license)) problems.push(`${p.name}@${p.version}: licence ${p.license ?? 'not stated'}`);

const purl = (p) => `pkg:npm/${p.name.replace('@', '%40')}@${p.version}`;
const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': 'e-salama',
      name: root.name,
      version: root.version,
      licenses: [{ license: { id: root.license } }],
    },
  },
  components: packages.map((p) => ({
    type: 'library',
    'bom-ref': purl(p),
    name: p.name,
    version: p.version,
    purl: purl(p),
    scope: p.dev ? 'excluded' : 'required',
    licenses: [
      / (OR|AND) /.test(p.license ?? '') ? { expression: p.license } : { license: { id: p.license ?? 'NOASSERTION' } },
    ],
    ...(p.integrity?.startsWith('sha512-')
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(p.integrity.slice(7), 'base64').toString('hex') }] }
      : {}),
  })),
};

const groups = Map.groupBy(packages, (p) => p.license ?? 'not stated');
const notices = `# Third-party notices

Made from the lockfile by \`node scripts/notices.mjs\`; each package carries its own licence text. The software runs beside
PostgreSQL (PostgreSQL licence) and Debian's Chromium (BSD-3-Clause and others), which are separate programs. e-Salama
itself is licensed under the EUPL, version 1.2 only: see \`LICENSE\`.

Addresses and networks: the data of \`@ip-location-db/asn\` come from Route Views and DB-IP (https://db-ip.com), CC BY 4.0;
they were converted to CSV by ip-location-db. Fonts: IBM Plex Sans, IBM Plex Sans Arabic and Noto Sans Tifinagh, SIL Open
Font License 1.1, subset by us. Icons: Lucide, ISC.

${[...groups]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([license, list]) =>
      `## ${license}\n\n${list.map((p) => `- ${p.name} ${p.version}${p.dev ? ' (development)' : ''}`).join('\n')}\n`,
  )
  .join('\n')}`;

const files = { 'sbom.cdx.json': `${JSON.stringify(sbom, null, 1)}\n`, 'THIRD-PARTY-NOTICES.md': notices };
const check = process.argv.includes('--check');
for (const [file, text] of Object.entries(files)) {
  if (!check) writeFileSync(file, text);
  else {
    let have = '';
    try {
      have = readFileSync(file, 'utf8');
    } catch {}
    if (have !== text) problems.push(`${file} is out of date: run node scripts/notices.mjs`);
  }
}
for (const p of problems) console.error(p);
process.exit(problems.length > 0 ? 1 : 0);
