import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresError } from './errors.ts';
import { identify, isAlive, type ProcessIdentity } from './process-table.ts';

/** The right of one process to run the database of a state folder. */
export interface OwnerLock {
  /** True when the previous owner died without giving the lock back. */
  inherited: boolean;
  release(): void;
}

/**
 * Takes `<stateDir>/owner.lock`. A lock whose process is gone (checked by start time, so that a re-used pid does not
 * count) is taken over. Everything here is synchronous: the window between reading and replacing a dead lock is guarded
 * by a second file that exists for microseconds.
 *
 * @throws PostgresError PLATFORM_STATE_IN_USE while its owner lives
 */
export function takeOwnership(stateDir: string): OwnerLock {
  const path = join(stateDir, 'owner.lock');
  const self = identify(process.pid);
  if (!self) throw new PostgresError('PLATFORM_DB_START', 'cannot read /proc: this system is not Linux');
  if (createExclusive(path, self)) return held(path, self, false);

  const breaker = `${path}.break`;
  if (!createExclusive(breaker, self)) {
    const rival = readIdentity(breaker);
    if (rival && isAlive(rival)) throw inUse(stateDir, rival.pid);
    removeIfPresent(breaker);
    if (!createExclusive(breaker, self)) throw inUse(stateDir, readIdentity(breaker)?.pid ?? 0);
  }
  try {
    const owner = readIdentity(path);
    if (owner && isAlive(owner)) throw inUse(stateDir, owner.pid);
    removeIfPresent(path);
    if (!createExclusive(path, self)) throw inUse(stateDir, readIdentity(path)?.pid ?? 0);
    return held(path, self, true);
  } finally {
    removeIfPresent(breaker);
  }
}

/** Whether a living process owns the state folder. */
export function isOwned(stateDir: string): boolean {
  const owner = readIdentity(join(stateDir, 'owner.lock'));
  return owner !== null && isAlive(owner);
}

function held(path: string, self: ProcessIdentity, inherited: boolean): OwnerLock {
  return {
    inherited,
    release() {
      const owner = readIdentity(path);
      if (owner?.pid === self.pid && owner.startTime === self.startTime) removeIfPresent(path);
    },
  };
}

function inUse(stateDir: string, pid: number): PostgresError {
  return new PostgresError(
    'PLATFORM_STATE_IN_USE',
    `The state folder ${stateDir} is in use by process ${pid}: stop it first, or set SALAMA_STATE to another folder.`,
  );
}

/** Creates the file with its content in one step (link(2) of a finished file); false when it exists already. */
function createExclusive(path: string, identity: ProcessIdentity): boolean {
  const draft = `${path}.${identity.pid}`;
  writeFileSync(draft, `${JSON.stringify(identity)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    removeIfPresent(draft);
  }
}

function readIdentity(path: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startTime, bootId } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
    if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof bootId !== 'string') return null;
    return { pid, startTime, bootId };
  } catch {
    return null;
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
