import { Client } from 'pg';
import { PostgresError } from './errors.ts';

const OLDEST = 15;
const NEWEST = 18;

/**
 * Checks a server that somebody else runs.
 *
 * @returns its version, like "15.18"
 * @throws PostgresError PLATFORM_DB_UNREACHABLE, PLATFORM_DB_VERSION
 */
export async function withExternal(url: string): Promise<{ url: string; version: string }> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
    return { url, version: checkVersion(Number(rows[0]?.server_version_num)) };
  } catch (cause) {
    if (cause instanceof PostgresError) throw cause;
    // pg's messages name the host and the role, never the password.
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    const message = `The server of DATABASE_URL does not answer: ${why}.`;
    throw new PostgresError('PLATFORM_DB_UNREACHABLE', message, { cause });
  } finally {
    await client.end().catch(() => {});
  }
}

/** @param number server_version_num, 150018 for 15.18 */
export function checkVersion(number: number): string {
  const major = Math.floor(number / 10_000);
  const version = `${major}.${number % 10_000}`;
  if (major >= OLDEST && major <= NEWEST) return version;
  throw new PostgresError(
    'PLATFORM_DB_VERSION',
    `The server of DATABASE_URL is PostgreSQL ${version}; e-Salama needs ${OLDEST} to ${NEWEST}.`,
  );
}
