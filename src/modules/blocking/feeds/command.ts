import { readFile } from 'node:fs/promises';
import type { Db } from '../../../platform/db.ts';
import type { Keyring } from '../../../platform/keys.ts';
import { traceLeak } from './service.ts';

export interface TraceDeps {
  db: Db;
  keys: Keyring;
  /** Names of organisations by id. */
  names(): Promise<ReadonlyMap<string, string>>;
  print(line: string): void;
}

/**
 * `blocking trace FILE`: names the partner whose file a leaked text came from.
 *
 * @returns the exit code: 0 when somebody is named, 1 when nobody is
 */
export async function runTraceCommand(file: string, deps: TraceDeps): Promise<number> {
  const found = await traceLeak(deps, await readFile(file, 'utf8'));
  const names = await deps.names();
  for (const e of found.filter((e) => e.named || e.marks > 0 || e.hashes > 0)) {
    const what = `${e.marks} of ${e.marksOf} mark(s), ${e.ordered} of ${e.orderedOf} neighbours in its order, ${e.hashes} hash(es)`;
    deps.print(`${e.named ? 'NAMED    ' : 'not named'}  ${names.get(e.partner) ?? e.partner}: ${what}`);
  }
  if (found.some((e) => e.named)) return 0;
  deps.print('Nobody is named: too little of the file is left, or it is not ours.');
  return 1;
}
