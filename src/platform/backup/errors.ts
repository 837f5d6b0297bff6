export type BackupErrorCode =
  | 'PLATFORM_BACKUP_TARGET'
  | 'PLATFORM_BACKUP_DAMAGED'
  | 'PLATFORM_BACKUP_FORMAT'
  | 'PLATFORM_BACKUP_NEWER'
  | 'PLATFORM_RESTORE_NOT_EMPTY'
  | 'PLATFORM_RESTORE_IN_USE'
  | 'PLATFORM_RESTORE_KEYS';

/** Why a backup was not made or not restored; the message is a sentence for the operator at the console. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string) {
    super(message);
    this.name = 'BackupError';
    this.code = code;
  }
}
