import type { FastifyInstance } from 'fastify';
import { sendPage } from '../../platform/http/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { ApiDocPage, type OpenApiDocument } from './pages/api-doc-page.tsx';

/** `/api/openapi.json` and the same as a page that people can read, `/api/docs`. */
export function apiDocRoutes(deps: { platform: Platform; document(): unknown }) {
  return async (app: FastifyInstance) => {
    app.get('/api/openapi.json', async () => deps.document());
    app.get('/api/docs', (req, reply) =>
      sendPage(req, reply, {
        title: 'API',
        shell: 'plain',
        private: false,
        body: <ApiDocPage document={deps.document() as OpenApiDocument} origin={deps.platform.config.publicOrigin} />,
      }),
    );
  };
}
