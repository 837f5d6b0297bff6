import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { isUuid } from '../../../platform/ids.ts';
import { auditName, authorize } from '../../identity/index.ts';
import { type DeskDeps, door, RECORD, show } from '../desk/context.ts';
import { BULK_UNKNOWN } from './bulk.ts';
import { BulkPage, OneBulkPage } from './bulk-pages.tsx';
import { COLUMNS, MAX_ROWS, writeCsv } from './csv.ts';
import type { RowFault } from './rows.ts';

const ROOT = '/desk/bulk';
const MAX_FILE = 8 * 1024 * 1024;

/** Intake of many reports by a file, for staff. */
export function bulkRoutes(deps: DeskDeps) {
  const { bulk } = deps.casework;

  async function page(req: FastifyRequest, reply: FastifyReply, error?: { status: number; text: string }) {
    const body = <BulkPage files={await bulk.list()} error={error?.text} />;
    const title = req.tr.t('casework.bulk.title');
    return show(req, reply, { room: 'bulk', title, path: ROOT, body, status: error?.status ?? 200 });
  }
  function bulkId(req: FastifyRequest): string {
    const { id } = req.params as { id: string };
    if (!isUuid(id)) throw BULK_UNKNOWN();
    return id;
  }
  const csv = (reply: FastifyReply, name: string, rows: readonly (readonly (string | number)[])[]) =>
    reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .type('text/csv; charset=utf-8')
      .send(writeCsv(rows));

  return async (app: FastifyInstance): Promise<void> => {
    // The form's fields are read before anything is done, so that its proof is checked as that of any form.
    await app.register(multipart, {
      attachFieldsToBody: 'keyValues',
      limits: { fileSize: MAX_FILE, files: 1, fields: 5, parts: 6, fieldSize: 1000 },
    });
    const guard = door(deps, 'report.intake.bulk');

    app.get(ROOT, guard, (req, reply) => page(req, reply));

    app.get(`${ROOT}/template.csv`, guard, (_req, reply) =>
      csv(reply, 'e-salama-reports.csv', [
        [...COLUMNS],
        ['https://example.com/page', '', '', 'harassment', 'fr', 'no', '12-14', 'public', ''],
      ]),
    );

    app.post(ROOT, { ...guard, bodyLimit: MAX_FILE + 64 * 1024 }, async (req, reply) => {
      authorize(req.actor, 'report.intake.bulk', RECORD);
      const given = (req.body as Record<string, unknown> | undefined)?.file;
      const file = Buffer.isBuffer(given) ? given : Buffer.from(typeof given === 'string' ? given : '');
      try {
        return await reply.redirect(`${ROOT}/${await bulk.check(file, auditName(req.actor))}`, 303);
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 400) throw error;
        const { fault = 'csv', detail = '' } = (error.params ?? {}) as { fault?: string; detail?: string };
        const text = req.tr.t(`casework.bulk.unreadable.${fault}`, { detail, max: MAX_ROWS });
        return page(req, reply, { status: 400, text });
      }
    });

    app.get(`${ROOT}/:id`, guard, async (req, reply) => {
      const found = await bulk.find(bulkId(req));
      const body = <OneBulkPage bulk={found} faults={found.faults as RowFault[]} />;
      const title = req.tr.t('casework.bulk.title');
      return show(req, reply, { room: 'bulk', title, path: `${ROOT}/${found.id}`, body });
    });

    app.get(`${ROOT}/:id/result.csv`, guard, async (req, reply) => {
      const found = await bulk.find(bulkId(req));
      const results = (await bulk.results(found.id)).map((r) => ({
        row: r.row,
        cells: [r.row, req.tr.t(`casework.bulk.outcome.${r.outcome}`), '', r.report ?? ''],
      }));
      const faults = (found.faults as RowFault[]).map((f) => ({
        row: f.row,
        cells: [f.row, req.tr.t('casework.bulk.outcome.failed'), req.tr.t(`casework.bulk.fault.${f.fault}`), f.column],
      }));
      const lines = [...results, ...faults].sort((a, b) => a.row - b.row).map((l) => l.cells);
      return csv(reply, 'e-salama-result.csv', [['line', 'outcome', 'why', 'what'], ...lines]);
    });

    for (const verb of ['start', 'drop'] as const)
      app.post(`${ROOT}/:id/${verb}`, guard, async (req, reply) => {
        authorize(req.actor, 'report.intake.bulk', RECORD);
        const id = bulkId(req);
        await bulk[verb](id, auditName(req.actor));
        return reply.redirect(`${ROOT}/${id}`, 303);
      });
  };
}
