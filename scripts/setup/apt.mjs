import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRoot, run, say, secondsSince, tail } from './console.mjs';

/** Only as root, and only where there is apt. */
export const mayInstall = isRoot && existsSync('/usr/bin/apt-get');

const OPTIONS = [
  '-y',
  '-q',
  '-o',
  'DPkg::Lock::Timeout=120',
  '-o',
  'Acquire::Retries=3',
  '-o',
  'Dpkg::Options::=--force-confold',
];
const ENV = {
  ...process.env,
  DEBIAN_FRONTEND: 'noninteractive',
  NEEDRESTART_MODE: 'l',
  APT_LISTCHANGES_FRONTEND: 'none',
};

/** Asked by Debian's packages whether they may start their services (invoke-rc.d(8)); 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_KEPT = `${POLICY}.before-e-salama`;
/** Tells PostgreSQL's packages not to make and start a database of their own. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/e-salama.conf';

/**
 * Installs packages without a question and without starting a service. Failures are said, not thrown: the caller looks at
 * what is there afterwards.
 * @param {string[][]} wanted for each need the packages that meet it; the first that this release has is installed
 */
export function installDebianPackages(wanted) {
  const start = performance.now();
  // While a handler is there, a signal waits until the package manager is done and all is put back.
  let interrupted = false;
  const onSignal = () => {
    interrupted = true;
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    forbidServices();
    say('fetching the list of Debian packages');
    apt(['update']);
    const packages = wanted.map((names) => names.find(isAvailable) ?? names[0] ?? '');
    say(`installing ${packages.join(', ')} (may take some minutes)`);
    const installed = apt(['install', '--no-install-recommends', ...packages]);
    if (installed.ok) say(`installed in ${secondsSince(start)}`);
    else say(`apt-get failed:\n${tail(installed.output)}`);
  } finally {
    allowServices();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  if (interrupted) process.exit(130);
}

/** @param {string[]} args */
function apt(args) {
  const first = run('apt-get', [...OPTIONS, ...args], { env: ENV });
  return first.ok ? first : run('apt-get', [...OPTIONS, ...args], { env: ENV });
}

/** @param {string} name */
function isAvailable(name) {
  return /Candidate: (?!\(none\))/.test(run('apt-cache', ['policy', name], { env: { ...ENV, LC_ALL: 'C' } }).output);
}

function forbidServices() {
  // What a set-up that was killed here left behind is already the one kept.
  if (existsSync(POLICY) && !existsSync(POLICY_KEPT)) renameSync(POLICY, POLICY_KEPT);
  writeFileSync(POLICY, '#!/bin/sh\n# Written by e-Salama while it installs packages.\nexit 101\n', { mode: 0o755 });
  mkdirSync('/etc/postgresql-common/createcluster.d', { recursive: true });
  writeFileSync(NO_CLUSTER, 'create_main_cluster = false\n');
}

function allowServices() {
  rmSync(NO_CLUSTER, { force: true });
  rmSync(POLICY, { force: true });
  if (existsSync(POLICY_KEPT)) renameSync(POLICY_KEPT, POLICY);
}
