import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { can } from '../../identity/index.ts';
import { ContestsPage } from '../pages/contests-page.tsx';
import { actorOf, attempt, backTo, doneOf, type FamilyDeps, param } from './deps.ts';

const PATH = '/desk/contests';

/** `/desk/contests`: what families and schools say is in the wrong category, for those who decide about it. */
export function contestRoutes(deps: FamilyDeps) {
  const { contests } = deps.safeAccess;
  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: deps.identity.requireStaff('access.contest.read') };
    const list = async (req: FastifyRequest, reply: FastifyReply, error?: string, status = 200) =>
      sendPage(req, reply, {
        title: req.tr.t('safe-access.family.contests.title'),
        shell: 'desk',
        nav: 'contests',
        path: PATH,
        status,
        body: (
          <ContestsPage
            contests={await contests.waiting(actorOf(req))}
            mayDecide={can(req.actor, 'access.contest.decide')}
            done={doneOf(req)}
            error={error}
          />
        ),
      });
    app.get(PATH, inside, (req, reply) => list(req, reply));
    app.post(`${PATH}/:id`, inside, async (req, reply) => {
      const decision = field(req, 'decision') === 'taken-off' ? 'taken-off' : 'kept';
      const decided = await attempt(req, () => contests.decide(actorOf(req), param(req, 'id'), decision));
      return 'error' in decided ? list(req, reply, decided.error, decided.status) : backTo(reply, PATH, 'saved');
    });
  };
}
