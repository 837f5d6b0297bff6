import type { FastifyInstance } from 'fastify';
import { isUuid } from '../../../platform/ids.ts';
import { isCategoryId } from '../../country/index.ts';
import { mayEver, staffOf } from '../../identity/index.ts';
import { hostOf, ITEM_KINDS, ITEM_STATES, type QueueFilter, readPlace, writePlace } from '../index.ts';
import { ItemPanel } from '../pages/item-panel.tsx';
import { QueuePage, type QueueRow } from '../pages/queue-page.tsx';
import { platformName } from '../pages/words.tsx';
import { type DeskDeps, door, show } from './context.ts';
import { among, one } from './forms.ts';
import { factsOf, holdersOf, rightsOf } from './item-view.ts';

const PAGE = 30;

/** `/desk`: the queue. */
export function queueRoutes(deps: DeskDeps) {
  const { casework, country, platform } = deps;

  return async (app: FastifyInstance) => {
    const queueDoor = door(deps, 'item.queue.read').preHandler;
    /** Everybody lands here after signing in: those on the other side of a referral have another first room. */
    const preHandler: typeof queueDoor = async function (this: FastifyInstance, req, reply) {
      if (!mayEver(req.actor, 'item.queue.read') && mayEver(req.actor, 'referral.desk'))
        return reply.redirect('/desk/referrals', 303);
      return queueDoor.call(this, req, reply);
    };
    app.get('/desk', { preHandler }, async (req, reply) => {
      const query = req.query as Record<string, unknown>;
      const state = among(one(query, 'state'), ITEM_STATES) ?? 'waiting';
      const category = one(query, 'category');
      const kind = among(one(query, 'kind'), ITEM_KINDS);
      const typedHost = one(query, 'host').trim().slice(0, 2100);
      const host = hostOf(typedHost);
      const [after, before] = [readPlace(one(query, 'after')), readPlace(one(query, 'before'))];
      const filter: QueueFilter = {
        state,
        limit: PAGE,
        notFor: staffOf(req).accountId,
        ...(isCategoryId(category) ? { category } : {}),
        ...(kind ? { kind } : {}),
        ...(host ? { host } : {}),
        ...(after ? { after } : before ? { before } : {}),
      };
      const [page, counts, medians] = await Promise.all([
        casework.queue(filter),
        casework.counts(),
        casework.medians(),
      ]);
      const chosen = one(query, 'item');
      const selected =
        page.items.find((i) => i.id === chosen) ??
        // A link to a row that has moved on meanwhile still shows it.
        (isUuid(chosen) ? await casework.item(chosen) : page.items[0]);

      const here: Record<string, string> = after
        ? { after: writePlace(after) }
        : before
          ? { before: writePlace(before) }
          : {};
      const address = (change: Record<string, string>) => {
        const all = { state, category: filter.category ?? '', kind: kind ?? '', host: typedHost, ...change };
        const said = Object.entries(all).filter(([name, value]) => value && !(name === 'state' && value === 'waiting'));
        const text = new URLSearchParams(said).toString();
        return text ? `/desk?${text}` : '/desk';
      };
      const now = platform.clock.now();
      const staff = staffOf(req);
      const holders = await holdersOf(deps, page.items, staff.accountId, now);
      const clocks = await casework.clocks.of(page.items.map((i) => i.id));
      const rows: QueueRow[] = page.items.map((item) => ({
        item,
        platform: platformName(country, req.tr, item.platform),
        category: req.tr.text(country.category(item.category).name),
        holder: holders.get(item.id)?.name,
        clocks: clocks.get(item.id),
        href: `${address({ ...here, item: item.id })}#chosen`,
      }));
      const body = (
        <QueuePage
          rows={rows}
          filter={{ state, category: filter.category ?? '', kind: kind ?? '', host: typedHost }}
          counts={counts}
          medians={medians}
          categories={country.categories()}
          stateHref={(other) => address({ state: other })}
          previous={page.previous && address({ before: writePlace(page.previous) })}
          next={page.next && address({ after: writePlace(page.next) })}
          now={now}
          selected={selected?.id}
          panel={
            selected && (
              <ItemPanel
                facts={await factsOf(deps, req, selected)}
                rights={rightsOf(req.actor)}
                to={address({ ...here, item: selected.id })}
              />
            )
          }
        />
      );
      return show(req, reply, { room: 'queue', title: req.tr.t('casework.queue.title'), path: address(here), body });
    });
  };
}
