import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { field, sendPage } from '../../../platform/http/index.ts';
import { createTranslator, isLang } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { auditName, authorize, can, staffOf } from '../../identity/index.ts';
import { CONTACT_INVALID, NOTICE_TRANSITION, NOTICE_UNKNOWN, WATCH_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { mailAddressOf } from '../letter/letter-facts.ts';
import { formText } from '../letter/letter-mail.tsx';
import type { ChosenContact } from '../notice/actions.ts';
import { NOTICE_STATES, type NoticeState, STANDING_OUT } from '../notice/notice.ts';
import type { Typed } from '../pages/notice-card.tsx';
import { type NoticeGroup, NoticeListPage } from '../pages/notice-list.tsx';
import { FormTextPage, NoticePage } from '../pages/notice-page.tsx';
import { TakedownPanel } from '../pages/panel.tsx';
import { filledFields } from '../providers/form-fields.ts';
import { NOTICE_CHANNELS, type NoticeRow } from '../schema.ts';
import { unreachableRule } from '../watch/rule.ts';
import { doubtRoutes } from './doubt.routes.tsx';
import { figuresDeskRoutes } from './figures-desk.routes.tsx';
import { attempt, oneOf } from './form.ts';
import { ladderRoutes } from './ladder.routes.tsx';
import { letterDeskRoutes } from './letter-desk.routes.tsx';
import { originDeskRoutes } from './origin-desk.routes.tsx';
import { providerDeskRoutes } from './provider-desk.routes.tsx';

const PER_GROUP = 50;
const GROUPS: Record<'attention' | 'held' | 'underWay', readonly NoticeState[]> = {
  attention: ['failed', 'no-contact', 'disputed', 'by-hand'],
  held: ['held'],
  underWay: ['tracing', 'queued', ...STANDING_OUT.filter((s) => s !== 'disputed')],
};

/** The panel for casework's page of an item; its forms lead back to that page. */
export async function deskPanel(takedown: Takedown, item: string, req: FastifyRequest): Promise<VNode | undefined> {
  if (!can(req.actor, 'notice.read')) return undefined;
  const data = await takedown.view.panel(item, req.actor);
  return <TakedownPanel data={data} back={localPath(req.url, '/desk')} />;
}

/** `/desk/notices…`, `/desk/watch…` and `/desk/providers…` */
export function deskRoutes(takedown: Takedown) {
  const { platform, identity, store, watches, view, facts, actions, answers, disputes, outcomes, rules } = takedown;
  const { db } = platform;

  function idOf(req: FastifyRequest, name = 'id'): string {
    const id = (req.params as Record<string, string | undefined>)[name] ?? '';
    if (!isUuid(id)) throw name === 'id' ? NOTICE_UNKNOWN() : WATCH_UNKNOWN();
    return id;
  }

  async function noticePage(
    req: FastifyRequest,
    reply: FastifyReply,
    notice: NoticeRow,
    refused?: { status: number; error: string; typed: Typed | undefined },
  ): Promise<FastifyReply> {
    const path = `/desk/notices/${notice.id}`;
    const page = (
      <NoticePage
        facts={facts.factsOf(notice)}
        address={notice.url}
        data={await view.panel(notice.item, req.actor)}
        back={path}
        error={refused?.error}
        typed={refused?.typed}
      />
    );
    const title = req.tr.t('takedown.notice.one');
    return sendPage(req, reply, {
      status: refused?.status ?? 200,
      title,
      shell: 'desk',
      nav: 'notices',
      path,
      body: page,
    });
  }

  /** Does what a form asks for, then leads back; a refusal shows the notice with what was typed. */
  async function act(
    req: FastifyRequest,
    reply: FastifyReply,
    form: string,
    keep: readonly string[],
    action: (id: string, account: string) => Promise<unknown>,
  ): Promise<FastifyReply> {
    const id = idOf(req);
    const refused = await attempt(() => action(id, staffOf(req).accountId));
    if (!refused) return reply.redirect(localPath(field(req, 'back'), `/desk/notices/${id}`), 303);
    return noticePage(req, reply, await store.get(db, id), {
      status: refused.status,
      error: req.tr.t(refused.messageKey, refused.params),
      typed: { notice: id, form, values: Object.fromEntries(keep.map((name) => [name, field(req, name)])) },
    });
  }

  const CONTACT_FIELDS = ['channel', 'contact', 'name', 'language'];
  function contactOf(req: FastifyRequest): ChosenContact {
    const channel = oneOf(field(req, 'channel'), NOTICE_CHANNELS);
    const language = field(req, 'language');
    if (!channel || !isLang(language)) throw CONTACT_INVALID({ channel: 'mail' });
    return { channel, contact: field(req, 'contact'), name: field(req, 'name'), language };
  }

  const listed = (rows: readonly NoticeRow[]) => rows.map((row) => ({ row, facts: facts.factsOf(row) }));

  function lists(app: FastifyInstance): void {
    const door = { preHandler: identity.requireStaff('notice.read') };

    app.get('/desk/notices', door, async (req, reply) => {
      const chosen = oneOf(String((req.query as { state?: unknown }).state ?? ''), NOTICE_STATES);
      const wanted: [NoticeGroup['id'], readonly NoticeState[]][] = chosen
        ? [['chosen', [chosen]]]
        : (['attention', 'held', 'underWay'] as const).map((id) => [id, GROUPS[id]]);
      const groups: NoticeGroup[] = [];
      for (const [id, states] of wanted) {
        const rows = await store.inStates(db, states, PER_GROUP);
        groups.push({
          id,
          notices: listed(rows.toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state))),
        });
      }
      const contradicted = chosen ? [] : await store.contradicted(db, PER_GROUP);
      if (contradicted.length > 0) groups.unshift({ id: 'contradicted', notices: listed(contradicted) });
      const asked = chosen ? [] : await takedown.ladderDesk.waiting(PER_GROUP);
      if (asked.length > 0) groups.unshift({ id: 'ladder', notices: listed(asked) });
      const doubts = chosen ? [] : await watches.doubtful(db, PER_GROUP);
      const newest = await store.newestOf(
        db,
        doubts.map((w) => w.item),
      );
      const rule = await rules.current();
      const page = (
        <NoticeListPage
          groups={groups}
          origins={chosen ? 0 : (await takedown.origins.waiting(PER_GROUP)).length}
          doubts={doubts.map((watch) => ({ watch, notice: newest.get(watch.item) }))}
          chosen={chosen}
          peopleOnly={unreachableRule(rule, rules.vantages)}
        />
      );
      const title = req.tr.t('takedown.list.title');
      return sendPage(req, reply, { title, shell: 'desk', nav: 'notices', path: '/desk/notices', body: page });
    });

    app.get('/desk/notices/:id', door, async (req, reply) => noticePage(req, reply, await store.get(db, idOf(req))));

    app.get('/desk/notices/:id/text', { preHandler: identity.requireStaff('notice.send') }, async (req, reply) => {
      const notice = await store.get(db, idOf(req));
      if (notice.state !== 'by-hand' || !notice.contact)
        throw NOTICE_TRANSITION({ state: notice.state, event: 'text' });
      const given = facts.factsOf(notice);
      const location = await facts.exactLocation(db, notice);
      // An account's name is personal data: who opened it is on record.
      if (location?.kind === 'account')
        await store.audit(db, auditName(req.actor), 'notice.text-opened', notice.id, {});
      const tr = createTranslator(platform.i18n, notice.language, takedown.country.pack().pack.zone);
      const provider = notice.provider ? await takedown.settings.find(notice.provider) : undefined;
      const by = {
        flagger: takedown.country.notices().trustedFlagger,
        senderEmail: mailAddressOf(platform.config.mailFrom),
        extra: provider?.extra[notice.language],
      };
      const page = (
        <FormTextPage
          id={notice.id}
          facts={given}
          contact={notice.contact}
          letter={formText(given, tr, location, by)}
          fields={filledFields(await takedown.providers.formFields(notice.provider), given, tr, location)}
        />
      );
      const title = req.tr.t('takedown.byHand.title');
      return sendPage(req, reply, {
        title,
        shell: 'desk',
        nav: 'notices',
        path: `/desk/notices/${notice.id}`,
        body: page,
      });
    });
  }

  function deeds(app: FastifyInstance): void {
    const prepare = { preHandler: identity.requireStaff('notice.prepare') };
    const send = { preHandler: identity.requireStaff('notice.send') };
    const read = { preHandler: identity.requireStaff('notice.read') };

    app.post('/desk/notices/:id/preservation', prepare, (req, reply) =>
      act(req, reply, 'preservation', [], actions.recordPreservation),
    );

    app.post('/desk/notices/:id/hold', read, async (req, reply) => {
      const kind = oneOf(field(req, 'kind'), ['police', 'reporter'] as const) ?? 'police';
      const decision = oneOf(field(req, 'decision'), ['release', 'keep'] as const) ?? 'keep';
      authorize(req.actor, kind === 'police' ? 'notice.hold.decide' : 'notice.prepare');
      return act(req, reply, 'hold', [], (id, account) => actions.decideHold(id, kind, decision, account));
    });

    app.post('/desk/notices/:id/contact', send, (req, reply) =>
      act(req, reply, 'contact', CONTACT_FIELDS, async (id, account) =>
        actions.chooseContact(id, contactOf(req), account),
      ),
    );
    app.post('/desk/notices/:id/escalate', send, (req, reply) =>
      act(req, reply, 'escalate', CONTACT_FIELDS, async (id, account) => actions.escalate(id, contactOf(req), account)),
    );
    app.post('/desk/notices/:id/retry', send, (req, reply) => act(req, reply, 'retry', [], actions.retry));
    app.post('/desk/notices/:id/sent', send, (req, reply) => act(req, reply, 'sent', [], actions.markSent));

    // Hosting moves: asked again, and compared with what was known.
    app.post('/desk/notices/:id/trace', send, (req, reply) =>
      act(req, reply, 'trace', [], (id) => takedown.tracer.refresh(id, 0)),
    );
    app.post(
      '/desk/notices/:id/dispute',
      { preHandler: identity.requireStaff('dispute.decide') },
      async (req, reply) => {
        const notice = await store.get(db, idOf(req));
        authorize(req.actor, 'dispute.decide', { doneBy: await disputes.doneBy(db, notice) });
        const decision = oneOf(field(req, 'decision'), ['upheld', 'withdrawn'] as const) ?? 'upheld';
        return act(req, reply, 'dispute', ['reason'], (id, account) =>
          answers.decide(id, account, decision, field(req, 'reason'), field(req, 'named') === '1'),
        );
      },
    );

    for (const [what, confirm] of [
      ['gone', outcomes.confirmGone],
      ['back', outcomes.confirmBack],
      ['allow', outcomes.allowLooks],
    ] as const)
      app.post(`/desk/watch/:item/${what}`, prepare, async (req, reply) => {
        const item = idOf(req, 'item');
        await confirm(item, staffOf(req).accountId);
        return reply.redirect(localPath(field(req, 'back'), '/desk/notices'), 303);
      });
  }

  return async (app: FastifyInstance): Promise<void> => {
    lists(app);
    deeds(app);
    await app.register(doubtRoutes(takedown));
    await app.register(originDeskRoutes(takedown, { refuse: noticePage }));
    await app.register(providerDeskRoutes(takedown));
    await app.register(letterDeskRoutes(takedown));
    await app.register(ladderRoutes(takedown));
    await app.register(figuresDeskRoutes(takedown));
  };
}
