import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export interface ZipEntry {
  path: string;
  data: Buffer;
}

/**
 * A ZIP archive in memory, entries stored as they are: readers need no inflating, and archives (WACZ 1.1.1) ask for it.
 * @param at the time that every entry carries
 */
export async function zip(entries: readonly ZipEntry[], at: Date): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const { path, data } of entries) file.addBuffer(data, path, { compress: false, mtime: at, mode: 0o100644 });
  file.end();
  return buffer(file.outputStream);
}
