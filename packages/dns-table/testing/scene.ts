import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, DnsTableBuilder } from '../builder.ts';
import { TablePublisher } from '../publisher.ts';
import { TableReader } from '../reader.ts';
import type { Rule } from '../rule.ts';
import { type OpenOptions, openSnapshot, type Snapshot, writeSnapshot } from '../snapshot.ts';

const folders: string[] = [];

export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dns-table-'));
  folders.push(folder);
  return join(folder, 'table');
}

export function removeTemporaryFiles(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const BLOCK: Rule = { action: 'block', scope: 'subtree', category: 1 };
export const ALLOWED: Rule = { action: 'allow', scope: 'subtree', category: 1 };
export const EXACTLY: Rule = { action: 'block', scope: 'exact', category: 1 };

/** A table on disk, opened again. */
export function snapshotOf(
  rules: Iterable<readonly [name: string | Uint8Array, rule: Rule]>,
  options: BuildOptions & OpenOptions = {},
  path = temporaryFile(),
): Snapshot {
  const builder = new DnsTableBuilder();
  for (const [name, rule] of rules) {
    if (typeof name === 'string') builder.add(name, rule);
    else builder.addWire(name, 0, rule);
  }
  writeSnapshot(path, builder.build(options));
  return openSnapshot(path, options);
}

export function published(...args: Parameters<typeof snapshotOf>): { publisher: TablePublisher; reader: TableReader } {
  const publisher = new TablePublisher(snapshotOf(...args));
  return { publisher, reader: new TableReader(publisher.connect()) };
}
