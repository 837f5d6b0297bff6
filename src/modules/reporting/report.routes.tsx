import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { sendPage } from '../../platform/http/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Country, isCategoryId } from '../country/index.ts';
import { isStep, nextStep, reachable, STEPS, type Step } from './answers.ts';
import { dangerHelp } from './danger-help.ts';
import type { Draft } from './draft-store.ts';
import { DRAFT_GONE } from './errors.ts';
import { type FormBody, type FormError, parseStep, toAccounts } from './form.ts';
import { HumanCheck } from './human-check.ts';
import type { Duty, Reporting } from './index.ts';
import { MAX_WHEREABOUTS, type ReportInput } from './intake.ts';
import { CardPage } from './pages/card-page.tsx';
import { DangerPage } from './pages/danger-page.tsx';
import { DonePage } from './pages/done-page.tsx';
import { DutiesNote } from './pages/duties.tsx';
import { StepPage } from './pages/step-page.tsx';

const DRAFT_COOKIE = 'rd';

/**
 * Whether a page was asked for from outside the form: typed, from the list of visited pages, a bookmark, another tab or
 * site. "Back", reload and links within the form are `same-origin`. Browsers that say nothing (before 2020, Safari before
 * 16.4, and any without https) can't be told apart, and must be able to report.
 */
function fromOutside(req: FastifyRequest): boolean {
  const site = req.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin';
}

/** How long the follow-up number stays on the page after sending, should the answer get lost on the way. */
const SHOW_RECEIPT_MS = 2 * 60_000;

export interface ReportRouteDeps {
  platform: Platform;
  reporting: Reporting;
  country: Country;
  duty(now: Date): Promise<Duty>;
}

/** The report form: one question a page, no account, no script needed. */
export function reportRoutes(deps: ReportRouteDeps) {
  const { platform, reporting, country } = deps;
  const { clock, db, keys } = platform;
  const { drafts } = reporting;
  const human = new HumanCheck(clock, keys);
  const secure = platform.config.publicOrigin.startsWith('https:');

  const setDraftCookie = (reply: FastifyReply, token: string) =>
    reply.setCookie(DRAFT_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure });
  const clearDraftCookie = (reply: FastifyReply) => reply.clearCookie(DRAFT_COOKIE, { path: '/' });
  const currentDraft = (req: FastifyRequest) => drafts.find(db, req.cookies[DRAFT_COOKIE]);
  const to = (req: FastifyRequest, step: string) => `/${req.lang}/report/${step}`;
  const page = (req: FastifyRequest, reply: FastifyReply, path: string, body: VNode, status = 200) =>
    // The title is neutral: it stays in the browser's history.
    sendPage(req, reply, { status, title: req.tr.t('reporting.title'), shell: 'public', path, body });

  const help = () => dangerHelp(deps, clock.now());
  const somebodyOnDuty = async () => (await help()).onDuty;

  /** What a professional may have to report in person, said before sending. */
  function duties(draft: Draft): VNode {
    const found = country.duties(draft.answers.category ?? 'other', {}).filter((d) => d.professions.length > 0);
    const lines = country.pack().helpLines.helpLines.filter((l) => l.active);
    return <DutiesNote duties={found} lines={lines} professions={country.professions()} />;
  }

  async function showStep(
    req: FastifyRequest,
    reply: FastifyReply,
    draft: Draft,
    step: Step,
    errors: FormError[],
    status: number,
  ) {
    const inDanger = draft.answers.danger === 'yes' || draft.answers.kinds.length > 0;
    const body = (
      <StepPage
        step={step}
        number={STEPS.indexOf(step) + 1}
        answers={draft.answers}
        sealed={draft.sealed}
        errors={errors}
        categories={country.categories()}
        platforms={country.platforms()}
        child={draft.answers.reporter === 'child'}
        duties={step === 'review' && draft.answers.reporter === 'professional' ? duties(draft) : undefined}
        danger={inDanger ? ((await somebodyOnDuty()) ? 'on-duty' : 'nobody') : 'none'}
      />
    );
    return page(req, reply, `/report/${step}`, body, status);
  }

  function toInput(draft: Draft, lang: ReportInput['language']): ReportInput {
    const { answers, sealed } = draft;
    return {
      submissionKey: `draft:${draft.id}`,
      channel: 'web',
      language: lang,
      reporter: answers.reporter ?? 'witness',
      category: answers.category ?? 'other',
      danger: answers.danger === 'yes',
      links: reporting.addresses.readAll(answers.links),
      accounts: toAccounts(sealed.accounts),
      narrative: sealed.narrative,
      ...(sealed.contact ? { contact: sealed.contact } : {}),
      ...(sealed.whereabouts ? { whereabouts: sealed.whereabouts } : {}),
      visibility: answers.visibility ?? 'unknown',
      ageBand: answers.ageBand ?? 'unknown',
      occurred: answers.occurred ?? 'unknown',
    };
  }

  return async (app: FastifyInstance) => {
    app.get('/altcha.json', async (_req, reply) =>
      reply.header('cache-control', 'no-store').send(await human.challenge()),
    );

    // Opening the form always begins a new report: the phone may be shared.
    app.get('/report', (req, reply) => {
      clearDraftCookie(reply);
      const empty: Draft = {
        id: '',
        language: req.lang,
        state: 'open',
        answers: { links: [], kinds: [] },
        sealed: { narrative: '', accounts: [], whereabouts: '' },
        startedAt: clock.now(),
        touchedAt: clock.now(),
      };
      return showStep(req, reply, empty, 'who', [], 200);
    });

    app.get<{ Params: { step: string } }>('/report/:step', async (req, reply) => {
      const { step } = req.params;
      const draft = await currentDraft(req);
      if (!draft) return reply.redirect(`/${req.lang}/report`, 303);
      // The phone may be shared, and the address of a question stays in its history: whoever comes by that begins anew.
      // Not shown alone would not do: from any page of the form its next ones can be reached.
      if (step !== 'done' && fromOutside(req)) return reply.redirect(`/${req.lang}/report`, 303);
      if (step === 'now')
        return page(
          req,
          reply,
          '/report/now',
          <DangerPage duty={await help()} given={draft.sealed.whereabouts !== ''} />,
        );
      if (step === 'done') return showDone(req, reply, draft);
      if (draft.state === 'sent') return reply.redirect(`/${req.lang}/report`, 303);
      if (!isStep(step) || !reachable(step, draft.answers)) return reply.redirect(to(req, 'who'), 303);
      return showStep(req, reply, draft, step, [], 200);
    });

    async function showDone(req: FastifyRequest, reply: FastifyReply, draft: Draft) {
      const sentFor = clock.now().getTime() - draft.touchedAt.getTime();
      const full = draft.state === 'sent' && sentFor < SHOW_RECEIPT_MS;
      if (draft.state !== 'sent') return reply.redirect(to(req, 'review'), 303);
      const sent = await reporting.findSubmission(`draft:${draft.id}`);
      if (!sent) throw DRAFT_GONE();
      const { id: report, receipt: digits } = sent;
      const view = await reporting.mailbox.view(report);
      const child = (await reporting.details.details(db, [report]))[0]?.reporter === 'child';
      const face = child ? ('child' as const) : ('adult' as const);
      return page(
        req,
        reply,
        '/report/done',
        <DonePage
          receipt={digits}
          full={full}
          danger={view.danger ? ((await somebodyOnDuty()) ? 'on-duty' : 'nobody') : 'none'}
          card={country.card(view.category, face)}
          lines={country.helpLinesFor(view.category, face)}
        />,
      );
    }

    app.post<{ Params: { step: string }; Body: FormBody }>('/report/:step', async (req, reply) => {
      const { step } = req.params;
      const body = req.body ?? {};
      // Opening the form dropped the cookie: a draft that is still there belongs to whoever is writing now.
      let draft = await currentDraft(req);
      if (step === 'leave') {
        if (draft) await drafts.abandon(db, draft.id);
        clearDraftCookie(reply);
        return reply.redirect(`/exit?lang=${req.lang}`, 303);
      }
      if (step === 'forget') {
        clearDraftCookie(reply);
        return reply.redirect(`/exit?lang=${req.lang}`, 303);
      }
      if (draft?.state === 'sent') return reply.redirect(to(req, 'done'), 303);
      if (step === 'now') {
        if (!draft) throw DRAFT_GONE();
        const where = String(body.whereabouts ?? '')
          .trim()
          .slice(0, MAX_WHEREABOUTS);
        if (where) await drafts.save(db, draft, { sealed: { whereabouts: where } });
        return reply.redirect(to(req, where ? 'now' : nextStep('danger', draft.answers)), 303);
      }
      if (!isStep(step)) return reply.redirect(to(req, 'who'), 303);

      const parsed = parseStep(step, body, reporting.addresses);
      if (!draft) {
        if (step === 'review') throw DRAFT_GONE();
        // A draft that ended while somebody was still writing: what was just typed begins a new one, nothing is lost.
        const created = await drafts.create(db, req.lang);
        setDraftCookie(reply, created.token);
        draft = created.draft;
      }
      if (parsed.errors.length > 0) {
        const shown = {
          ...draft,
          answers: { ...draft.answers, ...parsed.answers },
          sealed: { ...draft.sealed, ...parsed.sealed },
        };
        return showStep(req, reply, shown, step, parsed.errors, 400);
      }
      if (step === 'review') return send(req, reply, draft, body);
      const saved = await drafts.save(db, draft, parsed);
      if (step === 'danger' && saved.answers.danger === 'yes') return reply.redirect(to(req, 'now'), 303);
      return reply.redirect(to(req, nextStep(step, saved.answers)), 303);
    });

    async function send(req: FastifyRequest, reply: FastifyReply, draft: Draft, body: FormBody) {
      if (!reachable('review', draft.answers)) return reply.redirect(to(req, 'who'), 303);
      const danger = draft.answers.danger === 'yes' || draft.answers.kinds.length > 0;
      const altcha = typeof body.altcha === 'string' ? body.altcha : undefined;

      const verdict = await human.check({ danger, altcha, startedAt: draft.startedAt });
      if (verdict !== 'passes') {
        const quick = verdict === 'quick';
        void reply.header('retry-after', quick ? '5' : '20');
        const key = quick ? 'reporting.form.quickAndSend' : 'reporting.form.waitAndSend';
        return showStep(req, reply, draft, 'review', [{ field: 'send', key }], 429);
      }
      await reporting.submitDraft(draft.id, toInput(draft, req.lang));
      return reply.redirect(to(req, 'done'), 303);
    }

    // The "do this now" cards can be read without reporting.
    app.get<{ Params: { category: string } }>('/help/:category', (req, reply) => {
      if (!isCategoryId(req.params.category)) return reply.callNotFound();
      const category = country.category(req.params.category);
      const face = (req.query as { for?: string }).for === 'child' ? ('child' as const) : ('adult' as const);
      return page(
        req,
        reply,
        `/help/${category.id}`,
        <CardPage card={country.card(category.id, face)} lines={country.helpLinesFor(category.id, face)} />,
      );
    });
  };
}
