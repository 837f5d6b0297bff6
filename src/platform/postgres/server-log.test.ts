import { mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ServerLog } from './server-log.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'salama-log-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

describe('ServerLog', () => {
  it('keeps the size bounded while a writer holds the file open', () => {
    const log = new ServerLog(stateDir, 100);
    log.withDescriptor((fd) => {
      writeSync(fd, `${'a'.repeat(120)}\n`);
      log.turnOver();
      writeSync(fd, 'b\n');
      log.turnOver();
    });
    expect(readFileSync(log.path, 'utf8')).toBe('b\n');
    expect(statSync(`${log.path}.1`).size).toBe(121);
    expect(log.tail()).toBe('b');
  });
});
