import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeOwnership } from './owner.ts';
import { identify } from './process-table.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'salama-owner-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const lockOf = (identity: object) => writeFileSync(join(dir, 'owner.lock'), JSON.stringify(identity));

describe('takeOwnership', () => {
  it('is exclusive until released, and leaves nothing behind', () => {
    const lock = takeOwnership(dir);
    expect(lock.inherited).toBe(false);
    expect(() => takeOwnership(dir)).toThrow(`process ${process.pid}`);
    lock.release();
    expect(readdirSync(dir)).toEqual([]);
    takeOwnership(dir).release();
  });

  it('is inherited from a process that is gone', () => {
    lockOf({ ...identify(process.pid), pid: 2 ** 22 + 1 });
    expect(takeOwnership(dir).inherited).toBe(true);
  });

  it('is inherited when the pid now belongs to another process, or counts from another boot', () => {
    lockOf({ ...identify(process.ppid), startTime: '1' });
    const lock = takeOwnership(dir);
    expect(lock.inherited).toBe(true);
    lock.release();
    lockOf({ ...identify(process.ppid), bootId: 'before' });
    expect(takeOwnership(dir).inherited).toBe(true);
  });

  it('is inherited from an unreadable lock, and past a take-over that was cut short', () => {
    writeFileSync(join(dir, 'owner.lock'), '');
    writeFileSync(join(dir, 'owner.lock.break'), JSON.stringify({ ...identify(process.ppid), startTime: '1' }));
    expect(takeOwnership(dir).inherited).toBe(true);
    expect(existsSync(join(dir, 'owner.lock.break'))).toBe(false);
  });

  it('does not remove a lock that is no longer its own', () => {
    const lock = takeOwnership(dir);
    lockOf(identify(process.ppid) ?? {});
    lock.release();
    expect(() => takeOwnership(dir)).toThrow(`process ${process.ppid}`);
  });
});
