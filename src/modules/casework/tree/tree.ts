import { sql } from 'kysely';
import { getDomain, getHostname } from 'tldts';
import { type Db, transaction } from '../../../platform/db.ts';
import { defineError } from '../../../platform/errors.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Link, Reporting } from '../../reporting/index.ts';
import type { Clocks } from '../clocks/clocks.ts';
import { insertItems } from '../item-rows.ts';
import { itemKeyOf, LINK_LOCK } from '../linker.ts';
import { factsOfOld, firstPriority } from '../priority/urgency.ts';
import type { AssessmentRow, CaseworkTables, EdgeKind, ItemRow } from '../schema.ts';
import { type Sighting, worthItsOwn } from './sighting.ts';

export const TREE_ADDRESS = defineError('casework', 'TREE_ADDRESS', 400);
export const TREE_CIRCLE = defineError('casework', 'TREE_CIRCLE', 409);
export const TREE_FULL = defineError('casework', 'TREE_FULL', 409);
export const TREE_CHILD = defineError('casework', 'TREE_CHILD', 409);

/** Children of one item; a page with more is a site, and reported as one. */
export const MAX_CHILDREN = 200;
/** Nodes of a tree that are shown. */
const SHOWN = 300;

export interface TreeNode {
  item: ItemRow;
  kind: EdgeKind;
  parent: string;
  /** 1 for a child of the item that is looked at. */
  depth: number;
}

interface Tools {
  reporting: Pick<Reporting, 'addresses'>;
  clocks: Pick<Clocks, 'follow'>;
  getItem(tx: Db, id: string, lock?: boolean): Promise<ItemRow>;
  note(tx: Db, item: string, actor: string, what: string, detail: Record<string, string | number>): Promise<void>;
  newestAssessment(tx: Db, item: string): Promise<AssessmentRow | undefined>;
  /** Judges an item as another one was judged; in this transaction. */
  assessAs(tx: Db, item: string, account: string, as: AssessmentRow): Promise<void>;
}

/** The tree of items. */
export function createTree(platform: Pick<Platform, 'db' | 'clock' | 'random'>, tools: Tools) {
  const { db, clock, random } = platform;
  const tables = (tx: Db) => tx.withTables<CaseworkTables>();

  const knownBy = (tx: Db, key: string) =>
    tables(tx).selectFrom('casework.item').selectAll().where('key', '=', key).executeTakeFirst();

  /** The item of an address; made when nobody has reported it, as urgent as what it was found on. */
  async function itemOf(tx: Db, link: Link, parent: ItemRow): Promise<ItemRow> {
    const key = itemKeyOf(link.key);
    const known = await knownBy(tx, key);
    if (known) return known;
    const host = getHostname(link.url);
    const at = clock.now();
    const id = uuidv7(clock, random);
    const row = {
      id,
      kind: 'url' as const,
      key,
      url: link.url,
      host,
      registrable: host ? getDomain(host) : null,
      platform: null,
      name_report: null,
      name_ordinal: null,
      category: parent.category,
      ...firstPriority(parent.facts ?? factsOfOld(parent)),
      visibility: parent.visibility,
      state: 'waiting' as const,
      reports: 0,
      first_reported_at: at,
      last_reported_at: at,
      changed_at: at,
    };
    await insertItems(tx, [row]);
    await tools.clocks.follow(tx, [{ item: id, from: undefined, to: 'waiting', urgency: row.urgency, at }]);
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor: 'system',
      action: 'casework.item.created',
      subject: `casework.item:${id}`,
      detail: { kind: 'url' },
    });
    return tools.getItem(tx, id);
  }

  async function place(tx: Db, parent: string, child: string, kind: EdgeKind, actor: string): Promise<boolean> {
    const added = await tables(tx)
      .insertInto('casework.item_edge')
      .values({ parent, child, kind, added_by: actor, at: clock.now() })
      .onConflict((c) => c.doNothing())
      .executeTakeFirst();
    if ((added.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
    await tools.note(tx, parent, actor, 'tree-added', { child, kind });
    await tools.note(tx, child, actor, 'tree-placed', { parent, kind });
    return true;
  }

  async function childCount(tx: Db, parent: string): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from casework.item_edge where parent = ${parent}`.execute(tx);
    return rows[0]?.n ?? 0;
  }

  /** Whether `to` can be reached from `from` by going down. */
  async function leads(tx: Db, from: string, to: string): Promise<boolean> {
    const { rows } = await sql<{ ok: boolean }>`
      with recursive below as (
        select child from casework.item_edge where parent = ${from}
        union select e.child from casework.item_edge e join below b on e.parent = b.child
      ) select exists (select 1 from below where child = ${to}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  }

  async function subtree(tx: Db, item: string): Promise<TreeNode[]> {
    // Each edge once: what two pages embed stands under both.
    const { rows } = await sql<{ parent: string; child: string; kind: EdgeKind; depth: number }>`
      with recursive below as (
        select parent, child, kind, at, 1 as depth from casework.item_edge where parent = ${item}
        union select e.parent, e.child, e.kind, e.at, b.depth + 1 from casework.item_edge e
          join below b on e.parent = b.child where b.depth < 20
      )
      select parent, child, kind, min(depth)::int as depth from below group by parent, child, kind, at
      order by min(depth), at, child limit ${SHOWN}`.execute(tx);
    if (rows.length === 0) return [];
    const items = await tables(tx)
      .selectFrom('casework.item')
      .selectAll()
      .where('id', 'in', [...new Set(rows.map((r) => r.child))])
      .execute();
    const byId = new Map(items.map((i) => [i.id, i]));
    return rows.flatMap((r) => {
      const found = byId.get(r.child);
      return found ? [{ item: found, kind: r.kind, parent: r.parent, depth: r.depth }] : [];
    });
  }

  return {
    /**
     * Puts the address under an item; an address that is an item already is that item. Adding twice is harmless.
     * By hand and by machine (a capture that saw media, a look that was led on): `actor` says who.
     * Answers the child's id. @throws CASEWORK_TREE_ADDRESS, CASEWORK_TREE_CIRCLE, CASEWORK_TREE_FULL
     */
    async add(edge: { parent: string; url: string; kind: EdgeKind; actor: string }, given: Db = db): Promise<string> {
      return transaction(given, async (tx) => {
        // One change of trees at a time: two that are fine alone could close a circle together.
        await sql`select pg_advisory_xact_lock(${LINK_LOCK})`.execute(tx);
        const parent = await tools.getItem(tx, edge.parent);
        const link = tools.reporting.addresses.read(edge.url);
        if (!link) throw TREE_ADDRESS();
        const child = await itemOf(tx, link, parent);
        if (child.id === parent.id || (await leads(tx, child.id, parent.id))) throw TREE_CIRCLE();
        if ((await childCount(tx, parent.id)) >= MAX_CHILDREN) throw TREE_FULL({ max: MAX_CHILDREN });
        await place(tx, parent.id, child.id, edge.kind, edge.actor);
        return child.id;
      });
    },

    /**
     * Puts under an item what a machine saw at its address. What does not belong there is left out and not an error: what
     * is no address, the item itself, the front door of the site, what would close a circle or is too much. Nothing of it
     * is fetched: an address that may have been made for one person waits for somebody's leave like any other.
     * Takes the tree's lock: call it before anything of the transaction locks an item. Answers how many were new.
     */
    async addSeen(given: Db, found: { parent: string; seen: readonly Sighting[]; actor: string }): Promise<number> {
      return transaction(given, async (tx) => {
        const parent = await tools.getItem(tx, found.parent);
        if (!parent.url) return 0;
        const worth = found.seen.flatMap((s) => {
          const link = worthItsOwn(s, parent.url as string) ? tools.reporting.addresses.read(s.url) : undefined;
          return link && itemKeyOf(link.key) !== parent.key ? [{ link, kind: s.kind }] : [];
        });
        if (worth.length === 0) return 0;
        await sql`select pg_advisory_xact_lock(${LINK_LOCK})`.execute(tx);
        let room = MAX_CHILDREN - (await childCount(tx, parent.id));
        let added = 0;
        for (const { link, kind } of worth) {
          const known = await knownBy(tx, itemKeyOf(link.key));
          if (room <= 0 || (known && (await leads(tx, known.id, parent.id)))) continue;
          if (!(await place(tx, parent.id, (known ?? (await itemOf(tx, link, parent))).id, kind, found.actor)))
            continue;
          room -= 1;
          added += 1;
        }
        return added;
      });
    },

    /** Takes a child from under an item; both stay. Taking away what is not there is harmless. */
    async remove(parent: string, child: string, actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        const gone = await tables(tx)
          .deleteFrom('casework.item_edge')
          .where('parent', '=', parent)
          .where('child', '=', child)
          .executeTakeFirst();
        if (gone.numDeletedRows === 0n) return;
        await tools.note(tx, parent, actor, 'tree-removed', { child });
        await tools.note(tx, child, actor, 'tree-removed', { parent });
      });
    },

    /** Everything below an item, nearest first. */
    below: (item: string, tx: Db = db) => subtree(tx, item),

    /** What an item is directly part of. */
    async above(item: string, tx: Db = db): Promise<{ item: ItemRow; kind: EdgeKind }[]> {
      const rows = await tables(tx)
        .selectFrom('casework.item_edge as e')
        .innerJoin('casework.item as i', 'i.id', 'e.parent')
        .selectAll('i')
        .select('e.kind as edge_kind')
        .where('e.child', '=', item)
        .orderBy('e.at')
        .limit(20)
        .execute();
      return rows.map(({ edge_kind, ...row }) => ({ item: row, kind: edge_kind }));
    },

    /**
     * Judges chosen items below as this one was judged last: one decision, an assessment for each, all or none. Only what
     * nobody has judged yet, and only what a person chose: a page can be illegal and its pictures harmless.
     * @throws CASEWORK_TREE_CHILD when one of them is not below, or was judged meanwhile
     */
    async applyAssessment(item: string, account: string, children: readonly string[]): Promise<string> {
      return transaction(db, async (tx) => {
        const source = await tools.newestAssessment(tx, item);
        const chosen = [...new Set(children)].sort();
        const below = new Map((await subtree(tx, item)).map((n) => [n.item.id, n.item]));
        if (!source || chosen.length === 0) throw TREE_CHILD();
        const decision = uuidv7(clock, random);
        for (const id of chosen) {
          if (!below.has(id) || (await tools.getItem(tx, id, true)).state !== 'waiting') throw TREE_CHILD();
          await tools.assessAs(tx, id, account, source);
          const made = await tools.newestAssessment(tx, id);
          if (!made) throw TREE_CHILD();
          await tables(tx)
            .insertInto('casework.assessment_applied')
            .values({ assessment: made.id, source: source.id, decision })
            .execute();
          await tools.note(tx, id, `account:${account}`, 'tree-applied', { decision, from: item });
        }
        await tools.note(tx, item, `account:${account}`, 'tree-applied', { decision, children: chosen.length });
        return decision;
      });
    },
  };
}
