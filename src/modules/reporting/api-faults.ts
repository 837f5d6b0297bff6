import { z } from 'zod';
import type { MessageParams } from '../../platform/i18n/index.ts';
import { CATEGORY_IDS } from '../country/index.ts';
import type { Addresses } from './addresses.ts';
import { MAX_ACCOUNT_NAME, MAX_ACCOUNTS, MAX_LINK, MAX_LINKS, MAX_NARRATIVE } from './intake.ts';
import { AGE_BANDS } from './schema.ts';

/** One fault of a body: where, and what is wrong, as a key of the catalogues: it is said in the caller's language. */
export interface Fault {
  pointer: string;
  key: string;
  params?: MessageParams;
}

/** Counted by code point, as the form counts: an emoji is one character for everybody. */
const narrative = z
  .string()
  .refine((t) => [...t].length <= MAX_NARRATIVE, { params: { max: MAX_NARRATIVE } })
  .meta({ maxLength: MAX_NARRATIVE })
  .default('');

/** The body of `POST /api/v1/reports`. */
export const reportBody = z.strictObject({
  category: z.enum(CATEGORY_IDS).describe('One of the shared risk categories, for example "sextortion".'),
  urls: z.array(z.string().min(1).max(MAX_LINK)).max(MAX_LINKS).default([]),
  accounts: z
    .array(z.strictObject({ platform: z.string().min(1).max(40), name: z.string().min(1).max(MAX_ACCOUNT_NAME) }))
    .max(MAX_ACCOUNTS)
    .default([]),
  narrative,
  language: z.enum(['ar', 'fr', 'en', 'zgh']).default('ar'),
  danger: z.boolean().default(false),
  ageBand: z.enum(AGE_BANDS).default('unknown'),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
});

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((p) => `/${String(p).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The member that a path names; undefined when there is none. */
const at = (sent: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, p) => (typeof v === 'object' && v !== null ? Reflect.get(v, p) : undefined), sent);

/** What the schema found, in our words: its own are English, and written for programmers. */
function wordsOf(issue: z.core.$ZodIssue, sent: unknown): Omit<Fault, 'pointer'> {
  const missing = issue.path.length > 0 && at(sent, issue.path) === undefined;
  if (missing) return { key: 'reporting.api.fault.missing' };
  switch (issue.code) {
    case 'invalid_type':
      return { key: 'reporting.api.fault.type', params: { type: issue.expected } };
    case 'invalid_value':
      return { key: 'reporting.api.fault.oneOf', params: { values: issue.values.map(String).join(', ') } };
    case 'unrecognized_keys':
      return { key: 'reporting.api.fault.unknown' };
    case 'too_small':
      return { key: 'reporting.api.fault.empty' };
    case 'too_big': {
      const key = issue.origin === 'array' ? 'reporting.api.fault.tooMany' : 'reporting.api.fault.tooLong';
      return { key, params: { max: Number(issue.maximum) } };
    }
    case 'custom':
      return { key: 'reporting.api.fault.tooLong', params: { max: Number(issue.params?.max) } };
    default:
      return { key: 'reporting.api.fault.dateTime' };
  }
}

/** Every fault of a body at once, in one go: what the schema says, and what it can't. Pure. */
export function faultsOf(sent: unknown, addresses: Pick<Addresses, 'read'>, now: Date): Fault[] {
  const faults: Fault[] = [];
  const parsed = reportBody.safeParse(sent);
  for (const issue of parsed.error?.issues ?? []) {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((k) => [...issue.path, k]) : [issue.path];
    for (const path of paths) faults.push({ pointer: pointerOf(path), ...wordsOf(issue, sent) });
  }
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return faults;
  const known = new Set(faults.map((f) => f.pointer));
  const { urls = [], accounts = [], narrative: text = '', occurredAt } = sent as Record<string, unknown>;
  const none = (v: unknown) => (Array.isArray(v) && v.length === 0) || (typeof v === 'string' && v.trim() === '');
  if (none(urls) && none(accounts) && none(text))
    faults.push({
      pointer: '/urls',
      key: 'reporting.api.fault.oneNeeded',
      params: { names: 'urls, accounts, narrative' },
    });
  if (Array.isArray(urls))
    // Beyond the limit the list itself is the fault.
    urls.slice(0, MAX_LINKS).forEach((u: unknown, i) => {
      if (typeof u === 'string' && !known.has(`/urls/${i}`) && !addresses.read(u))
        faults.push({ pointer: `/urls/${i}`, key: 'reporting.api.fault.noAddress' });
    });
  if (typeof occurredAt === 'string' && !known.has('/occurredAt') && new Date(occurredAt) > now)
    faults.push({ pointer: '/occurredAt', key: 'reporting.api.fault.future' });
  return faults;
}
