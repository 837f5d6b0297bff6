import { readFileSync } from 'node:fs';

/** Looks up `/etc/passwd`; undefined when there is no such user. */
export function systemUser(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((l) => l.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/**
 * Gives root's rights away for good and goes on as `name`. Not root: nothing to do. The user is made by set-up; without
 * it a process started as root refuses to serve.
 */
export function stepDown(name: string): void {
  if (process.getuid?.() !== 0) return;
  const user = systemUser(name);
  if (!user) throw new Error(`started as root, but the user ${name} does not exist: run node scripts/setup.mjs start`);
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
