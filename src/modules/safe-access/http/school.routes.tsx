import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { ImportPage, SchoolPage } from '../pages/school-pages.tsx';
import { classRows, readClasses } from './classes-csv.ts';
import { actorOf, attempt, backTo, doneOf, type FamilyDeps } from './deps.ts';
import { doorOf, PLACES } from './profile.routes.tsx';

const CSV_MAX = 40_000;

/** `/{lang}/school`: a teacher's page, and the classes' file with a look before anything is made. */
export function schoolRoutes(deps: FamilyDeps) {
  const { profiles } = deps.safeAccess;
  const show = (req: FastifyRequest, reply: FastifyReply, path: string, body: VNode, status = 200) =>
    sendPage(req, reply, { title: req.tr.t('safe-access.family.school.title'), shell: 'public', path, body, status });

  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: doorOf(deps, 'school') };
    for (const lang of LANGS) {
      const at = PLACES.school.home(lang);
      app.get(at, inside, async (req, reply) => {
        const actor = actorOf(req);
        const classes = await profiles.list(actor, { school: actor.organisationId });
        const body = <SchoolPage classes={classes} now={deps.platform.clock.now()} done={doneOf(req)} />;
        return show(req, reply, '/school', body);
      });

      app.get(`${at}/import`, inside, (req, reply) =>
        show(req, reply, '/school/import', <ImportPage text="" lines={undefined} fault={undefined} />),
      );
      app.post(`${at}/import`, inside, async (req, reply) => {
        const actor = actorOf(req);
        const text = field(req, 'csv').slice(0, CSV_MAX);
        const read = readClasses(text, lang);
        const lines = 'lines' in read ? read.lines : undefined;
        const again = (status: number, error?: string) =>
          show(
            req,
            reply,
            '/school/import',
            <ImportPage text={text} lines={lines} fault={'fault' in read ? read.fault : undefined} error={error} />,
            status,
          );
        if (!lines) return again(422);
        if (field(req, 'do') !== 'make' || lines.some((line) => line.fault)) return again(200);
        const made = await attempt(req, () => profiles.importClasses(actor, actor.organisationId, classRows(lines)));
        if ('error' in made) return again(made.status, made.error);
        return backTo(reply, at, 'saved');
      });
    }
  };
}
