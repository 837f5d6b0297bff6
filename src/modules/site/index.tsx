import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { sendPage } from '../../platform/http/index.ts';
import { LANGS } from '../../platform/i18n/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Country } from '../country/index.ts';
import { ExitPage } from './pages/exit-page.tsx';
import { HomePage } from './pages/home-page.tsx';
import { AccessibilityPage, PrivacyPage, WhoAnswersPage } from './pages/reading-pages.tsx';

export interface SiteDeps {
  platform: Platform;
  country: Country;
  onDuty(now: Date): Promise<boolean>;
}

/** Cookies that hold something of a visit; the exit clears them all. */
const VISIT_COOKIES = ['rd', 'rr', 'sv'];

/** The front door and the reading pages: what the site is, who answers, privacy, accessibility, and the way out. */
export function siteRoutes(deps: SiteDeps) {
  const { platform, country } = deps;
  const { clock } = platform;
  const linesNow = (now: Date) =>
    country
      .pack()
      .helpLines.helpLines.filter((l) => l.active)
      .map((line) => ({ line, open: country.openNow(line, now) }));

  return async (app: FastifyInstance) => {
    app.get('/', (req, reply) => reply.header('vary', 'accept-language, cookie').redirect(`/${req.lang}`, 302));

    // Leaving: the session ends, what can be cleared is cleared. A GET, because it must work as a plain link.
    app.get('/exit', (req, reply) => {
      for (const name of VISIT_COOKIES) void reply.clearCookie(name, { path: '/' });
      void reply.header('clear-site-data', '"cache", "storage"');
      return sendPage(req, reply, { title: req.tr.t('site.exit.title'), shell: 'plain', body: <ExitPage /> });
    });

    const reading = (path: string, title: string, body: (req: FastifyRequest) => VNode | Promise<VNode>) => {
      for (const lang of LANGS)
        app.get(`/${lang}${path}`, async (req: FastifyRequest, reply: FastifyReply) =>
          sendPage(req, reply, { title: req.tr.t(title), shell: 'public', path: path || '/', body: await body(req) }),
        );
    };
    reading('', 'site.home.title', () => <HomePage categories={country.categories()} lines={linesNow(clock.now())} />);
    reading('/who-answers', 'site.who.title', async () => (
      <WhoAnswersPage onDuty={await deps.onDuty(clock.now())} lines={linesNow(clock.now())} />
    ));
    reading('/privacy', 'site.privacy.title', () => <PrivacyPage audience="privacy" />);
    reading('/privacy/children', 'site.privacyChildren.title', () => <PrivacyPage audience="privacyChildren" />);
    reading('/accessibility', 'site.accessibility.title', () => <AccessibilityPage />);
  };
}
