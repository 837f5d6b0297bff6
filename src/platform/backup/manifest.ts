import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupError } from './errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A path below the backup: it decides where a restore writes, so it may not lead out of it. */
const innerPath = z
  .string()
  .refine((path) => !path.startsWith('/') && path.split('/').every((part) => part !== '..' && part !== ''));

const manifest = z.object({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Version of e-Salama that wrote it. */
  appVersion: z.string(),
  serverVersion: z.string(),
  /** Tells whether the keys at hand can read the sealed fields; the keys themselves are never in a backup. */
  keyId: z.string().nullable(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      columns: z.array(z.string()),
      rows: z.int().nonnegative(),
      file: innerPath,
      sha256,
    }),
  ),
  sequences: z.array(z.object({ schema: z.string(), name: z.string(), value: z.string(), called: z.boolean() })),
  files: z.array(z.object({ dir: z.string(), path: innerPath, file: innerPath, sha256 })),
});

/** What a backup holds; `file` fields are relative to its folder. */
export type Manifest = z.infer<typeof manifest>;

/** Writes the manifest last, and its own checksum beside it in the format of sha256sum(1). */
export async function writeManifest(dir: string, content: Manifest): Promise<void> {
  const text = `${JSON.stringify(content, null, 1)}\n`;
  await writeFile(join(dir, 'manifest.json'), text, { mode: 0o600, flush: true });
  const sum = createHash('sha256').update(text).digest('hex');
  await writeFile(join(dir, 'manifest.json.sha256'), `${sum}  manifest.json\n`, { mode: 0o600, flush: true });
}

/** @throws BackupError PLATFORM_BACKUP_FORMAT, PLATFORM_BACKUP_DAMAGED */
export async function readManifest(dir: string): Promise<Manifest> {
  const read = (name: string) => readFile(join(dir, name), 'utf8').catch(() => null);
  const [text, sum] = [await read('manifest.json'), await read('manifest.json.sha256')];
  if (text === null || sum === null) throw new BackupError('PLATFORM_BACKUP_FORMAT', `${dir} is not a backup.`);
  if (sum.split(' ')[0] !== createHash('sha256').update(text).digest('hex')) throw damaged('manifest.json');
  const parsed = manifest.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const message = `${dir} is a backup in a format that this release does not know.`;
  throw new BackupError('PLATFORM_BACKUP_FORMAT', message);
}

export function damaged(file: string): BackupError {
  return new BackupError('PLATFORM_BACKUP_DAMAGED', `The backup is damaged: ${file} is not what was written.`);
}
