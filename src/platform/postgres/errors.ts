/** What can be wrong with the database itself; the message is one sentence for the operator who reads the console. */
export type PostgresErrorCode =
  | 'PLATFORM_STATE_IN_USE'
  | 'PLATFORM_DB_VERSION'
  | 'PLATFORM_DB_UNREACHABLE'
  | 'PLATFORM_DB_BINARIES'
  | 'PLATFORM_DB_USER'
  | 'PLATFORM_DB_START';

/** Raised before there is a server to answer with, so it has a code and a sentence but no HTTP status. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;

  constructor(code: PostgresErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PostgresError';
    this.code = code;
  }
}
