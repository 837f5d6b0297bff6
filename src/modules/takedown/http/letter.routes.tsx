import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang, LANGS, type Lang, type Translator } from '../../../platform/i18n/index.ts';
import { LETTER_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { letterCsv } from '../letter/csv.ts';
import { EVENT_OF } from '../notice/answers.ts';
import { type NoticeState, possible } from '../notice/notice.ts';
import { seenState } from '../notice/places.ts';
import { type LetterItem, LetterPage } from '../pages/letter-page.tsx';
import type { LetterRow, NoticeRow } from '../schema.ts';
import { attempt, oneOf } from './form.ts';

const ANSWERS = ['received', 'removed'] as const;

/** A form's field that may come several times. */
function all(req: FastifyRequest, name: string): string[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return (Array.isArray(value) ? value : [value]).filter((v) => typeof v === 'string');
}

/**
 * `/notice/letter/:token`: the notices of one letter, for its provider, without an account. Behind it the exact addresses,
 * also as a table and as files for machines: what plain mail does not carry. GET only shows; a POST answers.
 */
export function letterRoutes(takedown: Takedown) {
  const { platform, country, letters, letterFacts, facts, lines, carriers, answers, store, places } = takedown;
  const { db } = platform;
  const zone = country.pack().pack.zone;
  const translators = new Map<Lang, Translator>(
    LANGS.map((lang) => [lang, createTranslator(platform.i18n, lang, zone)]),
  );

  /** The letter behind the link, in its language. A wrong link and an unknown letter look the same. */
  async function letterOf(req: FastifyRequest): Promise<{ letter: LetterRow; notices: NoticeRow[] }> {
    const id = letterFacts.letterOfToken((req.params as { token: string }).token);
    const letter = id === undefined ? undefined : await letters.find(db, id);
    if (!letter) throw LETTER_UNKNOWN();
    const asked = (req.query as { lang?: unknown }).lang;
    const lang = typeof asked === 'string' && isLang(asked) ? asked : letter.language;
    req.lang = lang;
    req.tr = translators.get(lang) ?? req.tr;
    return { letter, notices: await letters.noticesOf(db, letter) };
  }

  /** The notices whose exact place this letter's reader may have. */
  async function readable(letter: LetterRow, notices: readonly NoticeRow[]): Promise<NoticeRow[]> {
    const withheld = await places.withheld(db, notices, letter.contact);
    return notices.filter((n) => !withheld.has(n.id));
  }

  const pathOf = (letter: LetterRow) => `/notice/letter/${letterFacts.tokenOf(letter.id)}`;

  async function show(
    req: FastifyRequest,
    reply: FastifyReply,
    letter: LetterRow,
    notices: readonly NoticeRow[],
  ): Promise<FastifyReply> {
    const told = await lines.of(db, letter, notices);
    const withheld = await places.withheld(db, notices, letter.contact);
    const first = notices.flatMap((n) => n.reminder_of ?? []);
    const asked = new Map((await Promise.all(first.map((id) => store.get(db, id)))).map((n) => [n.id, n]));
    const items = notices.map((notice, i): LetterItem => {
      const line = told[i];
      const why = withheld.get(notice.id);
      // What went to somebody else since is over for this letter's reader, who gets no link to it either.
      const elsewhere = why === 'elsewhere';
      const state: NoticeState = elsewhere ? 'cancelled' : seenState(asked.get(notice.reminder_of ?? '') ?? notice);
      return {
        facts: facts.factsOf(notice),
        state,
        withheld: why,
        url: why === undefined ? (notice.url ?? undefined) : undefined,
        open: letter.kind === 'request' && possible(state, EVENT_OF.removed) && state !== 'removed',
        xarf: line !== undefined && carriers.xarf(line) !== undefined,
      };
    });
    return sendPage(req, reply, {
      title: req.tr.t('takedown.letter.page.title'),
      shell: 'plain',
      body: <LetterPage path={pathOf(letter)} kind={letter.kind} items={items} />,
    });
  }

  const file = (reply: FastifyReply, name: string, type: string, content: string) =>
    reply
      .type(type)
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex, nofollow')
      .send(content);

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/notice/letter/:token', async (req, reply) => {
      const { letter, notices } = await letterOf(req);
      return show(req, reply, letter, notices);
    });

    app.get('/notice/letter/:token/notices.csv', async (req, reply) => {
      const { letter, notices } = await letterOf(req);
      const told = await lines.of(db, letter, await readable(letter, notices));
      return file(reply, 'notices.csv', 'text/csv; charset=utf-8', letterCsv(told));
    });

    app.get('/notice/letter/:token/xarf/:file', async (req, reply) => {
      const { letter, notices } = await letterOf(req);
      const id = /^([0-9a-f-]{36})\.json$/.exec((req.params as { file: string }).file)?.[1];
      const [line] = await lines.of(
        db,
        letter,
        (await readable(letter, notices)).filter((n) => n.id === id),
      );
      const report = line && carriers.xarf(line);
      if (!report) throw LETTER_UNKNOWN();
      return file(reply, `xarf-${id}.json`, 'application/json; charset=utf-8', `${JSON.stringify(report, null, 2)}\n`);
    });

    app.post('/notice/letter/:token', async (req, reply) => {
      const { letter, notices } = await letterOf(req);
      const answer = oneOf(field(req, 'answer'), ANSWERS);
      const chosen = new Set(all(req, 'notice'));
      if (!answer || letter.kind !== 'request') return show(req, reply, letter, notices);
      const withheld = await places.withheld(db, notices, letter.contact);
      for (const notice of notices) {
        if (!chosen.has(notice.id) || withheld.get(notice.id) === 'elsewhere') continue;
        // One that has changed meanwhile keeps what it is; the page shows it.
        // A reminder is answered at what it reminds of.
        await attempt(() => answers.answer(notice.reminder_of ?? notice.id, answer, ''));
      }
      return reply.redirect(`${pathOf(letter)}?lang=${req.lang}`, 303);
    });
  };
}
