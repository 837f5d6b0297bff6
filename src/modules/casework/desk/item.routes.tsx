import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { authorize, staffOf } from '../../identity/index.ts';
import { MAX_NARRATIVE } from '../../reporting/index.ts';
import { REPORT_NOT_HERE } from '../item.ts';
import { DONE, type Done, ItemPage, type ItemPageProps } from '../pages/item-page.tsx';
import type { ReportView } from '../pages/item-reports.tsx';
import { shortenMiddle } from '../pages/words.tsx';
import { type AssessmentField, type AssessmentTyped, emptyAssessment, parseAssessment } from './assessment-form.ts';
import { type DeskDeps, door, idParam, RECORD, show } from './context.ts';
import { among, bodyOf, type FormBody, type FormErrors, one } from './forms.ts';
import { itemSections, type SectionFault, sectionRoutes } from './item-sections.tsx';
import { itemView } from './item-view.ts';
import type { Openings } from './openings.ts';
import { replyFault, writeReply } from './reply.ts';

interface Over {
  status?: number;
  done?: Done | undefined;
  error?: string;
  accountName?: string;
  report?: { id: string } & Partial<ReportView>;
  fault?: SectionFault;
  assess?: { typed: AssessmentTyped; errors: FormErrors<AssessmentField> };
}

/** `/desk/items/:id`: the page of an item and what is done there. */
export function itemRoutes(deps: DeskDeps, openings: Openings) {
  const { platform, casework, reporting, country, identity } = deps;
  const { db } = platform;

  const everyArticle = () => {
    const ids = new Set(country.pack().law.articles.map((a) => a.id));
    return country.law([...ids]);
  };
  const instruments = (req: FastifyRequest) =>
    new Map(country.pack().law.instruments.map((i) => [i.id, req.tr.text(i.name)]));
  const sentence = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);

  async function page(req: FastifyRequest, reply: FastifyReply, id: string, over: Over = {}) {
    authorize(req.actor, 'item.read', RECORD);
    const item = await casework.item(id);
    const asked = Number(one(req.query as FormBody, 'reports'));
    const view = await itemView(deps, req, item, Number.isInteger(asked) && asked > 0 ? Math.min(asked, 10_000) : 1);
    const latest = view.assessments[0];
    const assess: ItemPageProps['assess'] = view.rights.assess
      ? {
          ...(over.assess ?? { typed: emptyAssessment(item, country, latest), errors: {} }),
          schema: casework.schemas.current(),
          categories: country.categories(),
          articles: everyArticle(),
          instruments: instruments(req),
        }
      : undefined;
    const reports = await withOpened(req, view.reports, over.report);
    const body = (
      <ItemPage
        {...view}
        reports={reports}
        done={over.done}
        error={over.error}
        accountName={over.accountName}
        assess={assess}
        sections={await itemSections(deps, req, item, over.fault)}
      />
    );
    const title = shortenMiddle(item.host ?? req.tr.t(`casework.kind.${item.kind}`), 60);
    return show(req, reply, { room: 'queue', title, path: `/desk/items/${id}`, body, status: over.status ?? 200 });
  }

  /** Lays what was opened over its report; one from another page of the list is put in front. */
  async function withOpened(req: FastifyRequest, list: ItemPageProps['reports'], opened: Over['report']) {
    if (!opened) return list;
    const { id, ...over } = opened;
    const listed = list.reports.find((r) => r.details.id === id);
    if (listed) return { ...list, reports: list.reports.map((r) => (r === listed ? { ...r, ...over } : r)) };
    const [details] = (await casework.reportBelongs(list.itemId, id)) ? await reporting.details.details(db, [id]) : [];
    if (!details) throw REPORT_NOT_HERE();
    const category = req.tr.text(country.category(details.category).name);
    return {
      ...list,
      reports: [{ details, category, messages: 0, unread: 0, siblings: [], ...over }, ...list.reports],
    };
  }

  return async (app: FastifyInstance) => {
    await app.register(sectionRoutes(deps, page));
    app.get('/desk/items/:id', door(deps, 'item.read'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.read', RECORD);
      return page(req, reply, id, { done: among(one(req.query as FormBody, 'done'), DONE) });
    });

    for (const [verb, done] of [
      ['lock', 'locked'],
      ['unlock', 'unlocked'],
    ] as const)
      app.post(`/desk/items/:id/${verb}`, door(deps, 'item.lock'), async (req, reply) => {
        const id = idParam(req);
        authorize(req.actor, 'item.lock', RECORD);
        const { accountId } = staffOf(req);
        try {
          await (verb === 'lock' ? casework.lock(id, accountId) : casework.unlock(id, accountId));
        } catch (error) {
          if (!(error instanceof AppError) || error.status !== 409) throw error;
          return page(req, reply, id, { status: 409, error: sentence(req, error) });
        }
        return reply.redirect(localPath(one(bodyOf(req), 'to'), `/desk/items/${id}?done=${done}`), 303);
      });

    app.post('/desk/items/:id/assess', door(deps, 'item.assess'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.assess', RECORD);
      const parsed = parseAssessment(bodyOf(req), country, casework.schemas.current());
      if (!parsed.input) return page(req, reply, id, { status: 400, assess: parsed });
      try {
        await casework.assess(id, staffOf(req).accountId, parsed.input);
      } catch (error) {
        if (!(error instanceof AppError) || (error.status !== 409 && error.status !== 400)) throw error;
        return page(req, reply, id, { status: error.status, assess: parsed, error: sentence(req, error) });
      }
      const { state } = await casework.item(id);
      const waits = state === 'proposed' || (await casework.secondLook.ofItem(id))[0]?.state === 'proposed';
      return reply.redirect(`/desk/items/${id}?done=${waits ? 'proposed' : 'assessed'}`, 303);
    });

    app.post('/desk/items/:id/hash', door(deps, 'item.assess'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.assess', RECORD);
      try {
        const result = await casework.known.enter(id, staffOf(req).accountId, one(bodyOf(req), 'sha256'));
        return reply.redirect(`/desk/items/${id}?done=hash-${result}`, 303);
      } catch (error) {
        if (!(error instanceof AppError) || (error.status !== 409 && error.status !== 400)) throw error;
        return page(req, reply, id, { status: error.status, error: sentence(req, error) });
      }
    });

    app.post('/desk/items/:id/account', door(deps, 'narrative.read'), async (req, reply) => {
      const item = await casework.item(idParam(req));
      return page(req, reply, item.id, { accountName: (await openings.accountName(staffOf(req), item)) ?? 'gone' });
    });

    app.post('/desk/items/:id/reports/:report/narrative', door(deps, 'narrative.read'), async (req, reply) => {
      const [id, report] = [idParam(req), idParam(req, 'report')];
      const { text, thread } = await openings.narrative(staffOf(req), id, report);
      const names = await identity.namesOf(thread.flatMap((m) => m.account ?? []));
      return page(req, reply, id, { report: { id: report, narrative: { text, thread, names } } });
    });

    app.post('/desk/items/:id/reports/:report/contact', door(deps, 'contact.read'), async (req, reply) => {
      const [id, report] = [idParam(req), idParam(req, 'report')];
      const contact = await openings.contact(staffOf(req), id, report);
      return page(req, reply, id, { report: { id: report, contact: contact ?? 'deleted' } });
    });

    app.post('/desk/items/:id/reports/:report/reply', door(deps, 'message.reply'), async (req, reply) => {
      const [id, report] = [idParam(req), idParam(req, 'report')];
      authorize(req.actor, 'message.reply', RECORD);
      const text = one(bodyOf(req), 'text').trim();
      const fault = replyFault(text);
      if (fault) {
        const error = req.tr.t(fault, { max: MAX_NARRATIVE });
        return page(req, reply, id, { status: 400, report: { id: report, reply: { text, error } } });
      }
      if (!(await casework.reportBelongs(id, report))) throw REPORT_NOT_HERE();
      await writeReply(deps, staffOf(req), report, text);
      return reply.redirect(`/desk/items/${id}?done=replied#report-${report}`, 303);
    });
  };
}
