import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { NetworksPage } from '../pages/networks-page.tsx';
import { actorOf, attempt, backTo, doneOf, type FamilyDeps } from './deps.ts';

const PATH = '/desk/admin/networks';

/** `/desk/admin/networks`: lines of schools, entered by an administrator who has seen the school's contract. */
export function networkRoutes(deps: FamilyDeps) {
  const { networks } = deps.safeAccess;
  return async (app: FastifyInstance): Promise<void> => {
    const inside = { preHandler: deps.identity.requireStaff('access.network.manage') };
    const list = async (
      req: FastifyRequest,
      reply: FastifyReply,
      typed = { school: '', network: '' },
      error?: string,
      status = 200,
    ) =>
      sendPage(req, reply, {
        title: req.tr.t('safe-access.family.networks.title'),
        shell: 'desk',
        nav: 'networks',
        path: PATH,
        status,
        body: (
          <NetworksPage
            networks={await networks.list(actorOf(req))}
            schools={await networks.schools(actorOf(req))}
            typed={typed}
            done={doneOf(req)}
            error={error}
          />
        ),
      });
    app.get(PATH, inside, (req, reply) => list(req, reply));
    app.post(PATH, inside, async (req, reply) => {
      const typed = { school: field(req, 'school').trim(), network: field(req, 'network').trim().slice(0, 60) };
      if (typed.school === '') return list(req, reply, typed, req.tr.t('safe-access.family.networks.noSchool'), 422);
      const added = await attempt(req, () => networks.add(actorOf(req), typed.school, typed.network));
      return 'error' in added ? list(req, reply, typed, added.error, added.status) : backTo(reply, PATH, 'saved');
    });
    app.post(`${PATH}/remove`, inside, async (req, reply) => {
      await networks.remove(actorOf(req), field(req, 'network'));
      return backTo(reply, PATH, 'removed');
    });
  };
}
