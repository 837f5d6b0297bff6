import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux says about one process (proc_pid_status(5)). */
export interface Confinement {
  pid: number;
  /** 2 is a seccomp filter. */
  seccomp: number;
  noNewPrivs: number;
  /** PID namespaces that it is visible in; in a namespace of its own it has one more than the host's. */
  pidNamespaces: number;
  /** Such as `net:[4026532008]`. */
  netNamespace: string;
  userNamespace: string;
}

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** In clock ticks after boot: tells a process from a later one with the same number. */
  started: number;
  command: string;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // The process has ended meanwhile.
  }
}

function readEntry(pid: number): ProcessEntry | undefined {
  return attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may itself hold brackets and spaces: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { pid, parent: Number(fields[1]), started: Number(fields[19]), command };
  });
}

function allProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readEntry(Number(name)) ?? []);
}

/** The process that was started with `mark` in its command line and no such parent, and all its descendants. */
export function processTree(mark: string): ProcessEntry[] {
  const all = allProcesses();
  const marked = all.filter((p) => p.command.includes(mark));
  const root = marked.find((p) => !marked.some((q) => q.pid === p.parent));
  if (!root) return [];
  const tree = [root];
  // `tree` grows while it is walked: breadth first, without a stack.
  for (const parent of tree) tree.push(...all.filter((p) => p.parent === parent.pid));
  return tree;
}

export function isRunning(entry: ProcessEntry): boolean {
  return readEntry(entry.pid)?.started === entry.started;
}

/** Reads the confinement of one process; undefined when it has ended. */
export function confinementOf(pid: number): Confinement | undefined {
  return attempt(() => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    return {
      pid,
      seccomp: Number(field('Seccomp')),
      noNewPrivs: Number(field('NoNewPrivs')),
      pidNamespaces: field('NSpid').split(/\s+/).filter(Boolean).length,
      netNamespace: readlinkSync(`/proc/${pid}/ns/net`),
      userNamespace: readlinkSync(`/proc/${pid}/ns/user`),
    };
  });
}

/** What is missing from a renderer's sandbox, in words; an empty list means that it is confined. */
export function sandboxFaults(
  renderer: Confinement,
  browser: Pick<Confinement, 'pidNamespaces' | 'netNamespace' | 'userNamespace'>,
): string[] {
  const faults = [
    renderer.seccomp === 2 ? '' : `Seccomp is ${renderer.seccomp}, not 2`,
    renderer.noNewPrivs === 1 ? '' : `NoNewPrivs is ${renderer.noNewPrivs}, not 1`,
    renderer.pidNamespaces > browser.pidNamespaces ? '' : 'no PID namespace of its own',
    renderer.netNamespace !== browser.netNamespace ? '' : 'no network namespace of its own',
    renderer.userNamespace !== browser.userNamespace ? '' : 'no user namespace of its own',
  ];
  return faults.filter(Boolean);
}
