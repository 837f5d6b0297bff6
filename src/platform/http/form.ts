import type { FastifyRequest } from 'fastify';

/**
 * A field of a posted form as text; missing and repeated ones are empty. Line ends are of one kind, and what the database
 * takes for no text (NUL, half of a surrogate pair) is left out.
 */
export function field(req: FastifyRequest, name: string): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed().replace(/\r\n/g, '\n') : '';
}
