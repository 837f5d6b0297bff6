import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { csvOf } from '../../../platform/csv.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS, type Lang } from '../../../platform/i18n/index.ts';
import type { StaffActor } from '../../identity/index.ts';
import { reachOf } from '../family/network.ts';
import { ImportPage, SchoolPage } from '../pages/school-pages.tsx';
import { COLUMNS, classRows, MAX_FILE, readClasses, type SchoolNow, textOf } from './classes-csv.ts';
import { actorOf, attempt, backTo, doneOf, type FamilyDeps } from './deps.ts';
import { doorOf, PLACES } from './profile.routes.tsx';

const EXAMPLE: readonly (readonly string[])[] = [
  ['6A', '9-12', 'ar', ''],
  ['3B', '13-15', 'fr', ''],
];

/** `/{lang}/school`: a teacher's page, and the classes' file with a look before anything is made. */
export function schoolRoutes(deps: FamilyDeps) {
  const { profiles, networks } = deps.safeAccess;
  const show = (req: FastifyRequest, reply: FastifyReply, path: string, body: VNode, status = 200) =>
    sendPage(req, reply, { title: req.tr.t('safe-access.family.school.title'), shell: 'public', path, body, status });

  async function schoolNow(actor: StaffActor): Promise<SchoolNow> {
    const classes = await profiles.list(actor, { school: actor.organisationId });
    const divided = await networks.ofSchool(actor, actor.organisationId);
    return {
      lines: divided.lines,
      classes: classes.map((c) => ({ label: c.label, band: c.band, networks: divided.classes.get(c.id) ?? [] })),
      reach: reachOf(deps.platform.config),
    };
  }

  /** The chosen file, or what was pasted or corrected. A file counts first: it was chosen last. */
  function sent(req: FastifyRequest, lang: Lang): string {
    const { file } = (req.body ?? {}) as { file?: unknown };
    return Buffer.isBuffer(file) && file.length > 0 ? textOf(file, lang).replaceAll('\r\n', '\n') : field(req, 'csv');
  }

  return async (app: FastifyInstance): Promise<void> => {
    // The form's fields are read before anything is done, so that its proof is checked as that of any form.
    await app.register(multipart, {
      attachFieldsToBody: 'keyValues',
      limits: { fileSize: MAX_FILE, files: 1, fields: 4, parts: 5, fieldSize: 4 * MAX_FILE },
    });
    const inside = { preHandler: doorOf(deps, 'school') };
    for (const lang of LANGS) {
      const at = PLACES.school.home(lang);
      app.get(at, inside, async (req, reply) => {
        const actor = actorOf(req);
        const classes = await profiles.list(actor, { school: actor.organisationId });
        const divided = await networks.ofSchool(actor, actor.organisationId);
        const now = deps.platform.clock.now();
        return show(
          req,
          reply,
          '/school',
          <SchoolPage classes={classes} networks={divided} now={now} done={doneOf(req)} />,
        );
      });

      app.get(`${at}/import/example.csv`, inside, (_req, reply) =>
        reply
          .header('content-disposition', 'attachment; filename="e-salama-classes.csv"')
          .header('cache-control', 'no-store')
          .type('text/csv; charset=utf-8')
          .send(csvOf([[...COLUMNS], ...EXAMPLE])),
      );

      app.get(`${at}/import`, inside, async (req, reply) => {
        const actor = actorOf(req);
        const { lines: own } = await networks.ofSchool(actor, actor.organisationId);
        return show(req, reply, '/school/import', <ImportPage text="" own={own} lines={undefined} />);
      });
      app.post(`${at}/import`, { ...inside, bodyLimit: 6 * MAX_FILE }, async (req, reply) => {
        const actor = actorOf(req);
        const text = sent(req, lang);
        const now = await schoolNow(actor);
        const read = readClasses(text, lang, now);
        const lines = 'lines' in read ? read.lines : undefined;
        const again = (status: number, error?: string) =>
          show(
            req,
            reply,
            '/school/import',
            <ImportPage
              text={text}
              own={now.lines}
              lines={lines}
              problem={'problem' in read ? read.problem : undefined}
              error={error}
            />,
            status,
          );
        if (!lines) return again(422);
        if (lines.some((line) => line.problems.length > 0)) return again(422);
        if (field(req, 'do') !== 'make') return again(200);
        const made = await attempt(req, () => profiles.importClasses(actor, actor.organisationId, classRows(lines)));
        if ('error' in made) return again(made.status, made.error);
        return backTo(reply, at, 'saved');
      });
    }
  };
}
