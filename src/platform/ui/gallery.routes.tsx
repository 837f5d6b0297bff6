import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { sendPage } from '../http/index.ts';
import { createTranslator, isLang } from '../i18n/index.ts';
import type { Platform } from '../platform.ts';
import { DeskPage, QuestionPage, StandingPage } from './gallery/archetypes.tsx';
import { ComponentsPage, helpLines } from './gallery/components-page.tsx';
import { deskNav } from './gallery/samples.ts';
import { ErrorPage, type ShellName } from './index.ts';

/** The pages of the gallery, for tests and for looking. */
export const GALLERY_PAGES = ['', '/question', '/standing', '/desk', '/error'] as const;

/**
 * Every component in every state, and one page of each archetype: `/gallery?lang=fr`. Registers nothing outside
 * development. `zone` is the zone that times are shown in.
 */
export function galleryRoutes(platform: Platform, zone: string): FastifyPluginAsync {
  const prepare = (req: FastifyRequest) => {
    const { lang, demo } = req.query as { lang?: string; demo?: string };
    if (lang && isLang(lang)) {
      req.lang = lang;
      req.tr = createTranslator(platform.i18n, lang, zone);
    }
    req.shellData = {
      helpLines: helpLines(req.tr),
      user: { name: 'Amina B.', exposure: { usedMs: 18 * 60_000, budgetMs: 60 * 60_000 } },
      deskNav: deskNav.map((item) => ({ ...item, label: req.tr.text(item.label) })),
      demo: demo === '1',
    };
  };
  return async (app) => {
    if (!platform.config.dev) return;
    const show = (path: (typeof GALLERY_PAGES)[number], shell: ShellName, body: () => VNode) =>
      app.get(`/gallery${path}`, (req, reply) => {
        prepare(req);
        return sendPage(req, reply, {
          title: req.tr.t('ui.brand'),
          shell,
          nav: 'queue',
          path: '/report',
          body: body(),
        });
      });
    show('', 'public', () => <ComponentsPage />);
    show('/question', 'public', () => <QuestionPage />);
    show('/standing', 'public', () => <StandingPage />);
    show('/desk', 'desk', () => <DeskPage />);
    app.get('/gallery/error', (req, reply) => {
      prepare(req);
      const body = <ErrorPage code="HTTP_NOT_FOUND" message={req.tr.t('http.error.NOT_FOUND')} status={404} />;
      return sendPage(req, reply, { title: req.tr.t('http.error.title'), shell: 'public', path: '/', body });
    });
  };
}
