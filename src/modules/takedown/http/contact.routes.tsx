import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang, LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { NOTICE_UNKNOWN, ORIGIN_ENDED } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { ContactPage } from '../pages/contact-page.tsx';
import type { ContactQuestionRow } from '../schema.ts';
import { attempt, oneOf } from './form.ts';
import { createSlowDown } from './slow-down.ts';

/** Names of an origin by one link within an hour. */
const PER_HOUR = 10;

/**
 * `/contact/:token`: whoever reads an address says whether notices are right there, without an account; and a proxy's
 * answer about the host behind it. GET only shows (mail scanners follow links); answers are POST with the form's token. What is named there
 * waits for one of us: a proxy passes notices on to its customers.
 */
export function contactRoutes(takedown: Takedown) {
  const { platform, country, questions, origins, facts, store, places } = takedown;
  const slowDown = createSlowDown(platform.clock, PER_HOUR);
  const zone = country.pack().pack.zone;
  const translators = new Map(LANGS.map((lang) => [lang, createTranslator(platform.i18n, lang, zone)]));

  function speak(req: FastifyRequest, fallback: Lang): void {
    const asked = (req.query as { lang?: unknown }).lang;
    const lang = typeof asked === 'string' && isLang(asked) ? asked : fallback;
    const tr = translators.get(lang);
    if (!tr) return;
    req.lang = lang;
    req.tr = tr;
  }

  async function show(req: FastifyRequest, reply: FastifyReply, question: ContactQuestionRow) {
    const page = (
      <ContactPage
        path={`/contact/${questions.tokenOf(question.id)}`}
        question={question}
        provider={await questions.providerName(question)}
        country={req.tr.text(country.pack().pack.name)}
      />
    );
    return sendPage(req, reply, { title: req.tr.t('takedown.contacts.page.title'), shell: 'plain', body: page });
  }
  const tokenIn = (req: FastifyRequest) => (req.params as { token: string }).token;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/contact/:token', async (req, reply) => {
      const question = await questions.ofToken(tokenIn(req));
      speak(req, question.language);
      return show(req, reply, question);
    });

    app.post('/contact/:token', async (req, reply) => {
      const question = await questions.ofToken(tokenIn(req));
      speak(req, question.language);
      const answer = oneOf(field(req, 'answer'), ['confirmed', 'not-us'] as const);
      if (answer) await questions.answer(question.id, answer, field(req, 'instead'));
      return reply.redirect(`/contact/${questions.tokenOf(question.id)}?lang=${req.lang}`, 303);
    });

    app.post('/notice/:token/origin', async (req, reply) => {
      const link = facts.noticeOfToken(tokenIn(req));
      if (link === undefined) throw NOTICE_UNKNOWN();
      const notice = await store.get(platform.db, link.id);
      speak(req, notice.language);
      slowDown(notice.id);
      const typed =
        field(req, 'answer') === 'refused'
          ? ('refused' as const)
          : { place: field(req, 'place'), contact: field(req, 'contact') };
      const refused = await attempt(async () => {
        // Who said that it is not them, or is asked nothing any more, names nobody.
        const why = (await places.withheld(platform.db, [notice])).get(notice.id);
        if (why !== undefined || link.addressed !== notice.addressed) throw ORIGIN_ENDED();
        await origins.says(notice.id, typed);
      });
      const path = `/notice/${facts.tokenOf(link.id, link.addressed)}?lang=${req.lang}`;
      return reply.redirect(refused ? `${path}&origin=invalid#origin-place` : path, 303);
    });
  };
}
