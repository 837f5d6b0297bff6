import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../postgres/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

/** One real PostgreSQL for the whole run; each suite gets its own database in it, cloned from a migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    project.provide('databaseUrl', external);
    return async () => {};
  }
  const stateDir = mkdtempSync(path.join(tmpdir(), 'salama-test-'));
  chmodSync(stateDir, 0o755);
  // Durability is proved by tests/recovery with fsync on; here only speed counts.
  const server = await startPostgres({
    stateDir,
    log: () => {},
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  project.provide('databaseUrl', server.url);
  return async () => {
    await server.stop('immediate');
    rmSync(stateDir, { recursive: true, force: true });
  };
}
