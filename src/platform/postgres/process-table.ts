import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process told apart from a later one with the same pid: by its start time, and by the boot that time counts from. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot: field 22 of /proc/<pid>/stat (proc(5)). */
  startTime: string;
  bootId: string;
}

/** State letter and start time of a process, or null when there is none. */
function readStat(pid: number): { state: string; startTime: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may itself hold spaces and parentheses: count fields after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return state && startTime ? { state, startTime } : null;
  } catch {
    return null;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The identity of a running process; null when it is gone or only a zombie waits for its parent. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  if (!stat || stat.state === 'Z' || stat.state === 'X') return null;
  return { pid, startTime: stat.startTime, bootId: bootId() };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== null && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Working directory of a process; null when it is gone or belongs to somebody else. */
export function workingDirectory(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/** The file a process runs; Linux appends " (deleted)" when it was replaced meanwhile. */
export function executable(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null;
  }
}

/**
 * Live processes working in `dir`. PostgreSQL's postmaster and all its backends change into the data directory, so this
 * finds the backends that a killed postmaster left behind.
 */
export function processesIn(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => workingDirectory(pid) === dir && identify(pid) !== null);
}
