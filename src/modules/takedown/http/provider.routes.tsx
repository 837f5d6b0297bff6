import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang, LANGS, type Lang, type Translator } from '../../../platform/i18n/index.ts';
import { NOTICE_TRANSITION, NOTICE_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { ANSWERS, type Answer, type AnswerDetail } from '../notice/answers.ts';
import { STANDING_OUT } from '../notice/notice.ts';
import { seenState } from '../notice/places.ts';
import { OriginCard } from '../pages/origin-card.tsx';
import { ProviderPage, type Refused } from '../pages/provider-page.tsx';
import { DISPUTE_GROUNDS, type NoticeRow } from '../schema.ts';
import { attempt, oneOf } from './form.ts';
import { letterRoutes } from './letter.routes.tsx';
import { createSlowDown } from './slow-down.ts';

const HOUR_MS = 3_600_000;
/** Times that may be asked for, in hours, as far as the country's data let it be so long. */
const TIMES = [6, 12, 24, 48, 72, 120, 168, 336];
/** A notice is answered by people: so many answers within an hour, then a pause. Counted by link; no address is kept. */
const PER_HOUR = 20;

/**
 * `/notice/:token`: what a provider sees and answers, without an account. GET only shows (mail scanners follow links);
 * answers are POST with the form's token. The link holds as long as the notice is kept; where nothing is asked any more
 * the page no longer says where the content was.
 */
export function providerRoutes(takedown: Takedown) {
  const { platform, country, store, facts, answers, disputes, origins, places } = takedown;
  const { clock } = platform;
  const zone = country.pack().pack.zone;
  const translators = new Map<Lang, Translator>(
    LANGS.map((lang) => [lang, createTranslator(platform.i18n, lang, zone)]),
  );
  const slowDown = createSlowDown(clock, PER_HOUR);

  /**
   * The notice behind the link; a reminder's is the one it reminds of. `stale`: a link of before it was addressed to
   * somebody else. A wrong link and an unknown notice look the same.
   */
  async function noticeOf(req: FastifyRequest): Promise<{ notice: NoticeRow; stale: boolean }> {
    const link = facts.noticeOfToken((req.params as { token: string }).token);
    if (link === undefined) throw NOTICE_UNKNOWN();
    const found = await store.get(platform.db, link.id);
    const notice = found.reminder_of ? await store.get(platform.db, found.reminder_of) : found;
    return { notice, stale: link.addressed !== notice.addressed };
  }

  const pathOf = (notice: NoticeRow) => `/notice/${facts.tokenOf(notice.id, notice.addressed)}`;

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
    return <OriginCard path={pathOf(notice)} request={request} error={error} />;
  }

  async function show(
    req: FastifyRequest,
    reply: FastifyReply,
    { notice, stale }: { notice: NoticeRow; stale: boolean },
    refused?: Refused & { status: number },
  ): Promise<FastifyReply> {
    // With a link of before, nothing is asked of its reader any more.
    const state = stale ? 'cancelled' : seenState(notice);
    const why = stale ? 'elsewhere' : (await places.withheld(platform.db, [notice])).get(notice.id);
    const given = facts.factsOf(notice);
    const now = clock.now();
    const bound = await answers.moreTimeBound(notice);
    const page = (
      <ProviderPage
        path={req.url.split('?')[0] ?? ''}
        state={state}
        facts={given}
        // Who is not asked any more need not know the place of such content.
        location={why === undefined ? await facts.exactLocation(platform.db, notice) : undefined}
        withheld={why}
        now={now}
        sentAt={notice.sent_at}
        answeredAt={stale ? null : notice.answered_at}
        dueAt={notice.sent_at && new Date(notice.sent_at.getTime() + given.deadlineHours * HOUR_MS)}
        moreTimeUntil={notice.more_time_until}
        times={TIMES.filter((h) => bound !== undefined && h <= bound.maxHours)}
        disputes={stale ? [] : await disputes.ofNotice(notice)}
        seenAfterRemoval={stale ? null : await seenAfter(notice)}
        refused={refused}
        // Who is not them, or no longer asked, names nobody either.
        origin={why === undefined ? await originCard(req, notice) : undefined}
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
      const found = await noticeOf(req);
      speak(req, found.notice);
      return show(req, reply, found);
    });

    app.post('/notice/:token', async (req, reply) => {
      const found = await noticeOf(req);
      const { notice } = found;
      speak(req, notice);
      const answer = oneOf(field(req, 'answer'), ANSWERS);
      if (!answer) return show(req, reply, found);
      slowDown(notice.id);
      if (found.stale) throw NOTICE_TRANSITION({ state: 'cancelled', event: answer });
      const typed = field(req, answer === 'more-time' ? 'why' : 'reason');
      const detail = detailOf(req, answer);
      const refused = await attempt(() => answers.answer(notice.id, answer, typed, detail));
      if (refused) {
        const error = req.tr.t(refused.messageKey, refused.params);
        return show(
          req,
          reply,
          { notice: await store.get(platform.db, notice.id), stale: false },
          {
            status: refused.status,
            error,
            answer,
            typed,
            ground: detail.ground,
            named: detail.named ?? '',
            hours: field(req, 'hours'),
          },
        );
      }
      return reply.redirect(`${pathOf(notice)}?lang=${req.lang}`, 303);
    });
  };
}
