export { PostgresError, type PostgresErrorCode } from './errors.ts';
export { withExternal } from './external.ts';
export { takeOwnership } from './owner.ts';
export { ensureStateDir, resolveStateDir, type StateDir } from './state-dir.ts';
export { type PostgresOptions, type RunningPostgres, runningUrl, startPostgres } from './supervisor.ts';
