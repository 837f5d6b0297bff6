import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureStateDir, isRoot, resolveStateDir } from './state-dir.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'salama-state-')); // mode 0700
});
afterEach(() => rmSync(base, { recursive: true }));

describe.runIf(isRoot())('resolveStateDir as root', () => {
  it('moves the state out of a folder that is closed to the database user, and says why', () => {
    const place = resolveStateDir(join(base, 'checkout/.state'));
    expect(place).toMatchObject({ moved: true });
    expect(place.dir).toMatch(/^\/var\/lib\/e-salama\/[0-9a-f]{8}$/);
    expect(place.reason).toContain(base);
    expect(resolveStateDir(join(base, 'other/.state')).dir).not.toBe(place.dir);
    expect(resolveStateDir(place.dir)).toEqual({ dir: place.dir, moved: false });
  });

  it('looks through symbolic links', () => {
    const link = `${base}-link`;
    symlinkSync(base, link);
    expect(resolveStateDir(join(link, '.state')).moved).toBe(true);
    rmSync(link);
  });

  it('stays when every folder above can be passed, even if the folder itself is closed', () => {
    chmodSync(base, 0o711);
    const dir = join(base, '.state');
    mkdirSync(dir, { mode: 0o700 });
    expect(resolveStateDir(dir)).toEqual({ dir, moved: false });
    ensureStateDir(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o711);
  });
});

describe.runIf(!isRoot())('resolveStateDir as an ordinary user', () => {
  it('always stays: the database runs as the same user', () => {
    const dir = join(base, '.state');
    expect(resolveStateDir(dir)).toEqual({ dir, moved: false });
    ensureStateDir(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });
});
