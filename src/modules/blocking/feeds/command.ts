import { readFile } from 'node:fs/promises';
import type { Db } from '../../../platform/db.ts';
import type { Keyring } from '../../../platform/keys.ts';
import { traceLeak } from './service.ts';

export interface TraceDeps {
  db: Db;
  keys: Keyring;
  /** As in the configuration: names of the programme's own that carry marks. */
  markDomains: readonly string[];
  /** Names of organisations by id. */
  names(): Promise<ReadonlyMap<string, string>>;
  print(line: string): void;
}

/**
 * `blocking trace FILE`: names the partner whose file or zone a leaked text came from.
 *
 * @returns the exit code: 0 when somebody is named, 1 when nobody is
 */
export async function runTraceCommand(file: string, deps: TraceDeps): Promise<number> {
  const { files, zones } = await traceLeak(deps, await readFile(file, 'utf8'));
  const names = await deps.names();
  const lines = [
    ...zones
      .filter((e) => e.named || e.marks > 0)
      .map((e) => {
        const who = `${names.get(e.organisation) ?? e.organisation} (${e.name})`;
        return { named: e.named, text: `${who}: zone, ${e.marks} of ${e.marksOf} mark(s)` };
      }),
    ...files
      .filter((e) => e.named || e.marks > 0 || e.hashes > 0)
      .map((e) => {
        const marks = `${e.marks} of ${e.marksOf} mark(s), ${e.ordered} of ${e.orderedOf} neighbours in its order`;
        const who = names.get(e.partner) ?? e.partner;
        return { named: e.named, text: `${who}: file, ${marks}, ${e.hashes} hash(es)` };
      }),
  ];
  // Who is named comes first: a mark or two of somebody's zone can meet by chance.
  for (const wanted of [true, false])
    for (const { named, text } of lines)
      if (named === wanted) deps.print(`${named ? 'NAMED    ' : 'not named'}  ${text}`);
  if ([...files, ...zones].some((e) => e.named)) return 0;
  deps.print('Nobody is named: too little of it is left, or it is not ours.');
  return 1;
}
