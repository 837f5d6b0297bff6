import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country, ReceivingBody } from '../country/index.ts';
import type { RecordRef } from '../identity/index.ts';
import { BODY_UNKNOWN, REFERRAL_UNKNOWN } from './errors.ts';
import { referralMoved } from './events.ts';
import {
  after,
  allowance,
  byTheClock,
  OUT,
  OVER,
  type ReferralEvent,
  type ReferralState,
  type UrgencyLevel,
} from './referral.ts';
import { type MessageRow, type ReferralRow, tables } from './schema.ts';

export type Detail = Record<string, string | number | boolean | null>;

export interface MessageView extends Omit<MessageRow, 'data_key' | 'words'> {
  /** undefined: nothing was said, or it is deleted. */
  words: string | undefined;
}

const context = (id: string) => `referral.referral:${id}`;
const LISTED = 200;
/** A body that declined has no business with what the referral is about any more. */
const OVER_WITHOUT: readonly ReferralState[] = ['declined', 'withdrawn'];

/** Rows of `referral.referral` and what was said about them. Locks: referral first, then item and notice. */
export function createStore(platform: Platform, country: Country) {
  const { clock, random, keys, db } = platform;

  const body = (id: string): ReceivingBody => {
    const found = country.bodies().find((b) => b.id === id);
    if (!found) throw BODY_UNKNOWN();
    return found;
  };

  async function audit(tx: Db, actor: string, action: string, referral: string, detail: Detail = {}): Promise<void> {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `referral.${action}`,
      subject: context(referral),
      detail,
    });
  }

  async function locked(tx: Db, id: string): Promise<ReferralRow> {
    const q = tables(tx).selectFrom('referral.referral').selectAll().where('id', '=', id);
    const row = await q.forUpdate().executeTakeFirst();
    if (!row) throw REFERRAL_UNKNOWN();
    return row;
  }

  /** When whoever's move it is will be late: by the clock for urgent ones, else by the country's working time. */
  function dueAt(state: ReferralState, urgency: UrgencyLevel, bodyId: string): Date | null {
    const clocked = byTheClock(urgency);
    const { times } = body(bodyId);
    const ms = allowance(state, clocked ? times.urgent : times.ordinary);
    if (ms === undefined) return null;
    const now = clock.now();
    return clocked ? new Date(now.getTime() + ms) : country.addWorkingTime(now, ms);
  }

  /** Keeps what was said, sealed with a key of its own. */
  async function say(
    tx: Db,
    referral: string,
    given: Pick<MessageRow, 'event' | 'side' | 'account' | 'code'> & { words: string },
  ): Promise<void> {
    const id = uuidv7(clock, random);
    const { words, ...rest } = given;
    const made = words ? keys.newRecordKey(`referral.message:${id}`) : undefined;
    await tables(tx)
      .insertInto('referral.message')
      .values({
        id,
        referral,
        ...rest,
        at: clock.now(),
        data_key: made?.wrapped ?? null,
        words: made?.key.seal(words, 'words') ?? null,
      })
      .execute();
  }

  return {
    body,
    audit,
    locked,
    say,
    dueAt,

    /** Moves a referral by its state machine; clocks start anew. @throws REFERRAL_TRANSITION, REFERRAL_REVIEW_NEEDED */
    async move(
      tx: Db,
      id: string,
      event: ReferralEvent,
      actor: string,
      patch: Partial<ReferralRow> = {},
      detail: Detail = {},
    ): Promise<ReferralRow> {
      const row = await locked(tx, id);
      const state = after(row.state, event, patch.needs_review ?? row.needs_review);
      const due = dueAt(state, patch.urgency ?? row.urgency, patch.body ?? row.body);
      const change = {
        due_at: due,
        next_reminder_at: due,
        reminders: 0,
        ...patch,
        state,
        changed_at: clock.now(),
      };
      await tables(tx).updateTable('referral.referral').set(change).where('id', '=', id).execute();
      await audit(tx, actor, event, id, { ...detail, code: row.code, from: row.state, to: state });
      const { item } = row;
      if (OUT.includes(row.state) || OUT.includes(state) || state === 'withdrawn')
        await platform.events.emit(tx, referralMoved, { referral: id, item, state, at: clock.now() });
      return { ...row, ...change };
    },

    async get(id: string, tx: Db = db): Promise<ReferralRow> {
      const row = await tables(tx).selectFrom('referral.referral').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw REFERRAL_UNKNOWN();
      return row;
    },

    findCode: (code: string) =>
      tables(db).selectFrom('referral.referral').selectAll().where('code', '=', code).executeTakeFirst(),

    /** Newest first. */
    ofItem: (item: string): Promise<ReferralRow[]> =>
      tables(db)
        .selectFrom('referral.referral')
        .selectAll()
        .where('item', '=', item)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute(),

    /** The sender's list: what is open, late first; then what has ended, newest first. */
    async senders(): Promise<{ open: ReferralRow[]; over: ReferralRow[] }> {
      const q = tables(db).selectFrom('referral.referral').selectAll().limit(LISTED);
      const open = await q
        .where('state', 'not in', [...OVER])
        .orderBy(sql`due_at asc nulls last`)
        .orderBy('created_at')
        .execute();
      const over = await q
        .where('state', 'in', [...OVER])
        .orderBy('changed_at', 'desc')
        .limit(50)
        .execute();
      return { open, over };
    },

    /** What went to an organisation; the caller asks the policy for each. */
    ofOrganisation: (organisation: string): Promise<ReferralRow[]> =>
      tables(db)
        .selectFrom('referral.referral')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('state', 'in', [...OUT])
        .orderBy(sql`state in ('declined', 'closed')`)
        .orderBy(sql`due_at asc nulls last`)
        .orderBy('created_at')
        .limit(LISTED)
        .execute(),

    /** What the policy must know of a referral when the receiving side asks. Nothing before it went. */
    recordFor(row: ReferralRow): RecordRef {
      if (!OUT.includes(row.state) || !row.organisation) return {};
      const { territory } = body(row.body);
      return {
        organisationId: row.organisation,
        territory: row.territory ?? (territory === 'all' ? null : territory),
      };
    },

    /** What the policy must know of each referral of the item that a body has and works on: evidence asks through a port. */
    async recordsOf(item: string): Promise<RecordRef[]> {
      return (await this.ofItem(item)).filter((r) => !OVER_WITHOUT.includes(r.state)).map((r) => this.recordFor(r));
    },

    /** Items that an organisation has and works on, newest first. */
    async itemsAt(organisation: string): Promise<{ item: string; record: RecordRef }[]> {
      const rows = (await this.ofOrganisation(organisation)).filter((r) => !OVER_WITHOUT.includes(r.state));
      return rows.map((r) => ({ item: r.item, record: this.recordFor(r) }));
    },

    sealedFields(row: ReferralRow): { urgencyReason: string; note: string } {
      if (!row.data_key) return { urgencyReason: '', note: '' };
      const key = keys.openRecordKey(row.data_key, context(row.id));
      const open = (box: Buffer | null, field: string) => (box ? key.openText(box, field) : '');
      return { urgencyReason: open(row.urgency_reason, 'urgency_reason'), note: open(row.note, 'note') };
    },

    async messages(referral: string): Promise<MessageView[]> {
      const rows = await tables(db)
        .selectFrom('referral.message')
        .selectAll()
        .where('referral', '=', referral)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map(({ data_key, words, ...row }) => ({
        ...row,
        words:
          data_key && words
            ? keys.openRecordKey(data_key, `referral.message:${row.id}`).openText(words, 'words')
            : undefined,
      }));
    },

    packages: (referral: string) =>
      tables(db)
        .selectFrom('referral.package')
        .select(['id', 'referral', 'round', 'sealed_for', 'recipients', 'sha256', 'bytes', 'pages', 'made_at'])
        .select((e) => e('sealed', 'is not', null).as('kept'))
        .where('referral', '=', referral)
        .orderBy('round', 'desc')
        .execute(),

    /** Open ones that wait for us or are late, for the room's number in the navigation; at most 100. */
    async waiting(now: Date): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
        select 1 from referral.referral
        where state not in ('declined', 'closed', 'withdrawn') and (state = 'returned' or (state in ('draft', 'cleared') and round > 0) or due_at <= ${now}) limit 100) x`.execute(
        db,
      );
      return rows[0]?.n ?? 0;
    },
  };
}
export type Store = ReturnType<typeof createStore>;
