import { type BuildOptions, type BuiltTable, DnsTableBuilder } from './builder.ts';
import { NamesFile } from './confirm.ts';
import { sections } from './layout.ts';
import { type Change, identity } from './overlay.ts';
import { ALLOW, EXACT, type Rule } from './rule.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Every rule of a table with its name in wire form, in no order that means anything. Reads the names from disk.
 * @throws DnsTableError `torn`, `corrupt`: the file changed since it was opened
 */
export function* rulesOf(snapshot: Snapshot): Generator<{ name: Uint8Array; rule: Rule }> {
  const s = sections(snapshot.memory, snapshot.header.rules, snapshot.header.bucketBits);
  let at = 0;
  for (const name of new NamesFile(snapshot.file, snapshot.memory.byteLength, s, 1).names()) {
    const flags = (s.flags[at >> 2] as number) >> (2 * (at & 3));
    const rule: Rule = {
      action: flags & ALLOW ? 'allow' : 'block',
      scope: flags & EXACT ? 'exact' : 'subtree',
      category: s.categories[at++] as number,
    };
    yield { name, rule };
  }
}

/**
 * A table of what stands once `changes` are made to the snapshot's rules: the base of the next `swap`, without asking
 * anybody but the disk. The key is a new one.
 */
export function rebased(snapshot: Snapshot, changes: readonly Change[], options: BuildOptions = {}): BuiltTable {
  const last = new Map(changes.map((c) => [identity(c), c]));
  const builder = new DnsTableBuilder(snapshot.header.rules + last.size + 1);
  for (const { name, rule } of rulesOf(snapshot)) {
    if (last.size === 0 || !last.has(identity({ op: 'add', name, rule }))) builder.addWire(name, 0, rule);
  }
  for (const change of last.values()) if (change.op === 'add') builder.addWire(change.name, 0, change.rule);
  return builder.build(options);
}
