import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Platform } from '../../platform/platform.ts';
import type { MachineActor } from '../identity/index.ts';
import { faultsOf, reportBody } from './api-faults.ts';
import { INVALID, REPORT_UNKNOWN } from './errors.ts';
import { toAccounts } from './form.ts';
import { bodyHash, type Reporting } from './index.ts';
import { PROGRESS_STEPS } from './schema.ts';

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
    // JSON only: a form or plain text would be read as a body without any member, and its sender sent looking for one.
    instance.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
    const problems = {
      400: problemSchema,
      401: problemSchema,
      413: problemSchema,
      415: problemSchema,
      429: problemSchema,
    };
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
          body: reportBody,
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
          faults.push({ pointer: '/Idempotency-Key', key: 'reporting.api.fault.idempotencyKey' });
        if (faults.length > 0) {
          const errors = faults.map((f) => ({ pointer: f.pointer, detail: req.tr.t(f.key, f.params) }));
          throw INVALID({ max: faults.length }, { extensions: { errors } });
        }
        const b = reportBody.parse(sent);

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
