import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang, LANGS, type Lang, type Translator } from '../../../platform/i18n/index.ts';
import { NOTICE_UNKNOWN, TOO_OFTEN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { ANSWERS, type Answer, type AnswerDetail } from '../notice/answers.ts';
import { MAY_BE_OUT, STANDING_OUT } from '../notice/notice.ts';
import { OriginCard } from '../pages/origin-card.tsx';
import { ProviderPage, type Refused } from '../pages/provider-page.tsx';
import { DISPUTE_GROUNDS, type NoticeRow } from '../schema.ts';
import { attempt, oneOf } from './form.ts';
import { letterRoutes } from './letter.routes.tsx';

const HOUR_MS = 3_600_000;
/** Times that may be asked for, in hours, as far as the country's data let it be so long. */
const TIMES = [6, 12, 24, 48, 72, 120, 168, 336];
/** A notice is answered by people: so many answers within an hour, then a pause. Counted by link; no address is kept. */
const PER_HOUR = 20;
const REMEMBERED = 10_000;

/**
 * `/notice/:token`: what a provider sees and answers, without an account. GET only shows (mail scanners follow links);
 * answers are POST with the form's token. The link holds as long as the notice is kept; where nothing is asked any more
 * the page no longer says where the content was.
 */
export function providerRoutes(takedown: Takedown) {
  const { platform, country, store, facts, answers, disputes, origins } = takedown;
  const { clock } = platform;
  const zone = country.pack().pack.zone;
  const translators = new Map<Lang, Translator>(
    LANGS.map((lang) => [lang, createTranslator(platform.i18n, lang, zone)]),
  );
  const recent = new Map<string, number[]>();

  /** @throws TAKEDOWN_TOO_OFTEN */
  function slowDown(notice: string): void {
    const now = clock.now().getTime();
    const times = (recent.get(notice) ?? []).filter((at) => now - at < HOUR_MS);
    if (times.length >= PER_HOUR) throw TOO_OFTEN();
    recent.delete(notice);
    recent.set(notice, [...times, now]);
    if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value as string);
  }

  /** The notice behind the link; a reminder's is the one it reminds of. A wrong link and an unknown notice look the same. */
  async function noticeOf(req: FastifyRequest): Promise<NoticeRow> {
    const id = facts.noticeOfToken((req.params as { token: string }).token);
    if (id === undefined) throw NOTICE_UNKNOWN();
    const notice = await store.get(platform.db, id);
    return notice.reminder_of ? store.get(platform.db, notice.reminder_of) : notice;
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
    refused?: Refused & { status: number },
  ): Promise<FastifyReply> {
    // Whoever opens this has the link: for them it is sent, though we may not know yet.
    const state = MAY_BE_OUT.includes(notice.state) ? 'sent' : notice.state;
    const given = facts.factsOf(notice);
    const now = clock.now();
    const bound = await answers.moreTimeBound(notice);
    const page = (
      <ProviderPage
        path={`/notice/${facts.tokenOf(notice.id)}`}
        state={state}
        facts={given}
        // Where nothing is asked any more, nobody needs to know the place of such content.
        location={STANDING_OUT.includes(state) ? await facts.exactLocation(platform.db, notice) : undefined}
        now={now}
        sentAt={notice.sent_at}
        answeredAt={notice.answered_at}
        dueAt={notice.sent_at && new Date(notice.sent_at.getTime() + given.deadlineHours * HOUR_MS)}
        moreTimeUntil={notice.more_time_until}
        times={TIMES.filter((h) => bound !== undefined && h <= bound.maxHours)}
        disputes={await disputes.ofNotice(notice)}
        seenAfterRemoval={await seenAfter(notice)}
        refused={refused}
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

  /** When we last saw what was said to be removed, once we have told so. */
  async function seenAfter(notice: NoticeRow): Promise<Date | null> {
    if (notice.state !== 'removed') return null;
    const told = (await store.ofItem(platform.db, notice.item)).find(
      (n) => n.reminder_of === notice.id && n.kind === 'contradiction' && n.sent_at,
    );
    return told?.seen_at ?? null;
  }

  function detailOf(req: FastifyRequest, answer: Answer): AnswerDetail {
    const hours = TIMES.find((h) => String(h) === field(req, 'hours'));
    return {
      language: req.lang,
      ...(answer === 'disagree' ? { ground: oneOf(field(req, 'ground'), DISPUTE_GROUNDS) ?? 'other' } : {}),
      ...(answer === 'disagree' ? { named: field(req, 'named') } : {}),
      ...(hours ? { until: new Date(clock.now().getTime() + hours * HOUR_MS) } : {}),
    };
  }

  return async (app: FastifyInstance): Promise<void> => {
    await app.register(letterRoutes(takedown));

    app.get('/notice/:token', async (req, reply) => {
      const notice = await noticeOf(req);
      speak(req, notice);
      return show(req, reply, notice);
    });

    app.post('/notice/:token', async (req, reply) => {
      const notice = await noticeOf(req);
      speak(req, notice);
      const answer = oneOf(field(req, 'answer'), ANSWERS);
      if (!answer) return show(req, reply, notice);
      slowDown(notice.id);
      const typed = field(req, answer === 'more-time' ? 'why' : 'reason');
      const detail = detailOf(req, answer);
      const refused = await attempt(() => answers.answer(notice.id, answer, typed, detail));
      if (refused) {
        const error = req.tr.t(refused.messageKey, refused.params);
        return show(req, reply, await store.get(platform.db, notice.id), {
          status: refused.status,
          error,
          answer,
          typed,
          ground: detail.ground,
          named: detail.named ?? '',
          hours: field(req, 'hours'),
        });
      }
      return reply.redirect(`/notice/${facts.tokenOf(notice.id)}?lang=${req.lang}`, 303);
    });
  };
}
