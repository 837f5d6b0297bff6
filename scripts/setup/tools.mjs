import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebianPackages, mayInstall } from './apt.mjs';
import { SetupError, say } from './console.mjs';

/**
 * @typedef {object} Tool
 * @property {string} purpose ends the sentence "without it: ..."
 * @property {string[]} packages Debian's; the first that this release has is taken
 * @property {() => boolean} present
 * @property {boolean} [testsOnly]
 */

/** @type {Tool[]} */
const TOOLS = [
  {
    purpose: 'analysts see no rendering of reported pages',
    packages: ['chromium'],
    present: () => ['chromium', 'chromium-browser', 'google-chrome'].some(onPath),
  },
  {
    purpose: 'renderings of Arabic and Tifinagh pages show boxes',
    packages: ['fonts-noto-core'],
    present: () => existsSync('/usr/share/fonts/truetype/noto/NotoSansTifinagh-Regular.ttf'),
  },
  {
    purpose: 'the browser that makes renderings shares the network of this machine',
    packages: ['iproute2'],
    present: () => ['ip'].some(onPath) || existsSync('/sbin/ip') || existsSync('/usr/sbin/ip'),
  },
  {
    purpose: 'the tests against a PostgreSQL of the system are skipped',
    packages: ['postgresql-15', 'postgresql-16', 'postgresql-17', 'postgresql-18'],
    present: () => list('/usr/lib/postgresql').some((major) => Number(major) >= 15 && Number(major) <= 18),
    testsOnly: true,
  },
  {
    purpose: 'the tests of intake by mail against an IMAP server are skipped',
    packages: ['dovecot-imapd'],
    present: () => existsSync('/usr/sbin/dovecot') && existsSync('/usr/lib/dovecot/imap'),
    testsOnly: true,
  },
  // 10 MB to fetch, 10 seconds to install.
  ...[
    { program: 'named', packages: ['bind9'] },
    { program: 'named-checkconf', packages: ['bind9-utils'] },
    { program: 'dig', packages: ['bind9-dnsutils'] },
    { program: 'unbound', packages: ['unbound'] },
    { program: 'knotd', packages: ['knot'] },
    { program: 'kdig', packages: ['knot-dnsutils'] },
    { program: 'pdns_recursor', packages: ['pdns-recursor'] },
    { program: 'dnsdist', packages: ['dnsdist'] },
    { program: 'kresd', packages: ['knot-resolver'] },
  ].map(({ program, packages }) => ({
    purpose: `the tests against ${program} are skipped`,
    packages,
    present: () => onPath(program) || existsSync(`/usr/sbin/${program}`),
    testsOnly: true,
  })),
  {
    purpose: 'the tests against Knot Resolver fail',
    packages: ['lua-cqueues'],
    present: () => existsSync('/usr/share/lua/5.1/cqueues.lua'),
    testsOnly: true,
  },
];

/** After a failure (no network, say) the next try waits, so that a start does not hang each time. */
const RETRY_AFTER_MS = 60 * 60 * 1000;

/**
 * Sees to the programs that come from the operating system. A start goes on without them; tests under CI do not.
 * @param {string} rootDir
 * @param {{ mode: 'start' | 'test', strict: boolean }} options
 */
export function ensureTools(rootDir, { mode, strict }) {
  const needed = TOOLS.filter((tool) => mode === 'test' || !tool.testsOnly);
  let missing = needed.filter((tool) => !tool.present());
  const noteFile = join(rootDir, 'node_modules/.salama-apt-failed');
  if (missing.length > 0 && mayInstall && (strict || !failedLately(noteFile))) {
    installDebianPackages(missing.map((tool) => tool.packages));
    missing = needed.filter((tool) => !tool.present());
    if (missing.length > 0) writeFileSync(noteFile, `${Date.now()}\n`);
  }
  if (missing.length === 0) return;
  const command = `apt-get install ${missing.map((tool) => tool.packages[0]).join(' ')}`;
  const sentence = `run "${mayInstall ? '' : 'sudo '}${command}"; without it ${missing.map((t) => t.purpose).join(', and ')}`;
  if (strict) throw new SetupError(sentence);
  say(sentence);
}

/** @param {string} noteFile */
function failedLately(noteFile) {
  return existsSync(noteFile) && Date.now() - Number(readFileSync(noteFile, 'utf8')) < RETRY_AFTER_MS;
}

/** @param {string} program */
function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, program)));
}

/** @param {string} dir */
function list(dir) {
  return existsSync(dir) ? readdirSync(dir) : [];
}
