import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/** A database handle; inside {@link transaction} the same type is the transaction, so a service runs in either. */
export type Db = Kysely<object>;

// 8-byte integers: our counts and sequence numbers stay far below 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (value) => Number(value));

/**
 * How a statement begins that each connection shall read and plan once: those that every report brings. For statements whose
 * text never changes (columns of rows go in as one parameter, see `columns.ts`); any other would fill the server's memory.
 */
const PREPARED = '/* prepared */';
/** Their names, for the whole process: there are as many as places in the code. */
const preparedNames = new Map<string, string>();

/**
 * Has a connection send statements that begin with {@link PREPARED} under a name, by which the driver knows what the server
 * has read already. Here and not where they are written, since kysely hands on a text and its parameters only.
 */
function sendPreparedByName(client: pg.PoolClient): void {
  // Looked up each time: tests that count what is asked put themselves in between.
  const query = (...given: unknown[]): unknown =>
    (pg.Client.prototype.query as (...given: unknown[]) => unknown).apply(client, given);
  const byName = (first: unknown, ...rest: unknown[]): unknown => {
    if (typeof first !== 'string' || !first.startsWith(PREPARED)) return query(first, ...rest);
    let name = preparedNames.get(first);
    if (!name) {
      name = `e-salama ${preparedNames.size + 1}`;
      preparedNames.set(first, name);
    }
    const [values, ...callback] = rest;
    return query({ name, text: first, values }, ...callback);
  };
  client.query = byName as typeof client.query;
}

export interface Database {
  db: Db;
  pool: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections of this process only. */
  max?: number;
  applicationName?: string;
  /**
   * No question goes unanswered longer, and no transaction waits longer for its next statement, in milliseconds: whatever
   * holds rows for longer has lost its owner. Whoever sends a mail inside a transaction stays below it.
   */
  patienceMs?: { statement: number; idleInTransaction: number };
}

/** Opens a pool. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { patienceMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    types,
    application_name: options.applicationName ?? 'e-salama',
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    ...(patienceMs && {
      statement_timeout: patienceMs.statement,
      // For an answer that never comes although the server has ended the statement.
      query_timeout: patienceMs.statement + 30_000,
      idle_in_transaction_session_timeout: patienceMs.idleInTransaction,
    }),
  });
  // Without a listener a connection lost while idle (the server was killed) would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    sendPreparedByName(client);
  });
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** Runs `fn` in a transaction; inside one already, in the same one. */
export async function transaction<T>(db: Db, fn: (tx: Db) => Promise<T>): Promise<T> {
  if (db.isTransaction) return fn(db);
  return db.transaction().execute(fn);
}

// 25P03: idle in a transaction for too long; its connection is closed.
const CONNECTION_STATES = new Set(['08000', '08003', '08006', '57P01', '57P02', '57P03', '25P03']);
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT']);

/** Whether an error says that the database is away or restarting (try again), not that the statement is wrong. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string') return CONNECTION_STATES.has(code) || SOCKET_CODES.has(code);
  return /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
