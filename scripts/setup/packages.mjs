import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { excerpt, run, SetupError, say, secondsSince } from './console.mjs';
import { readStamp } from './fingerprint.mjs';

/**
 * Installs the npm packages when they are not those of the lockfile. No package's install script is run: none is needed.
 * @param {string} rootDir
 */
export function ensurePackages(rootDir) {
  const lockfile = readFileSync(join(rootDir, 'package-lock.json'), 'utf8');
  const stampFile = join(rootDir, 'node_modules/.salama-stamp');
  const stamp = `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}`;
  if (readStamp(stampFile) === stamp) return;

  // Somebody may have installed by hand, as developers do.
  const installedFile = join(rootDir, 'node_modules/.package-lock.json');
  const wanted = JSON.parse(lockfile);
  if (!existsSync(installedFile) || !isInstalled(wanted, JSON.parse(readFileSync(installedFile, 'utf8')))) {
    const start = performance.now();
    say('installing the npm packages (about a minute the first time)');
    install(rootDir);
    say(`npm packages installed in ${secondsSince(start)}`);
  }
  writeFileSync(stampFile, `${stamp}\n`);
}

/** @param {string} rootDir */
function install(rootDir) {
  // Not with the Node of the folder that npm is about to empty.
  const bin = `node_modules${sep}.bin`;
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.endsWith(bin));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const args = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error'];
  let result = run('npm', args, { cwd: rootDir, env });
  // EUSAGE: lockfile and package.json differ; anything else may be the network.
  if (!result.ok && !result.output.includes('EUSAGE')) {
    say('npm ci failed; trying once more');
    result = run('npm', args, { cwd: rootDir, env });
  }
  if (!result.ok) throw new SetupError(`"npm ci" failed:\n${excerpt(result.output.split('\n').slice(0, 12))}`);
}

/**
 * Whether what npm says it installed (node_modules/.package-lock.json) is what the lockfile asks for on this machine.
 * @param {import('./packages.d.mts').Lock} wanted
 * @param {import('./packages.d.mts').Lock} installed
 * @param {{ platform: string, arch: string }} [machine]
 */
export function isInstalled(wanted, installed, machine = process) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    if (found) return found.version === entry.version && found.integrity === entry.integrity;
    return entry.optional === true && !isForMachine(entry, machine);
  });
}

/**
 * Optional packages that name this machine must be there (Node 24 and PostgreSQL are among them); those that name no
 * machine or a C library are npm's to judge.
 * @param {import('./packages.d.mts').LockEntry} entry
 * @param {{ platform: string, arch: string }} machine
 */
function isForMachine({ os, cpu, libc }, { platform, arch }) {
  return (
    os !== undefined && cpu !== undefined && !libc && [os].flat().includes(platform) && [cpu].flat().includes(arch)
  );
}
