import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendAsyncHookHandler } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { toHeadJson } from '../../audit/index.ts';
import { APPEAL_WHO } from '../appeal/appeal.ts';
import type { NewAppeal } from '../appeal/appeals.ts';
import { APPEALS_TOO_MANY, LINE_UNKNOWN } from '../errors.ts';
import type { Blocking } from '../index.ts';
import { AppealPage, AppealSentPage } from '../pages/appeal-page.tsx';
import { PublicLogPage } from '../pages/log-page.tsx';

const PAGE = 100;
const JSON_PAGE = 500;
/** Appeals that one process takes in a minute, from everybody together: we know nobody's address. */
const PER_MINUTE = 30;
/** Kept by shared caches, so nobody's cookie may be in the answer. */
const withoutCookies: onSendAsyncHookHandler = async (_req, reply, payload) => {
  reply.removeHeader('set-cookie');
  return payload;
};
const EMPTY: NewAppeal = { address: '', who: 'owner', words: '', contact: '', lang: 'ar' };

/** The public log, and the way to contest a block. Nothing here says whether an address is on the list. */
export function publicRoutes(blocking: Blocking) {
  const { platform, audit, log, appeals, country } = blocking;
  const { clock } = platform;
  let window = { minute: 0, filed: 0 };

  function throttle(): void {
    const minute = Math.floor(clock.now().getTime() / 60_000);
    if (window.minute !== minute) window = { minute, filed: 0 };
    if (++window.filed > PER_MINUTE) throw APPEALS_TOO_MANY();
  }

  const numberOf = (value: unknown): number | undefined =>
    typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;

  const typed = (req: FastifyRequest): NewAppeal => ({
    address: field(req, 'address'),
    who: APPEAL_WHO.find((w) => w === field(req, 'who')) ?? 'other',
    words: field(req, 'words'),
    contact: field(req, 'contact'),
    lang: req.lang,
  });

  function form(
    req: FastifyRequest,
    reply: FastifyReply,
    over: { action: string; byLink: boolean; given?: NewAppeal; error?: string; status?: number; path?: string },
  ) {
    const body = (
      <AppealPage
        action={over.action}
        byLink={over.byLink}
        given={over.given ?? EMPTY}
        error={over.error}
        days={country.blocking().appealDays}
      />
    );
    return sendPage(req, reply, {
      title: req.tr.t('blocking.appeal.title'),
      shell: over.byLink ? 'plain' : 'public',
      ...(over.path ? { path: over.path } : {}),
      body,
      status: over.status ?? 200,
    });
  }

  const sent = (req: FastifyRequest, reply: FastifyReply, byLink: boolean) =>
    sendPage(req, reply, {
      title: req.tr.t('blocking.appeal.title'),
      shell: byLink ? 'plain' : 'public',
      ...(byLink ? {} : { path: '/blocked/appeal/sent' }),
      body: <AppealSentPage days={country.blocking().appealDays} byLink={byLink} />,
    });

  return async (app: FastifyInstance): Promise<void> => {
    for (const lang of LANGS) {
      const at = `/${lang}/blocked`;
      app.get(`${at}/log`, async (req, reply) => {
        const head = await log.head();
        const until = numberOf((req.query as { until?: unknown }).until) ?? head.line;
        const from = Math.max(1, until - PAGE + 1);
        const lines = (await log.lines(from, Math.max(0, until - from + 1))).reverse();
        const body = <PublicLogPage head={head} audit={await audit.head()} lines={lines} from={from} />;
        return sendPage(req, reply, {
          title: req.tr.t('blocking.log.title'),
          shell: 'public',
          path: '/blocked/log',
          body,
        });
      });
      app.get(`${at}/appeal`, (req, reply) =>
        form(req, reply, { action: `${at}/appeal`, byLink: false, path: '/blocked/appeal' }),
      );
      app.post(`${at}/appeal`, async (req, reply) => {
        throttle();
        const given = typed(req);
        try {
          await appeals.file(given);
        } catch (error) {
          if (!(error instanceof AppError) || error.status !== 400) throw error;
          const words = req.tr.t(error.messageKey, error.params);
          const over = { action: `${at}/appeal`, byLink: false, given, error: words, status: 400 };
          return form(req, reply, { ...over, path: '/blocked/appeal' });
        }
        return reply.redirect(`${at}/appeal/sent`, 303);
      });
      app.get(`${at}/appeal/sent`, (req, reply) => sent(req, reply, false));
    }

    // By the link of our letter, without an account. A wrong link and an unknown entry look the same.
    app.get<{ Params: { token: string } }>('/blocked/appeal/:token', async (req, reply) => {
      await appeals.entryOfToken(req.params.token);
      return form(req, reply, { action: `/blocked/appeal/${req.params.token}`, byLink: true });
    });
    app.post<{ Params: { token: string } }>('/blocked/appeal/:token', async (req, reply) => {
      throttle();
      const { token } = req.params;
      const given = typed(req);
      try {
        await appeals.fileByLink(token, given);
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 400) throw error;
        const words = req.tr.t(error.messageKey, error.params);
        const over = { action: `/blocked/appeal/${token}`, byLink: true, given, error: words, status: 400 };
        return form(req, reply, over);
      }
      return sent(req, reply, true);
    });

    const machine = { config: { problem: true }, onSend: withoutCookies } as const;
    const shared = (reply: FastifyReply) =>
      reply.header('cache-control', 'public, max-age=5').header('access-control-allow-origin', '*');

    app.get('/blocked/log.json', machine, async (req, reply) => {
      const from = numberOf((req.query as { from?: unknown }).from) ?? 1;
      const [head, auditHead, lines] = await Promise.all([log.head(), audit.head(), log.lines(from, JSON_PAGE)]);
      const last = from + lines.length;
      return shared(reply).send({
        head: { line: head.line, hash: head.hash.toString('hex') },
        audit: auditHead ? toHeadJson(auditHead) : null,
        lines,
        next: lines.length === JSON_PAGE && last <= head.line ? `/blocked/log.json?from=${last}` : null,
      });
    });
    app.get('/blocked/log.ndjson', machine, async (_req, reply) => {
      async function* all(): AsyncGenerator<string> {
        for (let from = 1; ; ) {
          const lines = await log.lines(from, JSON_PAGE);
          for (const line of lines) yield `${JSON.stringify(line)}\n`;
          if (lines.length < JSON_PAGE) return;
          from += lines.length;
        }
      }
      return shared(reply).type('application/x-ndjson; charset=utf-8').send(Readable.from(all()));
    });
    app.get<{ Params: { line: string } }>('/blocked/log/:line/proof.json', machine, async (req, reply) => {
      const line = numberOf(req.params.line);
      const entry = line === undefined ? undefined : await log.auditOf(line);
      const proof = entry === undefined ? undefined : await audit.inclusionProof(entry);
      if (!proof) throw LINE_UNKNOWN();
      if (proof === 'pending')
        return reply
          .status(202)
          .header('cache-control', 'no-store')
          .header('retry-after', '1')
          .send({ kind: 'pending' });
      return shared(reply).send(proof);
    });
  };
}
