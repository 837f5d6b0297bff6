import { readFileSync } from 'node:fs';
import { isRoot, run, say } from './console.mjs';

/** PostgreSQL, our own processes and the browser that opens strangers' pages: none can read another's files. */
const USERS = ['salama-db', 'salama-app', 'salama-capture'];

/** Makes the system users that processes step down to; nothing to do for those who are not root. */
export function ensureUsers() {
  if (!isRoot) return;
  const known = new Set(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0]),
  );
  const missing = USERS.filter((name) => !known.has(name));
  for (const name of missing) {
    const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name];
    const { ok, output } = run('useradd', args);
    if (!ok) return say(`the system user ${name} could not be created (${output}): run "useradd ${args.join(' ')}"`);
  }
  if (missing.length > 0) say(`created the system users ${missing.join(', ')}`);
}
