import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { AppError } from '../../platform/errors.ts';
import { sendPage } from '../../platform/http/index.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Country } from '../country/index.ts';
import { dangerHelp } from './danger-help.ts';
import { TOO_MANY } from './errors.ts';
import type { Duty, Reporting } from './index.ts';
import { type ReceiptFault, ReceiptLoginPage, ReceiptPage } from './pages/receipt-page.tsx';
import { parseReceipt } from './receipt.ts';
import { WrongTries } from './throttle.ts';

const COOKIE = 'rr';
/** A visit ends by itself: the phone may be shared. */
const VISIT_MS = 20 * 60_000;
/** A wait longer than this is said instead of waited. */
const LONGEST_WAIT_MS = 5000;

export interface ReceiptRouteDeps {
  platform: Platform;
  reporting: Reporting;
  country: Country;
  /** The page that proves in words that the report is in the audit log. */
  proofPath(auditEntry: string, lang: Lang): string;
  duty(now: Date): Promise<Duty>;
}

/** Coming back with the follow-up number: where it stands, messages both ways, a link more, the contact deleted. */
export function receiptRoutes(deps: ReceiptRouteDeps) {
  const { platform, reporting, country } = deps;
  const { clock, keys } = platform;
  const { mailbox } = reporting;
  const tries = new WrongTries(clock);
  const secure = platform.config.publicOrigin.startsWith('https:');

  /** `report.until.last4.mac`: no table of visits, and nothing of the number but its last four digits. */
  function startVisit(reply: FastifyReply, report: string, last: string) {
    const value = `${report}.${clock.now().getTime() + VISIT_MS}.${last}`;
    return reply.setCookie(COOKIE, `${value}.${keys.token('receipt-visit', value)}`, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
    });
  }
  function visit(req: FastifyRequest): { report: string; last: string } | undefined {
    const cookie = req.cookies[COOKIE] ?? '';
    const cut = cookie.lastIndexOf('.');
    const value = cookie.slice(0, cut);
    if (cut < 0 || !keys.verifyToken('receipt-visit', value, cookie.slice(cut + 1))) return undefined;
    const [report = '', until = '0', last = ''] = value.split('.');
    return Number(until) > clock.now().getTime() ? { report, last } : undefined;
  }
  const page = (req: FastifyRequest, reply: FastifyReply, body: VNode, status = 200) =>
    sendPage(req, reply, { status, title: req.tr.t('reporting.title'), shell: 'public', path: '/receipt', body });

  async function show(
    req: FastifyRequest,
    reply: FastifyReply,
    at: { report: string; last: string },
    fault?: ReceiptFault,
    status = 200,
  ) {
    const view = await mailbox.view(at.report);
    const child = (await reporting.details.details(platform.db, [at.report]))[0]?.reporter === 'child';
    const face = child ? ('child' as const) : ('adult' as const);
    return page(
      req,
      reply,
      <ReceiptPage
        view={view}
        last={at.last}
        now={clock.now()}
        card={country.card(view.category, face)}
        lines={country.helpLinesFor(view.category, face)}
        platformName={(id) => {
          const known = country.platforms().find((p) => p.id === id);
          return known ? req.tr.text(known.name) : id;
        }}
        proof={deps.proofPath(view.auditEntry, req.lang)}
        danger={view.dangerWaits && !view.purgedAt ? await dangerHelp(deps, clock.now()) : undefined}
        fault={fault}
      />,
      status,
    );
  }

  return async (app: FastifyInstance) => {
    app.get('/receipt', async (req, reply) => {
      const at = visit(req);
      return at ? show(req, reply, at) : page(req, reply, <ReceiptLoginPage />);
    });

    app.post<{ Body: { number?: string } }>('/receipt', async (req, reply) => {
      const visitor = req.cookies.sv ?? '';
      const wait = tries.delay(visitor);
      if (wait > LONGEST_WAIT_MS) throw TOO_MANY({ seconds: Math.ceil(wait / 1000) });
      if (wait > 0) await sleep(wait);
      const typed = String(req.body?.number ?? '').slice(0, 100);
      const digits = parseReceipt(typed);
      const report = digits ? await mailbox.findByReceipt(digits) : undefined;
      if (!digits || !report) {
        tries.wrong(visitor);
        const key = digits ? 'reporting.receipt.unknown' : 'reporting.receipt.malformed';
        return page(req, reply, <ReceiptLoginPage error={req.tr.t(key)} typed={typed} />, 400);
      }
      tries.right(visitor);
      startVisit(reply, report, digits.slice(-4));
      return reply.redirect(`/${req.lang}/receipt`, 303);
    });

    const acts = {
      reply: (report: string, body: Record<string, string>) => mailbox.reply(report, String(body.message ?? '')),
      link: (report: string, body: Record<string, string>) => mailbox.addLink(report, String(body.link ?? '')),
      'still-there': (report: string, body: Record<string, string>) =>
        mailbox.answerStillThere(report, String(body.question ?? ''), String(body.answer ?? '')),
      where: (report: string, body: Record<string, string>) =>
        mailbox.tellWhere(report, String(body.whereabouts ?? '')),
      'delete-contact': (report: string) => mailbox.deleteContact(report),
    };
    app.post<{ Params: { act: string }; Body: Record<string, string> }>('/receipt/:act', async (req, reply) => {
      const { act } = req.params;
      if (act === 'end') {
        void reply.clearCookie(COOKIE, { path: '/' });
        return reply.redirect(`/exit?lang=${req.lang}`, 303);
      }
      const at = visit(req);
      if (!at || !Object.hasOwn(acts, act)) return reply.redirect(`/${req.lang}/receipt`, 303);
      try {
        await acts[act as keyof typeof acts](at.report, req.body ?? {});
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        const field = act === 'link' ? ('link' as const) : ('message' as const);
        const key = act === 'link' ? 'reporting.receipt.badLink' : 'reporting.receipt.badMessage';
        return show(req, reply, at, { field, message: req.tr.t(key), typed: String(req.body?.[field] ?? '') }, 400);
      }
      return reply.redirect(`/${req.lang}/receipt`, 303);
    });
  };
}
