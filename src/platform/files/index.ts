import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Files that rows speak of. What is put there is already sealed, or may be read by anybody with the disk. */
export interface FileStore {
  /** Writes the whole file or nothing; it is on the disk when this resolves. A name is written once. */
  put(name: string, data: Buffer): Promise<void>;
  /** Undefined when there is no such file. */
  get(name: string): Promise<Buffer | undefined>;
  remove(name: string): Promise<void>;
}

/** Lower case letters, digits, dashes and dots, at most one folder deep: nothing that leads elsewhere. */
const NAME = /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9.-]*)?$/;

/** Keeps files below `dir` (`<state>/files`), which backups copy. */
export function createFileStore(dir: string): FileStore {
  const at = (name: string): string => {
    if (!NAME.test(name) || name.includes('..')) throw new Error(`no name of a file: ${JSON.stringify(name)}`);
    return path.join(dir, name);
  };
  return {
    async put(name, data) {
      const target = at(name);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      const draft = `${target}.${process.pid}.part`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(data);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, target);
    },
    async get(name) {
      return readFile(at(name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },
    remove: (name) => rm(at(name), { force: true }),
  };
}
