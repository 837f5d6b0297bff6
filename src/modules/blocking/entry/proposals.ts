import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { ALREADY_OPEN, HASH_NOT_YET, REASON_MISSING, REFUSED, TARGET_INVALID } from '../errors.ts';
import { commitmentOf } from '../log/public-log.ts';
import { type EntryRow, type Source, tables } from '../schema.ts';
import { OPEN_STATES } from './entry.ts';
import type { EvidenceOf } from './evidence.ts';
import { type Basis, type CourtOrder, type Grounds, type Refusal, refusalsOf } from './refusal.ts';
import type { EntryStore } from './store.ts';
import { covers, normaliseTarget, type Target, type TargetKind } from './target.ts';

export const MAX_WORDS = 2000;

/** Trimmed, and there. @throws BLOCKING_REASON_MISSING when it is empty or too long */
export function words(text: string): string {
  const trimmed = text.trim();
  if (!trimmed || trimmed.length > MAX_WORDS) throw REASON_MISSING({ max: MAX_WORDS });
  return trimmed;
}

/** @throws BLOCKING_HASH_NOT_YET, BLOCKING_TARGET_INVALID */
export function readTarget(kind: TargetKind, typed: string): Target {
  const read = normaliseTarget(kind, typed);
  if (read.ok) return read.target;
  if (read.fault === 'hash-not-yet') throw HASH_NOT_YET();
  throw TARGET_INVALID({ kind });
}

export const refusedBy = (refusals: readonly Refusal[]) =>
  REFUSED(
    { reasons: refusals.map((r) => (r.name ? `${r.code} (${r.name})` : r.code)).join(', ') },
    {
      extensions: { refusals },
    },
  );

interface Draft {
  target: Target;
  basis: Basis;
  source: Source;
  item: string | null;
  account: string | null;
  dedicated: boolean;
  grounds: string;
  court?: { order: CourtOrder; expiresAt: Date };
  /** The entry that stood before, where it is not found by the target. */
  earlier?: string;
}

export interface ItemProposal {
  item: string;
  kind: TargetKind;
  /** What is to be blocked, as typed; the item's own address when left out. */
  target?: string;
  account: string;
  /** The whole name serves nothing else: said by the analyst, with grounds. */
  dedicated: boolean;
  grounds: string;
}

export interface OrderProposal extends CourtOrder {
  kind: TargetKind;
  target: string;
  account: string;
  expiresAt: Date;
  /** Why it is entered, in the clerk's words. */
  grounds: string;
}

/** How entries begin: by a person with an item, a court's order, or the machine after the ladder ended. */
export function createProposals(platform: Platform, needs: { store: EntryStore; evidence: EvidenceOf }) {
  const { db, clock, random, keys } = platform;
  const { store, evidence } = needs;

  async function judge(tx: Db, draft: Draft): Promise<{ refusals: Refusal[]; listed: number; others: number }> {
    const found = await evidence.of(tx, draft.target, draft.item ? [draft.item] : [], draft.dedicated);
    const grounds: Grounds =
      draft.basis === 'csam'
        ? { basis: 'csam', evidence: found }
        : { basis: 'court', order: draft.court?.order, expiresAt: draft.court?.expiresAt };
    const refusals = refusalsOf(draft.target, grounds, evidence.rules(), clock.now());
    return { refusals, listed: found.listed, others: found.others };
  }

  async function insert(
    tx: Db,
    draft: Draft,
    judged: { refusals: readonly Refusal[]; listed: number; others: number },
  ): Promise<string | undefined> {
    const id = uuidv7(clock, random);
    const { kind, target, name } = draft.target;
    const { wrapped, key } = keys.newRecordKey(store.context(id));
    const nonce = random.bytes(32);
    const at = clock.now();
    const refused = judged.refusals.map((r) => r.code);
    const earlier = draft.earlier ?? (await store.endedOf(tx, kind, target, draft.basis))?.id ?? null;
    const row: EntryRow = {
      id,
      kind,
      target,
      name,
      basis: draft.basis,
      state: refused.length > 0 ? 'rejected' : 'proposed',
      source: draft.source,
      item: draft.item,
      dedicated: draft.dedicated,
      listed: judged.listed,
      others: judged.others,
      refused,
      commitment: commitmentOf(nonce, kind, target),
      data_key: wrapped,
      nonce: key.seal(nonce, 'nonce'),
      grounds: draft.grounds ? key.seal(draft.grounds, 'grounds') : null,
      court: draft.court ? key.seal(JSON.stringify(draft.court.order), 'court') : null,
      expires_at: draft.court?.expiresAt ?? null,
      proposed_by: draft.account,
      proposed_at: at,
      approved_by: null,
      approved_at: null,
      released_by: null,
      released_at: null,
      review_at: null,
      review_alarmed_at: null,
      suspend_reason: null,
      ended_at: refused.length > 0 ? at : null,
      end_reason: refused.length > 0 ? 'rejected' : null,
      earlier,
      changed_at: at,
    };
    // Two hands at once, a person's and the machine's: the second finds it done, and nothing of its transaction is lost.
    const made = await tables(tx)
      .insertInto('blocking.entry')
      .values(row)
      .onConflict((c) => c.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) return undefined;
    if (draft.item)
      await tables(tx).insertInto('blocking.entry_item').values({ entry: id, item: draft.item }).execute();
    const actor = draft.account ? `account:${draft.account}` : 'system';
    await store.note(tx, row, actor, refused.length > 0 ? 'refused' : 'proposed', {
      detail: refused.length > 0 ? refused.join(' ') : null,
      audit: { kind, basis: draft.basis, source: draft.source, ...(draft.item ? { item: draft.item } : {}) },
    });
    return id;
  }

  /** A second item at the same address: what is blocked for both does not end with one of them. */
  async function join(tx: Db, entry: string, item: string): Promise<void> {
    const row = await store.lockedOne(tx, entry);
    if (row.basis !== 'csam' || !OPEN_STATES.includes(row.state)) return;
    const joined = await tables(tx)
      .insertInto('blocking.entry_item')
      .values({ entry, item })
      .onConflict((c) => c.doNothing())
      .returning('item')
      .executeTakeFirst();
    if (joined) await store.note(tx, row, 'system', 'item-joined', { audit: { item } });
  }

  /** A person asked for something and did not get it: the audit log has who, on what basis and why not, but no name. */
  async function refuse(tx: Db, draft: Draft, codes: readonly string[]): Promise<void> {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor: draft.account ? `account:${draft.account}` : 'system',
      action: 'blocking.proposal.refused',
      subject: `blocking.proposal:${uuidv7(clock, random)}`,
      detail: {
        kind: draft.target.kind,
        basis: draft.basis,
        source: draft.source,
        why: codes.join(' '),
        ...(draft.item ? { item: draft.item } : {}),
      },
    });
  }

  async function propose(draft: Draft): Promise<string> {
    // Thrown after the commit: the refusal itself is kept.
    const made = await transaction(db, async (tx) => {
      const judged = await judge(tx, draft);
      const id = judged.refusals.length > 0 ? undefined : await insert(tx, draft, judged);
      if (id !== undefined) return id;
      const codes = judged.refusals.map((r) => r.code);
      await refuse(tx, draft, codes.length > 0 ? codes : ['already-open']);
      return codes.length > 0 ? refusedBy(judged.refusals) : ALREADY_OPEN();
    });
    if (typeof made !== 'string') throw made;
    return made;
  }

  return {
    /**
     * A person proposes, with an item that was judged. The caller asked the policy.
     * @throws BLOCKING_REFUSED with every rule that speaks against it, BLOCKING_TARGET_INVALID, BLOCKING_HASH_NOT_YET,
     *   BLOCKING_REASON_MISSING, BLOCKING_ALREADY_OPEN
     */
    async fromItem(given: ItemProposal): Promise<string> {
      const grounds = words(given.grounds);
      const own = readTarget('url', (await evidence.itemUrl(db, given.item)) ?? '');
      const typed = given.target?.trim() || (given.kind === 'url' ? own.target : own.name);
      const target = readTarget(given.kind, typed);
      // The item is the evidence: it must lie on what is to be blocked.
      const fits =
        given.kind === 'domain' || given.kind === 'host' ? covers(target, own.name) : own.target === target.target;
      if (!fits) throw TARGET_INVALID({ kind: given.kind });
      const { item, account, dedicated } = given;
      return propose({ target, basis: 'csam', source: 'item', item, account, dedicated, grounds });
    },

    /** A court's order is typed in. @throws as {@link fromItem} */
    async fromOrder(given: OrderProposal): Promise<string> {
      const { number, court, date, reference, scope, expiresAt, account } = given;
      const order = Object.fromEntries(
        Object.entries({ number, court, date, reference, scope }).map(([k, v]) => [k, v.trim().slice(0, MAX_WORDS)]),
      ) as unknown as CourtOrder;
      const target = readTarget(given.kind, given.target);
      const draft = { target, basis: 'court', source: 'order', item: null, account, dedicated: false } as const;
      return propose({ ...draft, grounds: words(given.grounds), court: { order, expiresAt } });
    },

    /**
     * The machine's proposal, in the transaction of what caused it: the address of one item, never more. What the rules
     * forbid is kept as a refused proposal, so that nothing is dropped in silence. Where an open entry on the same basis
     * takes the address already, the item joins those behind it; nothing happens where no judgement leads to the list.
     */
    async byMachine(
      tx: Db,
      item: string,
      url: string,
      source: 'ladder' | 'reappeared',
      earlier?: string,
    ): Promise<string | undefined> {
      if (!(await evidence.assessed(tx, item))) return undefined;
      const read = normaliseTarget('url', url);
      if (!read.ok) return undefined;
      const { target } = read;
      const standing = await store.openOf(tx, 'url', target.target, 'csam', OPEN_STATES);
      if (standing) {
        await join(tx, standing.id, item);
        return undefined;
      }
      const draft: Draft = { target, basis: 'csam', source, item, account: null, dedicated: false, grounds: '' };
      if (earlier !== undefined) draft.earlier = earlier;
      const judged = await judge(tx, draft);
      if (judged.refusals.length > 0) {
        const before = await store.endedOf(tx, 'url', target.target, 'csam');
        // Refused for the same reasons before: said once.
        if (before?.state === 'rejected' && before.refused.join() === judged.refusals.map((r) => r.code).join())
          return undefined;
      }
      return insert(tx, draft, judged);
    },
  };
}
export type Proposals = ReturnType<typeof createProposals>;
