import { PostgresError } from './platform/postgres/errors.ts';

/** Another program has the port, or this user may not have it. */
export function isPortFault(error: unknown): boolean {
  const { code, port } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' || (code === 'EACCES' && port !== undefined);
}

/**
 * What keeps a start from going on and is nobody's bug (a port or a folder in use, a word mistyped): one sentence that says
 * what to do. Undefined for everything else, which wants its stack.
 */
export function sentenceFor(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // By name too: bundles may hold the class twice.
  if (error instanceof PostgresError || error.name === 'PostgresError') return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}. "npm start -- --help" says what there is.`;
  const place = `${address ?? ''}:${port ?? ''}`;
  if (code === 'EADDRINUSE')
    return `Another program already listens at ${place}: stop it, or choose another port (PORT and others, see docs/operate.md).`;
  if (code === 'EACCES' && port !== undefined)
    return `This user may not listen at ${place}: choose a port above 1023, or put a reverse proxy before it (docs/operate.md).`;
  return undefined;
}
