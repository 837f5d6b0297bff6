import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Platform } from '../../platform/platform.ts';
import { CATEGORY_IDS } from '../country/index.ts';
import type { MachineActor } from '../identity/index.ts';
import type { Addresses } from './addresses.ts';
import { INVALID, REPORT_UNKNOWN } from './errors.ts';
import { toAccounts } from './form.ts';
import { bodyHash, type Reporting } from './index.ts';
import { MAX_ACCOUNT_NAME, MAX_ACCOUNTS, MAX_LINK, MAX_LINKS, MAX_NARRATIVE } from './intake.ts';
import { AGE_BANDS, PROGRESS_STEPS } from './schema.ts';

export interface ApiDeps {
  platform: Platform;
  reporting: Reporting;
  /** The door: checks `Authorization: Bearer …` and sets `req.actor`; throws 401, 403 or 429 with their headers. */
  requireMachine(action: 'report.intake.machine' | 'report.status.machine'): preHandlerAsyncHookHandler;
}

/** The door has let only machines through. */
function machineOf(req: FastifyRequest): MachineActor {
  if (req.actor.kind !== 'machine') throw new Error('an API route without its door');
  return req.actor;
}

/** One fault of a body: where, and what is wrong. */
interface Fault {
  pointer: string;
  detail: string;
}

/** Counted by code point, as the form counts: an emoji is one character for everybody. */
const narrative = z
  .string()
  .refine((t) => [...t].length <= MAX_NARRATIVE, { message: `must have at most ${MAX_NARRATIVE} characters` })
  .meta({ maxLength: MAX_NARRATIVE })
  .default('');

const body = z.strictObject({
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

/** Every fault of a body at once, in one go: what the schema says, and what it can't. Pure. */
export function faultsOf(sent: unknown, addresses: Pick<Addresses, 'read'>, now: Date): Fault[] {
  const faults: Fault[] = [];
  const parsed = body.safeParse(sent);
  for (const issue of parsed.error?.issues ?? []) {
    const at = issue.code === 'unrecognized_keys' ? issue.keys.map((k) => [...issue.path, k]) : [issue.path];
    for (const path of at) faults.push({ pointer: pointerOf(path), detail: issue.message });
  }
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return faults;
  const at = new Set(faults.map((f) => f.pointer));
  const { urls = [], accounts = [], narrative: text = '', occurredAt } = sent as Record<string, unknown>;
  const none = (v: unknown) => (Array.isArray(v) && v.length === 0) || (typeof v === 'string' && v.trim() === '');
  if (none(urls) && none(accounts) && none(text))
    faults.push({ pointer: '/urls', detail: 'one of urls, accounts, narrative is needed' });
  if (Array.isArray(urls))
    // Beyond the limit the list itself is the fault.
    urls.slice(0, MAX_LINKS).forEach((u: unknown, i) => {
      if (typeof u === 'string' && !at.has(`/urls/${i}`) && !addresses.read(u))
        faults.push({ pointer: `/urls/${i}`, detail: 'is not a web address' });
    });
  if (typeof occurredAt === 'string' && !at.has('/occurredAt') && new Date(occurredAt) > now)
    faults.push({ pointer: '/occurredAt', detail: 'lies in the future' });
  return faults;
}

const created = z.object({
  id: z.uuid(),
  receipt: z
    .string()
    .regex(/^\d{16}$/)
    .describe('The 16-digit follow-up number; shown here only.'),
});
const status = z.object({
  id: z.uuid(),
  category: z.string(),
  language: z.string(),
  receivedAt: z.iso.datetime(),
  progress: z.array(z.object({ step: z.enum(PROGRESS_STEPS), at: z.iso.datetime() })),
});
const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/** Intake for organisations: `POST /api/v1/reports`, `GET /api/v1/reports/{id}`. */
export function apiRoutes(deps: ApiDeps) {
  const { platform, reporting } = deps;

  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    const problems = { 400: problemSchema, 401: problemSchema, 413: problemSchema, 429: problemSchema };
    const config = { csrf: 'exempt' as const, problem: true };

    app.post(
      '/api/v1/reports',
      {
        config,
        preHandler: deps.requireMachine('report.intake.machine'),
        // Every fault at once and the key checked first: so the body is validated below, the schema only documents it.
        attachValidation: true,
        schema: {
          summary: 'Report abusive content or a child in danger',
          description:
            'With an Idempotency-Key a replay within 24 hours gets the same answer; another body under the same key is refused (409).',
          tags: ['reports'],
          security: [{ apiKey: [] }],
          headers: z.looseObject({ 'idempotency-key': z.string().optional() }),
          body,
          response: { 201: created, ...problems, 409: problemSchema },
        },
      },
      async (req, reply) => {
        const caller = machineOf(req);
        const sent = req.body ?? {};
        const faults = faultsOf(sent, reporting.addresses, platform.clock.now());
        const idempotencyKey = req.headers['idempotency-key'];
        if (
          idempotencyKey !== undefined &&
          (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY.test(idempotencyKey))
        )
          faults.push({ pointer: '/Idempotency-Key', detail: 'must be 1 to 200 visible ASCII characters' });
        if (faults.length > 0) throw INVALID({ max: faults.length }, { extensions: { errors: faults } });
        const b = body.parse(sent);

        const submissionKey = idempotencyKey
          ? `api:${caller.keyId}:${idempotencyKey as string}`
          : `api:${caller.keyId}:once:${platform.random.bytes(16).toString('hex')}`;
        const accepted = await reporting.submit({
          submissionKey,
          bodyHash: bodyHash(b),
          channel: 'api',
          language: b.language,
          reporter: 'company',
          category: b.category,
          danger: b.danger,
          links: reporting.addresses.readAll(b.urls),
          accounts: toAccounts(b.accounts),
          narrative: b.narrative,
          visibility: 'unknown',
          ageBand: b.ageBand,
          occurred: b.occurredAt ? 'exact' : 'unknown',
          ...(b.occurredAt ? { occurredAt: new Date(b.occurredAt) } : {}),
          organisation: caller.organisationId,
          filedBy: `machine:${caller.keyId}`,
        });
        return reply
          .status(201)
          .header('location', `/api/v1/reports/${accepted.id}`)
          .send({ id: accepted.id, receipt: accepted.receipt });
      },
    );

    app.get(
      '/api/v1/reports/:id',
      {
        config,
        preHandler: deps.requireMachine('report.status.machine'),
        schema: {
          summary: 'Where a report of your organisation stands',
          tags: ['reports'],
          security: [{ apiKey: [] }],
          params: z.object({ id: z.string() }),
          response: { 200: status, 401: problemSchema, 404: problemSchema, 429: problemSchema },
        },
      },
      async (req) => {
        const caller = machineOf(req);
        if (!z.uuid().safeParse(req.params.id).success) throw REPORT_UNKNOWN();
        const found = await reporting.apiStatus(req.params.id, caller.organisationId);
        if (!found) throw REPORT_UNKNOWN();
        return {
          id: found.id,
          category: found.category,
          language: found.language,
          receivedAt: found.received_at.toISOString(),
          progress: found.progress.map((p) => ({ step: p.step, at: p.at.toISOString() })),
        };
      },
    );
  };
}
