import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { systemUser } from '../../platform/users.ts';

/** Set-up installs Chromium where tests run in CI: there nothing may be skipped for want of it. */
const ci = process.env.CI === 'true';

/** Whether this machine has Chromium; always true in CI, so that its absence fails there. */
export const hasChromium = ci || existsSync('/usr/lib/chromium/chromium') || existsSync('/usr/bin/chromium');

function canMakeNamespaces(): boolean {
  const user = process.getuid?.() === 0 ? systemUser('salama-capture') : undefined;
  const drop = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  const args = [...drop, '--no-new-privs', 'unshare', '--user', '--map-root-user', '--pid', '--net', '--fork', 'true'];
  return spawnSync('setpriv', args).status === 0;
}

/**
 * Whether the kernel lets the browser's user make namespaces: without them there is no sandbox, and tests that prove it
 * are skipped, outside CI only. The pages of all other tests are our own and may then be opened without it.
 */
export const hasNamespaces = ci || canMakeNamespaces();
if (!hasChromium) console.warn('skipped: renderings, for want of Chromium (set-up installs it when it may)');
else if (!hasNamespaces)
  console.warn('skipped: proofs of the browser’s sandbox, for want of user namespaces on this machine');
