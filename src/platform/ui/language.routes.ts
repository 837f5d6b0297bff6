import type { FastifyPluginAsync } from 'fastify';
import { isLang } from '../i18n/index.ts';
import { localPath } from './safe-href.ts';

/** Remembers the language of pages whose address has none (the desk): `POST /language` with `lang` and `to`. */
export const languageRoutes: FastifyPluginAsync = async (app) => {
  app.post('/language', (req, reply) => {
    const { lang, to } = (req.body ?? {}) as Record<string, unknown>;
    if (typeof lang === 'string' && isLang(lang))
      void reply.setCookie('lang', lang, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: req.protocol === 'https',
        maxAge: 365 * 86_400,
      });
    return reply.redirect(localPath(to, '/'), 303);
  });
};
