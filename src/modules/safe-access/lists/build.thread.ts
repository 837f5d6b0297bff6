import { parentPort, workerData } from 'node:worker_threads';
import { DnsTableBuilder, writeSnapshot } from '../../../../packages/dns-table/index.ts';
import { type StoredName, storedNames } from './names-file.ts';

/*
 * Lays out the table of all lists in a thread of its own: building is synchronous and takes a second for a million names.
 * Runs unbuilt in tests and as an entry of its own in dist/server: imports nothing of the application.
 */

export interface BuildOrder {
  readonly path: string;
  readonly serial: number;
  /** Files of names, one for each list in use. */
  readonly files: readonly string[];
  /** About how many names there are. */
  readonly expected: number;
}
export interface Built {
  readonly rules: number;
  /** Exceptions that a list makes and that another list closes: they open nothing. */
  readonly exceptionsLeftOut: number;
}

/** Exceptions are few in real lists; what is more than this is a mistake or worse. */
const MAX_EXCEPTIONS = 200_000;

const above = (name: string): string[] => {
  const labels = name.split('.');
  return labels.map((_, i) => labels.slice(i).join('.'));
};

/**
 * Builds and swaps the snapshot in; the one before is kept beside it. A list's exception opens only what this list itself
 * closes: where another one closes the same name, or one above it, it stays closed.
 */
async function build({ path, serial, files, expected }: BuildOrder): Promise<Built> {
  const exceptions: { file: number; rule: StoredName }[] = [];
  const asked = new Map<string, Set<number>>();
  for (const [file, at] of files.entries())
    for await (const names of storedNames(at))
      for (const rule of names)
        if (rule.action === 'allow' && exceptions.length < MAX_EXCEPTIONS) {
          exceptions.push({ file, rule });
          for (const name of above(rule.name)) asked.set(name, new Set());
        }

  const builder = new DnsTableBuilder(Math.max(1024, expected));
  for (const [file, at] of files.entries())
    for await (const names of storedNames(at))
      for (const { name, action, scope, category } of names) {
        if (action === 'allow') continue;
        builder.add(name, { action, scope, category });
        asked.get(name)?.add(file);
      }

  let exceptionsLeftOut = 0;
  for (const { file, rule } of exceptions) {
    const others = above(rule.name).some((name) => [...(asked.get(name) ?? [])].some((by) => by !== file));
    if (others) exceptionsLeftOut++;
    else builder.add(rule.name, { action: 'allow', scope: rule.scope, category: rule.category });
  }
  const table = builder.build({ serial });
  writeSnapshot(path, table);
  return { rules: table.rules, exceptionsLeftOut };
}

parentPort?.postMessage(await build(workerData as BuildOrder));
