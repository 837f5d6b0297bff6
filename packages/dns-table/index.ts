export { type BuildOptions, type BuiltTable, DnsTableBuilder } from './builder.ts';
export { DnsTableError } from './error.ts';
export { nameFromText, nameLength, nameToText, sameName } from './name.ts';
export type { Change } from './overlay.ts';
export { type PublisherOptions, TablePublisher } from './publisher.ts';
export { type Match, type ReaderLink, type ReaderOptions, TableReader } from './reader.ts';
export { rebased, rulesOf } from './rebase.ts';
export { type Action, type CategoryMask, categoryMask, type Rule, type Scope } from './rule.ts';
export {
  closeSnapshot,
  type OpenOptions,
  openLastGood,
  openSnapshot,
  previousOf,
  type Snapshot,
  writeSnapshot,
} from './snapshot.ts';
