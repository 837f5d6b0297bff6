import { createHash } from 'node:crypto';
import type { ZipEntry } from './zip.ts';

export const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

export interface ManifestPart {
  path: string;
  sha256: string;
  bytes: number;
}

export const partOf = ({ path, data }: ZipEntry): ManifestPart => ({ path, sha256: sha256(data), bytes: data.length });

/** The text of a manifest: JSON, one member a line, always the same for the same content. */
export function manifestText(content: Record<string, unknown>, parts: readonly ManifestPart[]): Buffer {
  return Buffer.from(`${JSON.stringify({ ...content, parts }, null, 2)}\n`);
}

/** The list that `sha256sum --check` reads. Paths with backslashes or line ends have another form there: refused. */
export function sumsText(files: readonly ZipEntry[]): Buffer {
  const odd = files.find(({ path }) => /[\\\r\n]/.test(path));
  if (odd) throw new Error(`a file of a package can’t be called ${JSON.stringify(odd.path)}`);
  return Buffer.from(files.map(({ path, data }) => `${sha256(data)}  ${path}\n`).join(''));
}

/**
 * All files of a package, in the order in which somebody should look at them: every file but the list is in the list,
 * and the list and the manifest are signed (Ed25519 over the bytes of the file), so no byte of it can change unseen.
 */
export function packageFiles(
  manifest: Buffer,
  signature: Buffer,
  files: readonly ZipEntry[],
  sign: (data: Buffer) => Buffer,
): ZipEntry[] {
  const listed = [{ path: 'manifest.json', data: manifest }, { path: 'manifest.sig', data: signature }, ...files];
  const sums = sumsText(listed);
  return [...listed, { path: 'SHA256SUMS', data: sums }, { path: 'SHA256SUMS.sig', data: sign(sums) }];
}
