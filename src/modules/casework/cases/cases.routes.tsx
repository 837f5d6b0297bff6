import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { isUuid } from '../../../platform/ids.ts';
import { auditName, authorize, can } from '../../identity/index.ts';
import { type DeskDeps, door, idParam, RECORD, show } from '../desk/context.ts';
import { all, among, bodyOf, type FormBody, one } from '../desk/forms.ts';
import { platformName } from '../pages/words.tsx';
import { CASE_INVALID, CASE_STATES, CASE_UNKNOWN, MEMBER_KINDS, PERSON_ROLES } from './case.ts';
import { MAX_TITLE, type Member } from './cases.ts';
import { CasePage, CasesPage } from './cases-pages.tsx';

const ROOT = '/desk/cases';

/** `item:<id>`, as the forms of a case write it; undefined for anything else. */
function readMember(text: string): Member | undefined {
  const [kind = '', subject = '', ...rest] = text.split(':');
  const known = among(kind, MEMBER_KINDS);
  return known && isUuid(subject) && rest.length === 0 ? { kind: known, subject } : undefined;
}

/** The rooms of cases. */
export function casesRoutes(deps: DeskDeps) {
  const { casework, country, identity } = deps;
  const { cases } = casework;

  function caseId(req: FastifyRequest): string {
    const { id } = req.params as { id: string };
    if (!isUuid(id)) throw CASE_UNKNOWN();
    return id;
  }

  async function page(req: FastifyRequest, reply: FastifyReply, id: string, refused?: AppError) {
    authorize(req.actor, 'case.read', RECORD);
    const view = await cases.find(id);
    const members = await cases.members(id);
    const of = (kind: Member['kind']) => members.filter((m) => m.kind === kind).map((m) => m.subject);
    const [items, people, history, open, suggestions] = await Promise.all([
      Promise.all(of('item').map((i) => casework.item(i))),
      cases.people(of('person')),
      cases.history(id),
      cases.list('open'),
      casework.similarItems(of('item')),
    ]);
    const names = await identity.namesOf(
      history.flatMap((h) => (h.actor.startsWith('account:') ? [h.actor.slice('account:'.length)] : [])),
    );
    const body = (
      <CasePage
        view={view}
        into={view.merged_into ? await cases.find(view.merged_into) : undefined}
        items={items}
        reports={of('report')}
        people={people}
        suggestions={suggestions}
        others={open.filter((c) => c.id !== id)}
        history={history.map((h) => ({ ...h, by: names.get(h.actor.slice('account:'.length)) ?? '' }))}
        platform={(i) => platformName(country, req.tr, i.platform)}
        may={can(req.actor, 'case.edit', RECORD)}
        error={refused && req.tr.t(refused.messageKey, refused.params)}
      />
    );
    const title = req.tr.t('casework.cases.one');
    return show(req, reply, { room: 'cases', title, path: `${ROOT}/${id}`, body, status: refused?.status ?? 200 });
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get(ROOT, door(deps, 'case.read'), async (req, reply) => {
      authorize(req.actor, 'case.read', RECORD);
      const state = among(one(req.query as FormBody, 'state'), CASE_STATES) ?? 'open';
      const list = await cases.list(state);
      const sizes = await cases.sizes(list.map((c) => c.id));
      const body = <CasesPage state={state} cases={list.map((c) => ({ ...c, size: sizes.get(c.id) ?? 0 }))} />;
      return show(req, reply, { room: 'cases', title: req.tr.t('casework.cases.title'), path: ROOT, body });
    });

    app.get(`${ROOT}/:id`, door(deps, 'case.read'), (req, reply) => page(req, reply, caseId(req)));

    const act = (
      verb: string,
      action: (req: FastifyRequest, id: string, actor: string) => Promise<string | undefined>,
    ) =>
      app.post(`${ROOT}/:id/${verb}`, door(deps, 'case.edit'), async (req, reply) => {
        const id = caseId(req);
        authorize(req.actor, 'case.edit', RECORD);
        let next: string | undefined;
        try {
          next = await action(req, id, auditName(req.actor));
        } catch (error) {
          if (!(error instanceof AppError) || (error.status !== 400 && error.status !== 409)) throw error;
          return page(req, reply, id, error);
        }
        return reply.redirect(`${ROOT}/${next ?? id}`, 303);
      });

    const chosen = (req: FastifyRequest) => all(bodyOf(req), 'member').flatMap((m) => readMember(m) ?? []);
    const invalid = () => CASE_INVALID({ max: MAX_TITLE });

    act('add', async (req, id, actor) => {
      const item = one(bodyOf(req), 'item');
      if (!isUuid(item)) throw invalid();
      await cases.add(id, { kind: 'item', subject: item }, actor);
      return undefined;
    });
    act('person', async (req, id, actor) => {
      const role = among(one(bodyOf(req), 'role'), PERSON_ROLES);
      if (!role) throw invalid();
      await cases.addPerson(id, role, one(bodyOf(req), 'label'), actor);
      return undefined;
    });
    act('remove', async (req, id, actor) => {
      const [member] = chosen(req);
      if (!member) throw invalid();
      await cases.remove(id, member, actor);
      return undefined;
    });
    act('merge', async (req, id, actor) => {
      const into = one(bodyOf(req), 'into');
      if (!isUuid(into)) throw invalid();
      await cases.merge(id, into, actor);
      return into;
    });
    act('split', (req, id, actor) => cases.split(id, chosen(req), one(bodyOf(req), 'title'), actor));
    for (const verb of ['close', 'reopen'] as const)
      act(verb, async (_req, id, actor) => {
        await cases[verb](id, actor);
        return undefined;
      });

    app.post('/desk/items/:id/case', door(deps, 'case.edit'), async (req, reply) => {
      const item = idParam(req);
      authorize(req.actor, 'case.edit', RECORD);
      await casework.item(item);
      const actor = auditName(req.actor);
      const member: Member = { kind: 'item', subject: item };
      const into = one(bodyOf(req), 'case');
      if (isUuid(into)) {
        await cases.add(into, member, actor);
        return reply.redirect(`${ROOT}/${into}`, 303);
      }
      const title = one(bodyOf(req), 'title').trim();
      // A case without a name is found by its items; nobody has to think of one now.
      const id = await cases.create(title || req.tr.t('casework.cases.untitled'), [member], actor);
      return reply.redirect(`${ROOT}/${id}`, 303);
    });
  };
}
