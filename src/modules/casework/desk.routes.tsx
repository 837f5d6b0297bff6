import type { FastifyInstance } from 'fastify';
import { verifyRoutes } from './assessment/http/verify.routes.tsx';
import { bulkRoutes } from './bulk/bulk.routes.tsx';
import { casesRoutes } from './cases/cases.routes.tsx';
import { clocksRoutes } from './clocks/clocks.routes.tsx';
import type { DeskDeps } from './desk/context.ts';
import { dangerRoutes } from './desk/danger.routes.tsx';
import { itemRoutes } from './desk/item.routes.tsx';
import { createOpenings } from './desk/openings.ts';
import { operatorRoutes } from './desk/operator.routes.tsx';
import { queueRoutes } from './desk/queue.routes.tsx';
import { renderingRoutes } from './desk/rendering.routes.tsx';
import { wellbeingRoutes } from './wellbeing/wellbeing.routes.tsx';

export type { DeskDeps } from './desk/context.ts';
export { deskNav } from './desk/nav.ts';

/**
 * The desk: `/desk`, `/desk/items`, `/desk/verify`, `/desk/disagreements`, `/desk/quality`, `/desk/danger`, `/desk/unfinished`, `/desk/report/new`. Register without a prefix;
 * the language comes from the cookie. Identity's hooks must be on the instance.
 */
export function deskRoutes(deps: DeskDeps) {
  const openings = createOpenings(deps);
  return async (app: FastifyInstance): Promise<void> => {
    await app.register(queueRoutes(deps));
    await app.register(itemRoutes(deps, openings));
    await app.register(verifyRoutes(deps));
    await app.register(renderingRoutes(deps));
    await app.register(wellbeingRoutes(deps));
    await app.register(dangerRoutes(deps, openings));
    await app.register(operatorRoutes(deps));
    await app.register(clocksRoutes(deps));
    await app.register(casesRoutes(deps));
    await app.register(bulkRoutes(deps));
  };
}
