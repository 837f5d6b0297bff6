import type { FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { field } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { type CategoryId, isCategoryId } from '../../country/index.ts';
import type { ReferralInput } from '../drafting.ts';
import { INVALID, REFERRAL_UNKNOWN } from '../errors.ts';
import { URGENCY_LEVELS } from '../referral.ts';
import { WARNING_REASONS } from '../schema.ts';
import type { WarningChoice } from '../warning.ts';

export const query = (req: FastifyRequest, name: string): string => {
  const value = (req.query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
};

export function idOf(req: FastifyRequest): string {
  const { id } = req.params as { id: string };
  if (!isUuid(id)) throw REFERRAL_UNKNOWN();
  return id;
}

export const among = <T extends string>(value: string, allowed: readonly T[]): T | undefined =>
  allowed.find((a) => a === value);

/** Every value of a field that may be there more than once. */
const several = (req: FastifyRequest, name: string): string[] =>
  [(req.body as Record<string, unknown> | undefined)?.[name]].flat().filter((v): v is string => typeof v === 'string');

/** What was chosen about telling the reporter; undefined: nothing yet. */
export function warningOf(req: FastifyRequest): WarningChoice | undefined {
  const chosen = field(req, 'warning');
  const words = field(req, 'warningWords');
  if (chosen === 'written') return { decision: 'written', reports: several(req, 'warn').filter(isUuid), words };
  const reason = among(chosen, WARNING_REASONS);
  return reason && { decision: 'not-safe', reason, words };
}

/** What the form of a referral asks for. */
export function inputOf(req: FastifyRequest): ReferralInput {
  const category = field(req, 'category');
  if (!isCategoryId(category)) throw INVALID({ max: 4000 });
  const warning = warningOf(req);
  const ticked = (name: string) => field(req, name) === 'on';
  return {
    body: field(req, 'body'),
    category: category as CategoryId,
    urgency: among(field(req, 'urgency'), URGENCY_LEVELS) ?? 'normal',
    urgencyReason: field(req, 'urgencyReason'),
    note: field(req, 'note'),
    place: field(req, 'place'),
    hold: ticked('hold'),
    sensitive: ticked('sensitive'),
    tellReporter: ticked('tellReporter'),
    withWords: ticked('withWords'),
    withAccounts: ticked('withAccounts'),
    withPlace: ticked('withPlace'),
    ...(warning ? { warning } : {}),
  };
}

/** Runs what a form asks for; a refusal that can be mended comes back as a value, to be shown beside what was typed. */
export async function attempt(action: () => Promise<unknown>): Promise<AppError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && [400, 409, 410, 422].includes(error.status)) return error;
    throw error;
  }
}
