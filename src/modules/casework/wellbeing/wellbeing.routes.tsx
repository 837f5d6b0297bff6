import type { FastifyInstance } from 'fastify';
import { transaction } from '../../../platform/db.ts';
import { sendPage } from '../../../platform/http/index.ts';
import { authorize, can, mayEver, staffOf } from '../../identity/index.ts';
import { type DeskDeps, door, idParam, RECORD } from '../desk/context.ts';
import { bodyOf, one } from '../desk/forms.ts';
import { WellbeingPage } from './pages.tsx';

/** `/desk/wellbeing`: one's own protection, and totals for the supervisor; and "pass to a colleague" on an item. */
export function wellbeingRoutes(deps: DeskDeps) {
  const { casework, country, identity, platform } = deps;
  const { wellbeing } = casework;

  return async (app: FastifyInstance) => {
    app.get('/desk/wellbeing', door(deps, 'desk.open'), async (req, reply) => {
      const looks = mayEver(req.actor, 'wellbeing.choose');
      if (!looks) authorize(req.actor, 'wellbeing.totals.read');
      const { accountId } = staffOf(req);
      const mine = looks
        ? {
            stand: await wellbeing.standOf(accountId),
            rule: country.wellbeing(),
            display: await wellbeing.displayOf(accountId),
            least: country.wellbeing().display,
            today: { ms: await casework.exposureToday(accountId) },
          }
        : undefined;
      const rows = can(req.actor, 'wellbeing.totals.read') ? await wellbeing.totals() : undefined;
      const names = await identity.namesOf((rows ?? []).map((r) => r.account));
      const body = (
        <WellbeingPage
          mine={mine}
          totals={rows?.map((r) => ({ ...r, name: names.get(r.account) ?? '' }))}
          saved={one(req.query as Record<string, unknown>, 'done') === '1'}
        />
      );
      const title = req.tr.t('casework.wellbeing.page');
      // Who chooses and who sees the totals come in by doors of two names.
      const nav = mine ? 'wellbeing' : 'totals';
      return sendPage(req, reply, { shell: 'desk', nav, title, path: '/desk/wellbeing', body });
    });

    app.post('/desk/wellbeing', door(deps, 'wellbeing.choose'), async (req, reply) => {
      const body = bodyOf(req);
      const seconds = Math.trunc(Number(one(body, 'clearSeconds')));
      await wellbeing.choose(staffOf(req).accountId, {
        blur: one(body, 'blur') === 'strongest' ? 'strongest' : 'strong',
        grey: one(body, 'grey') === 'on',
        mute: one(body, 'mute') === 'on',
        clearSeconds: seconds >= 1 && seconds <= 30 ? seconds : country.wellbeing().display.clearSeconds,
      });
      return reply.redirect('/desk/wellbeing?done=1', 303);
    });

    app.post('/desk/items/:id/pass', door(deps, 'item.lock'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.lock', RECORD);
      await casework.item(id);
      await transaction(platform.db, (tx) => wellbeing.pass(tx, id, staffOf(req).accountId));
      return reply.redirect('/desk', 303);
    });
  };
}
