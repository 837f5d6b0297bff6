// Completes package-lock.json after an install: node scripts/complete-lock.mjs
//
// Packages with native parts name one optional package for each platform. npm leaves those out of the lockfile that the
// registry at hand can't show (a mirror may lack the platforms that nobody there uses), and "npm ci" then refuses the
// lockfile everywhere ("Missing: ... from lock file"). An entry with version and platform is all that it asks for.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptional(lock.packages);
for (const { name, version, parent } of missing) {
  lock.packages[`node_modules/${name}`] = {
    version,
    ...platformOf(name),
    ...(lock.packages[parent].dev && { dev: true }),
    optional: true,
  };
}
if (missing.length > 0) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${missing.length} packages of other platforms`);
}

/**
 * Optional packages that are asked for and have no entry.
 * @param {Record<string, { optionalDependencies?: Record<string, string> }>} packages
 */
function missingOptional(packages) {
  return Object.entries(packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isVisible(packages, parent, name))
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** Node's look-up: beside the package, then in each folder above. @param {object} packages @param {string} parent @param {string} name */
function isVisible(packages, parent, name) {
  for (let base = parent; ; base = base.slice(0, Math.max(base.lastIndexOf('/node_modules/'), 0))) {
    if (`${base && `${base}/`}node_modules/${name}` in packages) return true;
    if (!base) return false;
  }
}

/** Such packages are all named after their platform. @param {string} name */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'].includes(word));
  const cpu = words.find((word) =>
    ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'].includes(word),
  );
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  if (!cpu) throw new Error(`${name}: for which platform?`);
  return { cpu: [cpu], ...(libc && { libc: [libc] }), ...(os && { os: [os] }) };
}
