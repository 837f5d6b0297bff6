import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { authorize, can, staffOf } from '../../identity/index.ts';
import { careRoutes } from '../care/care.routes.tsx';
import { MAX_NOTE } from '../conversations.ts';
import type { Helpline } from '../index.ts';
import { ConversationPage, type ConversationPageProps, DONE, type Done } from '../pages/conversation-page.tsx';
import { ListPage, VIEWS } from '../pages/list-page.tsx';
import { all, among, asked, idParam, one, RECORD, show } from './context.ts';
import { createOpenings } from './openings.ts';
import { qualityRoutes } from './quality.routes.tsx';

const PAGE = 30;

type Over = { status?: number; done?: Done | undefined } & Partial<
  Pick<ConversationPageProps, 'thread' | 'typed' | 'error' | 'letter'>
> & { rules?: ConversationPageProps['contact']['rules']; callError?: string; note?: string };

/** `/desk/helpline`: the people behind the mailbox; and `/desk/care`, the plans of children. */
export function helplineRoutes(helpline: Helpline) {
  const { platform, country, identity, reporting, casework, conversations, crises, care } = helpline;
  const { clock, db } = platform;
  const openings = createOpenings(helpline);
  const languageName = (req: FastifyRequest, id: string) =>
    country.pack().pack.languageNames[id as Lang] ?? req.tr.t('helpline.everyLanguage');

  const platformName = (req: FastifyRequest, id: string | null) => {
    const known = country.platforms().find((p) => p.id === id);
    return known && req.tr.text(known.name);
  };

  /** The letter that a closing starts from, for this language and age. */
  function closingText(row: ConversationPageProps['row']) {
    const text = country.helpline().texts.find((t) => t.purpose === 'closing');
    const face = row.child ? 'child' : 'adult';
    const lang = row.language as Lang;
    return { text: text?.[face][lang] ?? '', reviewed: text?.reviewed[face].includes(lang) ?? false };
  }

  async function page(req: FastifyRequest, reply: FastifyReply, report: string, over: Over = {}) {
    authorize(req.actor, 'helpline.queue.read');
    const row = await conversations.get(report);
    const staff = staffOf(req);
    const [details] = await reporting.details.details(db, [report]);
    const running = await crises.of(report);
    const steps = running.flatMap((c) => [...c.done.values()].map((d) => d.account));
    const names = await identity.namesOf([...steps, ...(row.holder ? [row.holder] : [])]);
    const face = row.child ? ('child' as const) : ('adult' as const);
    const may = {
      answer: can(req.actor, 'helpline.answer', RECORD),
      read: can(req.actor, 'narrative.read', RECORD),
      care: can(req.actor, 'care.plan.write', RECORD),
    };
    const colleagues = may.answer ? await identity.accountsThatMay('helpline.answer') : [];
    const plan = can(req.actor, 'care.plan.read', RECORD) ? await care.planOf(report) : undefined;
    const items = can(req.actor, 'item.read', RECORD) ? await casework.itemsOfReport(report) : [];
    const lines = country
      .helpLinesFor(row.category, face)
      .flatMap((l) => (l.tel ? [{ id: l.id, tel: l.tel, label: req.tr.text(l.name) }] : []));
    const mine = row.holder === staff.accountId;
    const category = req.tr.text(country.category(row.category).name);
    const body = (
      <ConversationPage
        row={row}
        category={category}
        language={languageName(req, row.language)}
        holder={row.holder ? (names.get(row.holder) ?? '') : undefined}
        mine={mine}
        may={may}
        done={over.done}
        error={over.error}
        thread={over.thread}
        typed={over.typed ?? ''}
        handOver={{
          typed: over.note ?? '',
          colleagues: colleagues.filter((c) => c.id !== staff.accountId).map((c) => ({ id: c.id, name: c.name })),
        }}
        texts={country.helpline().texts.filter((t) => t.purpose === 'answer' || t.purpose === 'duty')}
        letter={row.state === 'closing' && (mine || !row.holder) ? (over.letter ?? closingText(row)) : undefined}
        contact={{
          report,
          has: (details?.hasContact ?? false) && can(req.actor, 'contact.read', RECORD),
          rules: over.rules,
          error: over.callError,
        }}
        crisis={{
          report,
          running,
          offered: crises.offered({ category: row.category, kinds: details?.dangerKinds ?? [] }),
          lines,
          names,
          may: may.answer,
        }}
        card={country.card(row.category, face)}
        cardHref={`/${req.lang}/help/${row.category}${row.child ? '?for=child' : ''}`}
        items={items.map((i) => ({
          href: `/desk/items/${i.id}`,
          label: i.host ?? platformName(req, i.platform) ?? category,
        }))}
        planHref={plan && `/desk/care/${plan.id}`}
        now={clock.now()}
      />
    );
    return show(req, reply, {
      nav: 'helpline',
      title: req.tr.t('helpline.title'),
      path: `/desk/helpline/${report}`,
      body,
      status: over.status ?? 200,
    });
  }

  const sentence = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);

  /** Does what a form asks for; what can be mended is said on the page, with the conversation opened again. */
  async function act(
    req: FastifyRequest,
    reply: FastifyReply,
    report: string,
    done: Done,
    action: () => Promise<unknown>,
    keep: Over = {},
  ) {
    authorize(req.actor, 'helpline.answer', RECORD);
    try {
      await action();
    } catch (error) {
      if (!(error instanceof AppError) || (error.status !== 409 && error.status !== 400)) throw error;
      const thread = await openings.thread(staffOf(req), report);
      return page(req, reply, report, { status: error.status, error: sentence(req, error), thread, ...keep });
    }
    return reply.redirect(`/desk/helpline/${report}?done=${done}`, 303);
  }

  return async (app: FastifyInstance) => {
    const read = { preHandler: identity.requireStaff('helpline.queue.read') };
    const answer = { preHandler: identity.requireStaff('helpline.answer') };

    app.get('/desk/helpline', read, async (req, reply) => {
      const view = among(asked(req, 'view'), VIEWS) ?? 'waiting';
      const languages = country.pack().pack.languages;
      const language = among(asked(req, 'language'), languages) ?? '';
      const part = Math.min(Math.max(Math.trunc(Number(asked(req, 'part'))) || 1, 1), 10_000);
      const { accountId } = staffOf(req);
      const { rows, more } = await conversations.list(view, {
        account: accountId,
        limit: PAGE,
        offset: (part - 1) * PAGE,
        ...(language ? { language } : {}),
      });
      const names = await identity.namesOf(rows.flatMap((r) => r.holder ?? []));
      const at = (n: number) => {
        const query = new URLSearchParams({ view, ...(language ? { language } : {}), part: String(n) });
        return `/desk/helpline?${query}`;
      };
      const body = (
        <ListPage
          view={view}
          rows={rows.map((r) => ({
            ...r,
            holderName: r.holder ? (names.get(r.holder) ?? '') : '',
            categoryName: req.tr.text(country.category(r.category).name),
          }))}
          languages={languages.map((id) => ({ id, name: languageName(req, id) }))}
          language={language}
          now={clock.now()}
          previous={part > 1 ? at(part - 1) : undefined}
          next={more ? at(part + 1) : undefined}
          links={{
            figures: can(req.actor, 'helpline.figures.read'),
            quality: can(req.actor, 'helpline.quality.review', { ...RECORD, doneBy: [] }),
            care: can(req.actor, 'care.plan.read', RECORD),
          }}
        />
      );
      return show(req, reply, { nav: 'helpline', title: req.tr.t('helpline.title'), path: '/desk/helpline', body });
    });

    await app.register(qualityRoutes(helpline));
    await app.register(careRoutes(helpline));

    app.get('/desk/helpline/:report', read, async (req, reply) =>
      page(req, reply, idParam(req, 'report'), { done: among(asked(req, 'done'), DONE) }),
    );

    app.post('/desk/helpline/:report/open', read, async (req, reply) => {
      const report = idParam(req, 'report');
      const thread = await openings.thread(staffOf(req), report);
      const row = await conversations.get(report);
      const canned = country.helpline().texts.find((t) => t.id === one(req, 'canned'));
      const typed = one(req, 'text').trim();
      const words = canned?.[row.child ? 'child' : 'adult'][row.language as Lang];
      return page(req, reply, report, { thread, typed: [typed, words].filter(Boolean).join('\n\n') });
    });

    app.post('/desk/helpline/:report/take', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      return act(req, reply, report, 'taken', () => conversations.take(report, staffOf(req).accountId));
    });

    app.post('/desk/helpline/:report/pass-back', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      return act(req, reply, report, 'passed', () => conversations.passBack(report, staffOf(req).accountId));
    });

    app.post('/desk/helpline/:report/hand-over', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      const note = one(req, 'note').slice(0, MAX_NOTE + 1);
      const { accountId } = staffOf(req);
      return act(
        req,
        reply,
        report,
        'handed',
        () => conversations.handOver(report, accountId, one(req, 'colleague'), note),
        { note },
      );
    });

    app.post('/desk/helpline/:report/answer', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      const typed = one(req, 'text');
      const basedOn = one(req, 'basedOn') || null;
      return act(
        req,
        reply,
        report,
        'answered',
        () => conversations.answer(report, staffOf(req).accountId, typed, basedOn),
        { typed },
      );
    });

    app.post('/desk/helpline/:report/closing', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      authorize(req.actor, 'helpline.answer', RECORD);
      try {
        await conversations.beginClosing(report, staffOf(req).accountId);
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 409) throw error;
        return page(req, reply, report, { status: 409, error: sentence(req, error) });
      }
      return reply.redirect(`/desk/helpline/${report}#closing`, 303);
    });

    app.post('/desk/helpline/:report/keep-open', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      return act(req, reply, report, 'kept', () => conversations.keepOpen(report, staffOf(req).accountId));
    });

    app.post('/desk/helpline/:report/close', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      const text = one(req, 'text');
      const basedOn = one(req, 'basedOn') || null;
      return act(
        req,
        reply,
        report,
        'closed',
        () => conversations.close(report, staffOf(req).accountId, text, basedOn),
        {
          typed: text,
          letter: { text, reviewed: true },
        },
      );
    });

    app.post('/desk/helpline/:report/call-rules', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      return page(req, reply, report, { rules: (await openings.callRules(staffOf(req), report)) ?? 'gone' });
    });

    app.post('/desk/helpline/:report/call-number', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      const staff = staffOf(req);
      const rules = await openings.callRules(staff, report);
      if (!rules) return page(req, reply, report, { rules: 'gone' });
      const reason = one(req, 'reason').trim();
      const never = rules.safeToCall === 'no';
      if (one(req, 'confirm') !== 'on' || (never && !reason) || reason.length > MAX_NOTE) {
        const callError = req.tr.t(never ? 'helpline.call.needsReason' : 'helpline.call.needsConfirm');
        return page(req, reply, report, { status: 400, rules, callError });
      }
      return page(req, reply, report, { rules: (await openings.number(staff, report, reason)) ?? 'gone' });
    });

    app.post('/desk/helpline/:report/crisis', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      authorize(req.actor, 'helpline.answer', RECORD);
      await crises.start(report, one(req, 'script'), staffOf(req).accountId);
      return reply.redirect(`/desk/helpline/${report}#crisis`, 303);
    });

    app.post('/desk/helpline/:report/crisis/:crisis/alarm', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      authorize(req.actor, 'helpline.answer', RECORD);
      await crises.alarm(report, idParam(req, 'crisis'), staffOf(req).accountId);
      return reply.redirect(`/desk/helpline/${report}?done=alarmed#crisis`, 303);
    });

    app.post('/desk/helpline/:report/crisis/:crisis/steps', answer, async (req, reply) => {
      const report = idParam(req, 'report');
      const crisis = idParam(req, 'crisis');
      authorize(req.actor, 'helpline.answer', RECORD);
      const { accountId } = staffOf(req);
      await crises.tick(report, crisis, all(req, 'step'), accountId);
      if (one(req, 'end')) {
        try {
          await crises.end(report, crisis, accountId);
        } catch (error) {
          if (!(error instanceof AppError) || error.status !== 409) throw error;
          return page(req, reply, report, { status: 409, error: sentence(req, error) });
        }
      }
      return reply.redirect(`/desk/helpline/${report}#crisis`, 303);
    });
  };
}
