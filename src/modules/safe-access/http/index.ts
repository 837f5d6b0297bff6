import type { FastifyInstance } from 'fastify';
import { blockedRoutes } from './blocked.routes.tsx';
import { contestRoutes } from './contest.routes.tsx';
import type { FamilyDeps } from './deps.ts';
import { checkRoutes, deviceRoutes } from './device.routes.tsx';
import { enterRoutes } from './enter.routes.tsx';
import { familyRoutes } from './family.routes.tsx';
import { mineRoutes } from './mine.routes.tsx';
import { networkRoutes } from './network.routes.tsx';
import { pactRoutes } from './pact.routes.tsx';
import { profileRoutes } from './profile.routes.tsx';
import { schoolRoutes } from './school.routes.tsx';

export { foreignHosts } from './blocked.routes.tsx';
export type { FamilyDeps } from './deps.ts';
export { readSigner } from './mobileconfig.ts';

/** Lines beside those of the bar; more than a handful is no help. */
const MORE_LINES = 3;

/** "Line 2511 of …" beside a button that says 2511. */
const withoutNumber = (name: string, tel: string) => name.replace(tel, '').replace(/\s+/g, ' ').trim() || tel;

/** All pages of families, children and schools, and the block page; each route has its language in its path. */
export function familyPages(deps: FamilyDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    // After the two lines of the bar, those that listen to children and parents: pages show them all, in this order.
    app.addHook('preHandler', async (req) => {
      const known = new Set(req.shellData.helpLines.map((line) => line.id));
      const more = deps.country
        .pack()
        .helpLines.helpLines.filter((line) => line.active && line.tel && !known.has(line.id))
        .slice(0, MORE_LINES)
        .map(({ id, name, tel }) => ({ id, label: withoutNumber(name[req.lang], tel ?? ''), tel: tel ?? '' }));
      req.shellData = { ...req.shellData, helpLines: [...req.shellData.helpLines, ...more] };
    });
    await app.register(enterRoutes(deps));
    await app.register(familyRoutes(deps));
    for (const of of ['family', 'school'] as const) {
      await app.register(profileRoutes(deps, of));
      await app.register(deviceRoutes(deps, of));
    }
    await app.register(pactRoutes(deps));
    await app.register(checkRoutes(deps));
    await app.register(mineRoutes(deps));
    await app.register(blockedRoutes(deps));
    await app.register(schoolRoutes(deps));
    await app.register(contestRoutes(deps));
    await app.register(networkRoutes(deps));
  };
}
