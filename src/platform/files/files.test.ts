import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFileStore } from './index.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'salama-files-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('files', () => {
  const files = createFileStore(dir);

  it('keeps a file for us alone, whole, and lets it go', async () => {
    await files.put('evidence/01-a.age', Buffer.from('sealed'));
    expect((await files.get('evidence/01-a.age'))?.toString()).toBe('sealed');
    expect(statSync(path.join(dir, 'evidence/01-a.age')).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.join(dir, 'evidence'))).toEqual(['01-a.age']);
    await files.remove('evidence/01-a.age');
    expect(await files.get('evidence/01-a.age')).toBeUndefined();
    await files.remove('evidence/01-a.age');
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a/b/c', '', 'a/..', 'a\0', 'A'])(
    'has no file called %j',
    async (name) => {
      await expect(files.put(name, Buffer.from('x'))).rejects.toThrow('no name of a file');
      await expect(files.get(name)).rejects.toThrow('no name of a file');
    },
  );
});
