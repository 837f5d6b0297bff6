export interface LockEntry {
  version?: string;
  integrity?: string;
  optional?: boolean;
  os?: string | string[];
  cpu?: string | string[];
  libc?: unknown;
}
export interface Lock {
  packages: Record<string, LockEntry>;
}
export function ensurePackages(rootDir: string): void;
export function isInstalled(wanted: Lock, installed: Lock, machine?: { platform: string; arch: string }): boolean;
