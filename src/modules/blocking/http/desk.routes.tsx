import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { authorize, can, mayEver, staffOf } from '../../identity/index.ts';
import { barred, ENTRY_STATES, type EntryState, PERSONS_REASONS } from '../entry/entry.ts';
import { TARGET_KINDS } from '../entry/target.ts';
import { ENTRY_UNKNOWN } from '../errors.ts';
import type { Blocking } from '../index.ts';
import { type Abilities, EntryPage } from '../pages/entry-page.tsx';
import { FeedPage } from '../pages/feed-page.tsx';
import { BlockingListPage } from '../pages/list-page.tsx';
import { BlockingPanel } from '../pages/panel.tsx';
import { OrderPage, ProposePage } from '../pages/propose-page.tsx';
import { RollbackPage } from '../pages/rollback-page.tsx';
import type { EntryRow } from '../schema.ts';
import { appealRoutes } from './appeal.routes.tsx';
import { mended, sentenceOf } from './mended.ts';
import { zonesRoutes } from './zones.routes.tsx';

const PATH = '/desk/blocking';
const LISTED = 100;
const FEED_LISTED = 200;
const DAY = 86_400_000;

/** What is blocked of one item, and the way to a proposal. */
export async function deskPanel(blocking: Blocking, item: string, req: FastifyRequest): Promise<VNode | undefined> {
  if (!can(req.actor, 'block.read')) return undefined;
  const { platform, store, evidence } = blocking;
  const entries = await store.ofItem(platform.db, item, ENTRY_STATES);
  const listable = await evidence.assessed(platform.db, item);
  if (entries.length === 0 && !listable) return undefined;
  return <BlockingPanel item={item} entries={entries} mayPropose={listable && can(req.actor, 'block.propose')} />;
}

/** A local date of a form as the end of that day, UTC; undefined when it is none. */
function endOfDate(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = new Date(`${text}T23:59:59Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** `/desk/blocking…`: proposals, decisions, rollback, the feed log, and appeals. */
export function deskRoutes(blocking: Blocking) {
  const { platform, identity, store, evidence, decisions, proposals, feed, log, appeals } = blocking;
  const { db, clock } = platform;

  function idOf(req: FastifyRequest, name = 'id'): string {
    const id = (req.params as Record<string, string | undefined>)[name] ?? '';
    if (!isUuid(id)) throw ENTRY_UNKNOWN();
    return id;
  }

  /** The list is for those who work on it; a court's orders are also for those who type them in. */
  function mayRead(req: FastifyRequest, row: Pick<EntryRow, 'basis'>): void {
    authorize(req.actor, row.basis === 'court' && !can(req.actor, 'block.read') ? 'block.order.read' : 'block.read');
  }

  async function abilities(req: FastifyRequest, row: EntryRow, items: readonly string[]): Promise<Abilities> {
    const people = await evidence.people(db, row, items);
    const not = (deed: Parameters<typeof barred>[1]) => ({ doneBy: barred(people, deed) });
    return {
      approve: can(req.actor, 'block.approve', not('approve')),
      release: can(req.actor, 'block.release', not('release')),
      review: can(req.actor, 'block.review', not('review')),
      reject: can(req.actor, 'block.reject'),
      remove: can(req.actor, 'block.remove'),
      opening: can(req.actor, 'block.opening.give'),
      withdrawApproval: mayEver(req.actor, 'block.approve') && row.approved_by === staffOf(req).accountId,
    };
  }

  async function entryPage(
    req: FastifyRequest,
    reply: FastifyReply,
    row: EntryRow,
    over: { status?: number; error?: string; typed?: string } = {},
  ) {
    const items = await store.itemsOf(db, row.id);
    const history = await store.decisions(db, row);
    const accounts = history.flatMap((d) => (d.actor.startsWith('account:') ? [d.actor.slice(8)] : []));
    const reads = mayEver(req.actor, 'block.read');
    const body = (
      <EntryPage
        row={row}
        opened={store.opened(row)}
        items={reads ? items : []}
        under={
          // What is known on a name is for those who work on the list; a court's order stands without it.
          reads && row.name && row.kind !== 'network'
            ? await evidence.under({ name: row.name, kind: row.kind })
            : undefined
        }
        lookalike={row.name && row.kind !== 'network' ? evidence.never().lookalike(row.name) : undefined}
        disputed={await evidence.disputed(db, items)}
        notices={await noticesOf(items)}
        history={history}
        names={await identity.namesOf([...new Set(accounts)])}
        lines={await log.linesOf(row.id)}
        appeals={mayEver(req.actor, 'block.appeal.read') ? await appeals.ofEntry(row.id) : []}
        appealLink={mayEver(req.actor, 'block.remove') ? appeals.linkOf(row.id) : undefined}
        may={await abilities(req, row, items)}
        now={clock.now()}
        error={over.error}
        typed={over.typed ?? ''}
      />
    );
    const title = req.tr.t('blocking.entry.title');
    const path = `${PATH}/${row.id}`;
    return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path, body, status: over.status ?? 200 });
  }

  async function noticesOf(items: readonly string[]) {
    const found = await Promise.all(items.map((item) => blocking.takedown.store.ofItem(db, item)));
    return found.flat().slice(0, 20);
  }

  /** Does what a form asks for; what can be mended is said on the entry's page, with what was typed. */
  async function act(req: FastifyRequest, reply: FastifyReply, run: (id: string, account: string) => Promise<unknown>) {
    const id = idOf(req);
    const refused = await mended(() => run(id, staffOf(req).accountId));
    if (!refused) return reply.redirect(`${PATH}/${id}`, 303);
    const error = sentenceOf(req.tr, refused);
    return entryPage(req, reply, await store.get(db, id), {
      status: refused.status,
      error,
      typed: field(req, 'reason'),
    });
  }

  function lists(app: FastifyInstance): void {
    app.get(PATH, { preHandler: identity.requireStaff('block.order.read') }, async (req, reply) => {
      const asked = (req.query as { state?: unknown }).state;
      const chosen = ENTRY_STATES.find((s) => s === asked);
      const all = mayEver(req.actor, 'block.read');
      const groups: [string, readonly EntryState[]][] = chosen
        ? [['chosen', [chosen]]]
        : [
            ['waiting', ['approved', 'proposed', 'suspended']],
            ['listed', ['released']],
          ];
      const rows = await Promise.all(
        groups.map(async ([id, states]) => ({
          id,
          rows: (await store.inStates(states, LISTED)).filter((r) => all || r.basis === 'court'),
        })),
      );
      const body = (
        <BlockingListPage
          groups={rows}
          chosen={chosen}
          now={clock.now()}
          serial={await feed.serial()}
          may={{
            order: mayEver(req.actor, 'block.order.propose'),
            rollback: mayEver(req.actor, 'block.rollback'),
            appeals: mayEver(req.actor, 'block.appeal.read'),
            feed: all,
          }}
        />
      );
      const title = req.tr.t('blocking.list.title');
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path: PATH, body });
    });

    app.get(`${PATH}/feed`, { preHandler: identity.requireStaff('block.read') }, async (req, reply) => {
      const body = <FeedPage changes={await feed.newest(FEED_LISTED)} serial={await feed.serial()} />;
      const title = req.tr.t('blocking.feed.title');
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path: `${PATH}/feed`, body });
    });

    app.get(`${PATH}/:id`, { preHandler: identity.requireStaff('block.order.read') }, async (req, reply) => {
      const row = await store.get(db, idOf(req));
      mayRead(req, row);
      return entryPage(req, reply, row);
    });
  }

  function proposing(app: FastifyInstance): void {
    const propose = { preHandler: identity.requireStaff('block.propose') };
    const order = { preHandler: identity.requireStaff('block.order.propose') };

    async function proposePage(req: FastifyRequest, reply: FastifyReply, error?: AppError) {
      const item = await blocking.casework.item(idOf(req, 'item'));
      const host = item.url ? new URL(item.url).hostname : '';
      const typed = {
        kind: TARGET_KINDS.find((k) => k === field(req, 'kind')) ?? 'url',
        target: field(req, 'target'),
        dedicated: field(req, 'dedicated') === 'on',
        grounds: field(req, 'grounds'),
      };
      const body = (
        <ProposePage
          item={item.id}
          url={item.url ?? ''}
          host={host}
          under={host ? await evidence.under({ name: host, kind: 'domain' }) : undefined}
          dedication={blocking.country.blocking().dedication}
          typed={typed}
          error={error ? sentenceOf(req.tr, error) : undefined}
        />
      );
      const title = req.tr.t('blocking.propose.title');
      const path = `${PATH}/propose/${item.id}`;
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path, body, status: error?.status ?? 200 });
    }

    app.get(`${PATH}/propose/:item`, propose, (req, reply) => proposePage(req, reply));
    app.post(`${PATH}/propose/:item`, propose, async (req, reply) => {
      let id = '';
      const refused = await mended(async () => {
        id = await proposals.fromItem({
          item: idOf(req, 'item'),
          kind: TARGET_KINDS.find((k) => k === field(req, 'kind')) ?? 'url',
          target: field(req, 'target'),
          account: staffOf(req).accountId,
          dedicated: field(req, 'dedicated') === 'on',
          grounds: field(req, 'grounds'),
        });
      });
      return refused ? proposePage(req, reply, refused) : reply.redirect(`${PATH}/${id}`, 303);
    });

    const ORDER_FIELDS = [
      'kind',
      'target',
      'number',
      'court',
      'date',
      'reference',
      'scope',
      'expires',
      'grounds',
    ] as const;
    function orderPage(req: FastifyRequest, reply: FastifyReply, error?: AppError) {
      const typed = Object.fromEntries(ORDER_FIELDS.map((name) => [name, field(req, name)])) as Record<
        (typeof ORDER_FIELDS)[number],
        string
      >;
      const words = error ? sentenceOf(req.tr, error) : undefined;
      const body = <OrderPage typed={typed} error={words} />;
      const title = req.tr.t('blocking.order.title');
      const path = `${PATH}/order`;
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path, body, status: error?.status ?? 200 });
    }
    app.get(`${PATH}/order`, order, (req, reply) => orderPage(req, reply));
    app.post(`${PATH}/order`, order, async (req, reply) => {
      let id = '';
      const refused = await mended(async () => {
        id = await proposals.fromOrder({
          kind: TARGET_KINDS.find((k) => k === field(req, 'kind')) ?? 'domain',
          target: field(req, 'target'),
          number: field(req, 'number'),
          court: field(req, 'court'),
          date: field(req, 'date'),
          reference: field(req, 'reference'),
          scope: field(req, 'scope'),
          expiresAt: endOfDate(field(req, 'expires')) ?? new Date(0),
          account: staffOf(req).accountId,
          grounds: field(req, 'grounds'),
        });
      });
      return refused ? orderPage(req, reply, refused) : reply.redirect(`${PATH}/${id}`, 303);
    });
  }

  function deeds(app: FastifyInstance): void {
    const door = (action: Parameters<typeof identity.requireStaff>[0]) => ({
      preHandler: identity.requireStaff(action),
    });
    const judge = async (req: FastifyRequest, deed: 'approve' | 'release' | 'review') => {
      const row = await store.get(db, idOf(req));
      const people = await evidence.people(db, row, await store.itemsOf(db, row.id));
      authorize(req.actor, `block.${deed}`, { doneBy: barred(people, deed) });
    };
    for (const deed of ['approve', 'release', 'review'] as const)
      app.post(`${PATH}/:id/${deed}`, door(`block.${deed}`), async (req, reply) => {
        await judge(req, deed);
        return act(req, reply, (id, account) => decisions[deed](id, account, field(req, 'reason')));
      });
    app.post(`${PATH}/:id/withdraw-approval`, door('block.approve'), (req, reply) =>
      act(req, reply, (id, account) => decisions.withdrawApproval(id, account, field(req, 'reason'))),
    );
    app.post(`${PATH}/:id/reject`, door('block.reject'), (req, reply) =>
      act(req, reply, (id, account) => decisions.reject(id, account, field(req, 'reason'))),
    );
    app.post(`${PATH}/:id/suspend`, door('block.remove'), (req, reply) =>
      act(req, reply, (id, account) => decisions.suspend(id, account, field(req, 'reason'))),
    );
    app.post(`${PATH}/:id/remove`, door('block.remove'), (req, reply) =>
      act(req, reply, (id, account) => {
        const why = PERSONS_REASONS.find((r) => r === field(req, 'why')) ?? 'mistake';
        return decisions.remove(id, account, why, field(req, 'reason'));
      }),
    );
    app.post(`${PATH}/:id/opening`, door('block.opening.give'), async (req, reply) => {
      const opening = await decisions.opening(idOf(req), staffOf(req).accountId);
      if (!opening) throw ENTRY_UNKNOWN();
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="opening-${idOf(req).slice(-8)}.json"`)
        .send({ ...opening, lines: await log.linesOf(idOf(req)) });
    });

    async function rollbackPage(
      req: FastifyRequest,
      reply: FastifyReply,
      over: { error?: AppError; off?: number } = {},
    ) {
      const people = (await identity.accountsThatMay('block.release')).map((a) => ({ id: a.id, name: a.name }));
      const { error, off } = over;
      const body = (
        <RollbackPage
          people={people}
          typed={{ account: field(req, 'account'), hours: field(req, 'hours'), reason: field(req, 'reason') }}
          error={error ? sentenceOf(req.tr, error) : undefined}
          off={off}
        />
      );
      const title = req.tr.t('blocking.rollback.title');
      const path = `${PATH}/rollback`;
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path, body, status: error?.status ?? 200 });
    }
    app.get(`${PATH}/rollback`, door('block.rollback'), (req, reply) => rollbackPage(req, reply));
    app.post(`${PATH}/rollback`, door('block.rollback'), async (req, reply) => {
      const chosen = [(req.body as Record<string, unknown> | undefined)?.entry].flat();
      const entries = chosen.filter((e): e is string => typeof e === 'string' && isUuid(e));
      const account = field(req, 'account');
      const hours = Number(field(req, 'hours'));
      let off = 0;
      const refused = await mended(async () => {
        // Something that can't be read must never widen what is taken off.
        if (entries.length < chosen.filter(Boolean).length || (account !== '' && !isUuid(account)))
          throw ENTRY_UNKNOWN();
        off = await decisions.rollback(
          {
            entries,
            ...(isUuid(account) ? { account } : {}),
            ...(hours > 0 && hours <= 24 * 366 ? { from: new Date(clock.now().getTime() - (hours * DAY) / 24) } : {}),
          },
          staffOf(req).accountId,
          field(req, 'reason'),
        );
      });
      return rollbackPage(req, reply, refused ? { error: refused } : { off });
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    lists(app);
    proposing(app);
    deeds(app);
    await app.register(appealRoutes(blocking));
    await app.register(zonesRoutes(blocking));
  };
}
