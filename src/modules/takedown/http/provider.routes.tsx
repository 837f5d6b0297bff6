import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang, LANGS, type Lang, type Translator } from '../../../platform/i18n/index.ts';
import { NOTICE_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { ANSWERS } from '../notice/answers.ts';
import { MAY_BE_OUT, STANDING_OUT } from '../notice/notice.ts';
import { OriginCard } from '../pages/origin-card.tsx';
import { ProviderPage } from '../pages/provider-page.tsx';
import type { NoticeRow } from '../schema.ts';
import { attempt, oneOf } from './form.ts';

/**
 * `/notice/:token`: what a provider sees and answers, without an account. GET only shows (mail scanners follow links);
 * answers are POST with the form's token.
 */
export function providerRoutes(takedown: Takedown) {
  const { platform, country, store, facts, answers, origins } = takedown;
  const zone = country.pack().pack.zone;
  const translators = new Map<Lang, Translator>(
    LANGS.map((lang) => [lang, createTranslator(platform.i18n, lang, zone)]),
  );

  /** The notice behind the link. A wrong link and an unknown notice look the same. */
  async function noticeOf(req: FastifyRequest): Promise<NoticeRow> {
    const id = facts.noticeOfToken((req.params as { token: string }).token);
    if (id === undefined) throw NOTICE_UNKNOWN();
    return store.get(platform.db, id);
  }

  /** The language asked for in the address, else the one the mail was written in. */
  function speak(req: FastifyRequest, notice: NoticeRow): void {
    const asked = (req.query as { lang?: unknown }).lang;
    const lang = typeof asked === 'string' && isLang(asked) ? asked : notice.language;
    const tr = translators.get(lang);
    if (!tr) return;
    req.lang = lang;
    req.tr = tr;
  }

  /** A reverse proxy is asked for the host behind it as well. */
  async function originCard(req: FastifyRequest, notice: NoticeRow) {
    const request = STANDING_OUT.includes(notice.state) ? await origins.find(platform.db, notice.id) : undefined;
    if (!request) return undefined;
    const wrong = (req.query as { origin?: unknown }).origin === 'invalid';
    const error = wrong ? req.tr.t('takedown.error.ORIGIN_INVALID') : undefined;
    return <OriginCard path={`/notice/${facts.tokenOf(notice.id)}`} request={request} error={error} />;
  }

  async function show(
    req: FastifyRequest,
    reply: FastifyReply,
    notice: NoticeRow,
    refused: { status: number; error: string; typed: string } | undefined,
  ): Promise<FastifyReply> {
    // Whoever opens this has the link: for them it is sent, though we may not know yet.
    const state = MAY_BE_OUT.includes(notice.state) ? 'sent' : notice.state;
    const page = (
      <ProviderPage
        path={`/notice/${facts.tokenOf(notice.id)}`}
        state={state}
        facts={facts.factsOf(notice)}
        // Where nothing is asked any more, nobody needs to know the place of such content.
        location={STANDING_OUT.includes(state) ? await facts.exactLocation(platform.db, notice) : undefined}
        sentAt={notice.sent_at}
        answeredAt={notice.answered_at}
        ourReason={answers.ourReason(notice)}
        error={refused?.error}
        typedReason={refused?.typed ?? ''}
        origin={await originCard(req, notice)}
      />
    );
    return sendPage(req, reply, {
      status: refused?.status ?? 200,
      title: req.tr.t('takedown.page.title'),
      shell: 'plain',
      body: page,
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/notice/:token', async (req, reply) => {
      const notice = await noticeOf(req);
      speak(req, notice);
      return show(req, reply, notice, undefined);
    });

    app.post('/notice/:token', async (req, reply) => {
      const notice = await noticeOf(req);
      speak(req, notice);
      const answer = oneOf(field(req, 'answer'), ANSWERS);
      if (!answer) return show(req, reply, notice, undefined);
      const typed = field(req, 'reason');
      const refused = await attempt(() => answers.answer(notice.id, answer, typed));
      if (refused) {
        const error = req.tr.t(refused.messageKey, refused.params);
        return show(req, reply, await store.get(platform.db, notice.id), { status: refused.status, error, typed });
      }
      return reply.redirect(`/notice/${facts.tokenOf(notice.id)}?lang=${req.lang}`, 303);
    });
  };
}
