import type { FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import type { VNode } from 'preact';
import { AppError } from '../../../platform/errors.ts';
import { sendPage } from '../../../platform/http/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { type Action, type Identity, mayEver, type StaffActor, staffOf } from '../../identity/index.ts';
import type { SafeAccess } from '../index.ts';
import type { ProfileSigner } from './mobileconfig.ts';

/** What the families' pages are made with. */
export interface FamilyDeps {
  platform: Platform;
  safeAccess: SafeAccess;
  identity: Identity;
  country: Country;
  zone: string;
  /** Name of the resolver, DNS_NAME. */
  dnsName: string;
  /** Signs profiles for iPhones; without it they are given unsigned, and say so. */
  signer?: ProfileSigner | undefined;
}

/** The door of the families' pages: others are led to where they begin, signed in or not. */
export function door(action: Action, home: (lang: string) => string): preHandlerAsyncHookHandler {
  return async (req, reply) => {
    if (mayEver(req.actor, action)) return;
    return reply.redirect(home(req.lang), 303);
  };
}

/** A page of the families' side. @param path its address without the language; undefined where it has no twin in another */
export const familyPage = (
  req: FastifyRequest,
  reply: FastifyReply,
  path: string | undefined,
  body: VNode,
  status = 200,
) =>
  sendPage(req, reply, {
    title: req.tr.t('safe-access.family.title'),
    shell: 'public',
    body,
    status,
    ...(path ? { path } : {}),
  });

export const actorOf = (req: FastifyRequest): StaffActor => staffOf(req);

/** The value of the action, or the sentence of an expected refusal (4xx), to be shown beside what was typed. */
export async function attempt<T>(
  req: FastifyRequest,
  action: () => Promise<T>,
): Promise<{ value: T } | { error: string; status: number }> {
  try {
    return { value: await action() };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500 || error.status === 404) throw error;
    return { error: req.tr.t(error.messageKey, error.params), status: error.status };
  }
}

/** All values of a repeated field that are among `allowed`. */
export function chosen<T extends string>(req: FastifyRequest, name: string, allowed: readonly T[]): T[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return allowed.filter((candidate) => given.includes(candidate));
}

export const param = (req: FastifyRequest, name: string): string =>
  String((req.params as Record<string, unknown>)[name] ?? '');

/** What was done is said on the page that follows, by a word in the address; only words that have a sentence. */
export const DONE = ['saved', 'sent', 'removed', 'answered', 'agreed', 'declined', 'contested', 'readdressed'] as const;
export type Done = (typeof DONE)[number];
export function doneOf(req: FastifyRequest): Done | undefined {
  const { done } = (req.query ?? {}) as { done?: unknown };
  return DONE.find((word) => word === done);
}
export const backTo = (reply: FastifyReply, path: string, done?: Done) =>
  reply.redirect(done ? `${path}?done=${done}` : path, 303);
