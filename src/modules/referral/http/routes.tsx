import type { FastifyInstance } from 'fastify';
import type { Referral } from '../index.ts';
import { bodyRoutes } from './bodies.routes.tsx';
import { deskRoutes } from './desk.routes.tsx';
import { preservationRoutes } from './preservation.routes.ts';

/** `/desk/referrals…`, `/desk/preservations…`, `/desk/admin/bodies` and the public key of packages. */
export function referralRoutes(referral: Referral) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/referrals/signing-key.pem', async (_req, reply) =>
      reply.type('application/x-pem-file').header('cache-control', 'public, max-age=3600').send(referral.publicKeyPem),
    );
    await app.register(deskRoutes(referral));
    await app.register(preservationRoutes(referral));
    await app.register(bodyRoutes(referral));
  };
}
