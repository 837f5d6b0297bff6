import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { RecordRef } from '../../identity/index.ts';
import { UNKNOWN } from '../errors.ts';

/** Reports carry no place: the policy lets only staff for the whole country near them. */
export const RECORD: RecordRef = { territory: null };

export function show(
  req: FastifyRequest,
  reply: FastifyReply,
  page: { nav: 'helpline' | 'care'; title: string; path: string; body: VNode; status?: number },
): FastifyReply {
  return sendPage(req, reply, { ...page, shell: 'desk' });
}

/** An id in the path. @throws HELPLINE_UNKNOWN for what can't be one */
export function idParam(req: FastifyRequest, name: string): string {
  const value = (req.params as Record<string, string | undefined>)[name] ?? '';
  if (!isUuid(value)) throw UNKNOWN();
  return value;
}

type Body = Record<string, unknown>;

/** Every value of a field, as typed, with line ends of one kind and without U+0000, which PostgreSQL can't store. */
export function all(req: { body?: unknown }, name: string): string[] {
  const value = ((req.body ?? {}) as Body)[name];
  return (Array.isArray(value) ? value : [value])
    .filter((v) => typeof v === 'string')
    .map((v: string) => v.replaceAll('\0', '').toWellFormed().replace(/\r\n/g, '\n'));
}
export const one = (req: { body?: unknown }, name: string): string => all(req, name)[0] ?? '';
export const asked = (req: { query?: unknown }, name: string): string => {
  const value = ((req.query ?? {}) as Body)[name];
  return typeof value === 'string' ? value : '';
};
export function among<T extends string>(value: string, allowed: readonly T[]): T | undefined {
  return (allowed as readonly string[]).includes(value) ? (value as T) : undefined;
}
