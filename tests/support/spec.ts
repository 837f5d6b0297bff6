import { existsSync } from 'node:fs';
import path from 'node:path';
import { findRoot } from '../../src/platform/root.ts';

/**
 * A file of the third-party schemas, beside the repository or beside the one that this is a worktree of; undefined where
 * they are absent, and tests that need it skip.
 */
export const specFile = (file: string): string | undefined =>
  ['../shared/spec', '../../shared/spec'].map((at) => path.join(findRoot(), at, file)).find((f) => existsSync(f));
