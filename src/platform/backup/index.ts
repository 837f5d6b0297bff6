export { type BackupOptions, backup } from './backup.ts';
export { BackupError, type BackupErrorCode } from './errors.ts';
export type { Manifest } from './manifest.ts';
export { checkBackup, type Restored, type RestoreOptions, restore } from './restore.ts';
