export { type Clock, ManualClock, systemClock } from './clock.ts';
export { type CliOutput, runCli } from './config/cli.ts';
export { examineBoard, examineConfig, type Finding, type FindingCode } from './config/doctor.ts';
export { generateConfig } from './config/generate.ts';
export {
  type Generated,
  NOTES,
  type NoteCode,
  type ResolverSettings,
  SOFTWARE,
  type Software,
} from './config/settings.ts';
export { RpzError, type RpzFault, WireError } from './errors.ts';
export { FileStore } from './journal/file.ts';
export { type Delta, MemoryStore, type StoredPart, type ZoneStore } from './journal/store.ts';
export type { BoardRow, NotifyRecord, TransferRecord } from './server/board.ts';
export { DEFAULT_LIMITS, type Limits, Primary, type PrimaryEvents, type PrimarySettings } from './server/primary.ts';
export { checkSecondaries, type NotifyTarget, type SecondarySettings } from './server/secondaries.ts';
export type { KeySettings, TsigAlgorithm } from './tsig/key.ts';
export type { Companions } from './zone/companions.ts';
export type { Policy, Scope } from './zone/policy.ts';
export { changesTo } from './zone/rebase.ts';
export { checkName, type NameFault, type Rule } from './zone/rule.ts';
export { addToSerial, isNewer, stepsBehind } from './zone/serial.ts';
export { type Applied, type Changes, Zone, type ZoneSettings } from './zone/zone.ts';
