import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PREFIX = 'salama-look-';
const TMPFS_MAGIC = 0x01021994;
/** Containers often have 64 MiB of shared memory: too little for a profile next to Chromium's own buffers. */
const ENOUGH_BYTES = 512 * 1024 * 1024;
const SHARED_MEMORY = '/dev/shm';

/** Where a browser may write during one look, and nowhere else. */
export interface Scratch {
  dir: string;
  /** HOME of the browser; belongs to its user. */
  home: string;
  profile: string;
  /** True when it lies in memory: then not even for the time of a look does anything of a page reach a disk. */
  inMemory: boolean;
  remove(): Promise<void>;
}

function sharedMemoryIsRoomy(): boolean {
  try {
    const s = statfsSync(SHARED_MEMORY);
    return s.type === TMPFS_MAGIC && s.bavail * s.bsize > ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/** rm(1) and not fs.rm: it walks by file descriptors, so that another process of the browser's user can't lead root astray. */
const removeTree = (dir: string) => run('/bin/rm', ['-rf', '--', dir]).then(() => undefined);

/** A fresh folder under shared memory where that is roomy, else under the system's temporary folder. */
export function makeScratch(owner: { uid: number; gid: number } | undefined): Scratch {
  const inMemory = sharedMemoryIsRoomy();
  const dir = mkdtempSync(path.join(inMemory ? SHARED_MEMORY : tmpdir(), `${PREFIX}${process.pid}-`));
  // The browser's user may go through, not list or write.
  chmodSync(dir, 0o711);
  const home = path.join(dir, 'home');
  const profile = path.join(home, 'profile');
  for (const each of [home, profile, path.join(home, 'tmp')]) {
    mkdirSync(each, { mode: 0o700 });
    if (owner) chownSync(each, owner.uid, owner.gid);
  }
  return { dir, home, profile, inMemory, remove: () => removeTree(dir) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what processes of ours that were killed left behind. Only folders of our own user are touched. */
export async function sweepScratch(): Promise<number> {
  let removed = 0;
  for (const base of [SHARED_MEMORY, tmpdir()]) {
    for (const name of listOf(base)) {
      const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
      const dir = path.join(base, name);
      if (!pid || isAlive(pid) || statSync(dir).uid !== process.getuid?.()) continue;
      await removeTree(dir);
      removed++;
    }
  }
  return removed;
}

function listOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
