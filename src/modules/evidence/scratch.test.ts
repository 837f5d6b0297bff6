import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeScratch, sweepScratch } from './scratch.ts';

describe('scratch', () => {
  it('gives one browser a folder of its own and takes it away whole', async () => {
    const scratch = makeScratch(undefined);
    expect(scratch.inMemory).toBe(scratch.dir.startsWith('/dev/shm/'));
    expect(statSync(scratch.dir).mode & 0o777).toBe(0o711);
    expect(statSync(scratch.profile).mode & 0o777).toBe(0o700);
    writeFileSync(path.join(scratch.profile, 'Cookies'), 'x');
    await scratch.remove();
    expect(existsSync(scratch.dir)).toBe(false);
  });

  it('sweeps what a killed process left, and only that', async () => {
    const dead = spawnSync('/bin/true').pid;
    const left = mkdtempSync(path.join(tmpdir(), `salama-look-${dead}-`));
    const other = mkdtempSync(path.join(tmpdir(), 'salama-looking-'));
    const used = makeScratch(undefined);
    try {
      expect(await sweepScratch()).toBeGreaterThanOrEqual(1);
      expect([left, other, used.dir].map((dir) => existsSync(dir))).toEqual([false, true, true]);
    } finally {
      await used.remove();
      spawnSync('/bin/rmdir', [other]);
    }
  });
});
