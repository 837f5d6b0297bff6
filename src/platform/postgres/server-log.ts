import { closeSync, copyFileSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir } from './state-dir.ts';

/** At most twice this many bytes are kept: the file being written, and the one before it. */
const LIMIT = 8 * 1024 * 1024;

/**
 * The server's log `<stateDir>/log/postgres.log`. The server gets the open file and not a pipe to us, so that it can go on
 * writing when we are killed. Turned over by copy and truncate, which appending writers do not notice.
 */
export class ServerLog {
  readonly path: string;
  private readonly limit: number;

  constructor(stateDir: string, limit = LIMIT) {
    ensureDir(join(stateDir, 'log'), 0o700);
    this.path = join(stateDir, 'log', 'postgres.log');
    this.limit = limit;
  }

  /** Calls `use` with a descriptor to hand to a child. */
  withDescriptor<T>(use: (fd: number) => T): T {
    const fd = openSync(this.path, 'a', 0o600);
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }

  turnOver(): void {
    if (!existsSync(this.path) || statSync(this.path).size < this.limit) return;
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
  }

  /** The last lines, for the message of a failed start. */
  tail(lines = 5): string {
    if (!existsSync(this.path)) return '';
    return readFileSync(this.path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
