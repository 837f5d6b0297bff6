import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { AppError } from '../../platform/errors.ts';
import { sendPage } from '../../platform/http/index.ts';
import type { Country, HelpLine, JsonValue } from './index.ts';
import { HelpLinesPage } from './pages/help-lines-page.tsx';

export interface CountryAdminDeps {
  country: Country;
  /** Lets through who may change the pack ('country.overlay.edit' of the policy). */
  requireEditor: preHandlerAsyncHookHandler;
  /** Who acts, as the audit trail names people. */
  actorOf(req: FastifyRequest): string;
}

type Body = Record<string, string | undefined>;

/** What the form may change of a line; everything else of the pack is changed by its overlay key. */
function changes(line: HelpLine, body: Body): [string, JsonValue][] {
  const tel = (body.tel ?? '').replace(/[\s.-]/g, '') || null;
  const url = (body.url ?? '').trim() || null;
  const wanted: [keyof HelpLine, JsonValue][] = [
    ['tel', tel],
    ['url', url],
    ['active', body.active === 'on'],
    ['verified', body.verified === 'on'],
  ];
  return wanted
    .filter(([field, value]) => line[field] !== value)
    .map(([field, value]) => [`helpLines.${line.id}.${field}`, value]);
}

/** `/desk/admin/help-lines`: the administrator checks and corrects the lines that people in danger will call. */
export function countryAdminRoutes(deps: CountryAdminDeps) {
  const { country } = deps;
  const door = { preHandler: deps.requireEditor };

  return async (app: FastifyInstance) => {
    app.get('/desk/admin/help-lines', door, async (req, reply) =>
      sendPage(req, reply, {
        title: req.tr.t('country.admin.title'),
        shell: 'desk',
        nav: 'admin-help-lines',
        path: '/desk/admin/help-lines',
        body: (
          <HelpLinesPage
            lines={country.pack().helpLines.helpLines}
            changed={new Set((await country.overlay()).map((r) => r.key))}
          />
        ),
      }),
    );

    app.post<{ Params: { id: string }; Body: Body }>('/desk/admin/help-lines/:id', door, async (req, reply) => {
      const line = country.pack().helpLines.helpLines.find((l) => l.id === req.params.id);
      if (!line) return reply.callNotFound();
      const actor = deps.actorOf(req);
      try {
        for (const [key, value] of changes(line, req.body ?? {})) await country.setOverlay(actor, key, value);
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        return sendPage(req, reply, {
          status: error.status,
          title: req.tr.t('country.admin.title'),
          shell: 'desk',
          nav: 'admin-help-lines',
          path: '/desk/admin/help-lines',
          body: (
            <HelpLinesPage
              lines={country.pack().helpLines.helpLines}
              changed={new Set((await country.overlay()).map((r) => r.key))}
              error={{
                id: line.id,
                message: req.tr.t(error.messageKey, error.params),
                typed: { tel: req.body?.tel ?? '', url: req.body?.url ?? '' },
              }}
            />
          ),
        });
      }
      return reply.redirect(`/desk/admin/help-lines#line-${line.id}`, 303);
    });

    app.post<{ Params: { id: string } }>('/desk/admin/help-lines/:id/reset', door, async (req, reply) => {
      const prefix = `helpLines.${req.params.id}.`;
      for (const row of await country.overlay())
        if (row.key.startsWith(prefix)) await country.unsetOverlay(deps.actorOf(req), row.key);
      return reply.redirect('/desk/admin/help-lines', 303);
    });
  };
}
