import { sql } from 'kysely';
import { booleans, instants, texts, uuids } from '../../platform/columns.ts';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { workOff } from '../../platform/work-off.ts';
import { recordAudit } from '../audit/index.ts';
import { dangerRaised, type Reporting, reporterWrote, reportsReceived, staffWrote } from '../reporting/index.ts';
import { after, type ConversationEvent, type ConversationState, waitsForUs } from './conversation.ts';
import { COLLEAGUE_UNKNOWN, CRISIS_OPEN, INVALID, STALE, TAKEN, UNKNOWN } from './errors.ts';
import { type ConversationRow, type NoteRow, tables } from './schema.ts';

/** A note for a colleague, in characters. */
export const MAX_NOTE = 2000;
const DRAIN = 200;

export interface Waiting {
  rows: ConversationRow[];
  more: boolean;
}

/**
 * Which mailboxes wait for whom. Follows what reporting says, in its transactions; whoever locks both locks the report
 * first and then its conversation.
 */
export function createConversations(
  platform: Platform,
  reporting: Reporting,
  mayAnswer: (id: string) => Promise<boolean>,
) {
  const { db, clock, random, events, keys, ticks } = platform;

  async function audit(
    tx: Db,
    actor: string,
    action: string,
    report: string,
    detail: Record<string, string | boolean> = {},
  ) {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `helpline.${action}`,
      subject: `reporting.report:${report}`,
      detail,
    });
  }

  const find = (tx: Db, report: string, lock = false): Promise<ConversationRow | undefined> => {
    const q = tables(tx).selectFrom('helpline.conversation').selectAll().where('report', '=', report);
    return (lock ? q.forUpdate() : q).executeTakeFirst();
  };

  async function locked(tx: Db, report: string): Promise<ConversationRow> {
    const row = await find(tx, report, true);
    if (!row) throw UNKNOWN();
    return row;
  }

  /** Opens a conversation for a report unless there is one. */
  async function open(tx: Db, reports: readonly string[], only: 'children' | 'all'): Promise<void> {
    const details = await reporting.details.details(tx, [...reports]);
    const waiting = await reporting.details.unanswered(tx, reports);
    const rows = details.flatMap((d): ConversationRow[] => {
      const unread = waiting.get(d.id);
      // A child who reports waits for somebody to write. Others wait once they have written to us.
      if (only === 'children' && d.reporter !== 'child' && !unread) return [];
      const since = d.reporter === 'child' ? d.receivedAt : (unread?.since ?? clock.now());
      return [
        {
          report: d.id,
          state: 'new',
          language: d.language,
          child: d.reporter === 'child',
          age_band: d.ageBand,
          category: d.category,
          danger: d.danger,
          opened_at: since,
          waiting_since: since,
          last_message: unread?.last ?? null,
          first_waited_at: since,
          first_answer_at: null,
          holder: null,
          changed_at: clock.now(),
          closed_at: null,
        },
      ];
    });
    if (rows.length > 0)
      await sql`/* prepared */
        insert into helpline.conversation (report, state, language, child, age_band, category, danger, opened_at,
          waiting_since, last_message, first_waited_at, changed_at)
        select * from unnest(
          ${uuids(rows, (r) => r.report)}::uuid[], ${texts(rows, (r) => r.state)}::text[],
          ${texts(rows, (r) => r.language)}::text[], ${booleans(rows, (r) => r.child)}::boolean[],
          ${texts(rows, (r) => r.age_band)}::text[], ${texts(rows, (r) => r.category)}::text[],
          ${booleans(rows, (r) => r.danger)}::boolean[], ${instants(rows, (r) => r.opened_at)}::timestamptz[],
          ${instants(rows, (r) => r.waiting_since)}::timestamptz[], ${uuids(rows, (r) => r.last_message)}::uuid[],
          ${instants(rows, (r) => r.first_waited_at)}::timestamptz[],
          ${instants(rows, (r) => r.changed_at)}::timestamptz[])
        on conflict do nothing`.execute(tx);
  }

  /** Moves a conversation by its table. The caller holds its lock. */
  async function move(
    tx: Db,
    row: ConversationRow,
    event: ConversationEvent,
    actor: string,
    patch: Partial<ConversationRow> = {},
  ): Promise<ConversationState> {
    const state = after(row.state, event);
    const now = clock.now();
    const since = waitsForUs(state) ? (row.waiting_since ?? now) : null;
    // A closing letter is being written: the reporter still waits for what it will say.
    const waiting = state === 'closing' ? row.waiting_since : since;
    await tables(tx)
      .updateTable('helpline.conversation')
      .set({
        state,
        waiting_since: waiting,
        first_waited_at: row.first_waited_at ?? waiting,
        changed_at: now,
        ...(row.state === 'closed' && state !== 'closed' ? { closed_at: null } : {}),
        ...patch,
      })
      .where('report', '=', row.report)
      .execute();
    await audit(tx, actor, `conversation.${event}`, row.report, { from: row.state, to: state });
    return state;
  }

  const openCrises = (tx: Db, report: string) =>
    tables(tx)
      .selectFrom('helpline.crisis')
      .select('id')
      .where('report', '=', report)
      .where('ended_at', 'is', null)
      .execute();

  events.on(reportsReceived, async (tx, { reports, at }) => {
    await sql`/* prepared */
      insert into helpline.inbox (report, at) select report, ${at} from unnest(${uuids(reports, (r) => r.id)}::uuid[]) as report
      on conflict do nothing`.execute(tx);
  });

  events.on(reporterWrote, async (tx, { report, message }) => {
    await open(tx, [report], 'all');
    const row = await locked(tx, report);
    // Whoever held a closed conversation has let it go.
    const patch = row.state === 'closed' ? { holder: null } : {};
    await move(tx, row, 'message', 'reporter', { last_message: message, ...patch });
  });

  events.on(dangerRaised, async (tx, { report }) => {
    await tables(tx).updateTable('helpline.conversation').set({ danger: true }).where('report', '=', report).execute();
  });

  events.on(staffWrote, async (tx, { report, message, account, answers, at }) => {
    const row = await find(tx, report, true);
    if (!row) return;
    const seen = row.last_message === null || row.waiting_since === null || answers.includes(row.last_message);
    await move(tx, row, seen ? 'answer' : 'answer-partly', `account:${account}`, {
      holder: row.holder ?? account,
      first_answer_at: row.first_answer_at ?? at,
    });
    await tables(tx).insertInto('helpline.answer').values({ message, report, account, at }).execute();
  });

  /** Looks at new reports: a child's opens a conversation. False when there was nothing. */
  async function drain(): Promise<boolean> {
    return transaction(db, async (tx) => {
      const { rows } = await sql<{ report: string }>`delete from helpline.inbox where report in
        (select report from helpline.inbox order by at limit ${DRAIN} for update skip locked) returning report`.execute(
        tx,
      );
      if (rows.length > 0)
        await open(
          tx,
          rows.map((r) => r.report),
          'children',
        );
      return rows.length === DRAIN;
    });
  }
  ticks.every('helpline.inbox', 1000, () => workOff(drain, reporting.pressed));

  async function note(
    tx: Db,
    kind: NoteRow['kind'],
    report: string,
    author: string,
    recipient: string | null,
    text: string,
  ) {
    const id = uuidv7(clock, random);
    const { wrapped, key } = keys.newRecordKey(`helpline.note:${id}`);
    await tables(tx)
      .insertInto('helpline.note')
      .values({ id, report, kind, author, recipient, data_key: wrapped, body: key.seal(text, 'body'), at: clock.now() })
      .execute();
  }

  /** @throws HELPLINE_TAKEN while a colleague has it */
  function mine(row: ConversationRow, account: string): void {
    if (row.holder && row.holder !== account) throw TAKEN({ account: row.holder });
  }

  return {
    drain,
    audit,
    find: (report: string, tx: Db = db) => find(tx, report),
    get: async (report: string, tx: Db = db): Promise<ConversationRow> => {
      const row = await find(tx, report);
      if (!row) throw UNKNOWN();
      return row;
    },
    locked,

    /** One page of the desk: danger first, then who has waited longest. */
    async list(
      view: 'waiting' | 'mine' | 'reporter' | 'closed',
      filter: { account: string; language?: string; limit: number; offset: number },
    ): Promise<Waiting> {
      let q = tables(db).selectFrom('helpline.conversation').selectAll();
      if (filter.language) q = q.where('language', '=', filter.language);
      if (view === 'waiting')
        q = q.where('waiting_since', 'is not', null).orderBy('danger', 'desc').orderBy('waiting_since');
      else if (view === 'mine')
        q = q
          .where('holder', '=', filter.account)
          .where('state', '<>', 'closed')
          .orderBy('danger', 'desc')
          .orderBy(sql`waiting_since is null`)
          .orderBy('waiting_since');
      else if (view === 'reporter') q = q.where('state', '=', 'waiting-for-reporter').orderBy('changed_at', 'desc');
      else q = q.where('state', '=', 'closed').orderBy('changed_at', 'desc');
      const rows = await q
        .orderBy('report')
        .offset(filter.offset)
        .limit(filter.limit + 1)
        .execute();
      return { rows: rows.slice(0, filter.limit), more: rows.length > filter.limit };
    },

    /** How many wait for us; for every page of the desk. */
    async waitingCount(): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from
        (select 1 from helpline.conversation where waiting_since is not null limit 1000) x`.execute(db);
      return rows[0]?.n ?? 0;
    },

    take: (report: string, account: string) =>
      transaction(db, async (tx) => {
        const row = await locked(tx, report);
        mine(row, account);
        await move(tx, row, 'take', `account:${account}`, { holder: account });
      }),

    /** Gives it back to everybody; a note says what the next one should know, if anything. */
    passBack: (report: string, account: string) =>
      transaction(db, async (tx) => {
        const row = await locked(tx, report);
        mine(row, account);
        await move(tx, row, 'pass-back', `account:${account}`, { holder: null });
      }),

    /** Hands it to a colleague who answers too, with a sealed note. */
    handOver: (report: string, account: string, colleague: string, text: string) =>
      transaction(db, async (tx) => {
        if (text.length > MAX_NOTE || !text.trim()) throw INVALID({ max: MAX_NOTE });
        if (colleague === account || !(await mayAnswer(colleague))) throw COLLEAGUE_UNKNOWN();
        const row = await locked(tx, report);
        mine(row, account);
        await note(tx, 'hand-over', report, account, colleague, text.trim());
        await move(tx, row, 'hand-over', `account:${account}`, { holder: colleague });
      }),

    /**
     * Writes an answer. `basedOn`: the reporter's newest message when the page was opened, null for none.
     * @throws HELPLINE_STALE when they have written since: nobody answers what was not read
     */
    answer: (report: string, account: string, text: string, basedOn: string | null) =>
      transaction(db, async (tx) => {
        await reporting.mailbox.write(tx, report, text, account);
        const row = await locked(tx, report);
        mine(row, account);
        if (row.last_message !== basedOn) throw STALE();
      }),

    beginClosing: (report: string, account: string) =>
      transaction(db, async (tx) => {
        const row = await locked(tx, report);
        mine(row, account);
        if ((await openCrises(tx, report)).length > 0) throw CRISIS_OPEN();
        await move(tx, row, 'begin-closing', `account:${account}`, { holder: account });
      }),
    keepOpen: (report: string, account: string) =>
      transaction(db, async (tx) => {
        const row = await locked(tx, report);
        mine(row, account);
        await move(tx, row, 'keep-open', `account:${account}`, { holder: account });
      }),

    /** Sends the closing letter and closes; a message that came meanwhile stops it. @throws HELPLINE_STALE */
    close: (report: string, account: string, letter: string, basedOn: string | null) =>
      transaction(db, async (tx) => {
        // First the report's lock, as everywhere.
        await reporting.mailbox.write(tx, report, letter, account, 'letter');
        const row = await locked(tx, report);
        mine(row, account);
        if (row.state !== 'closing' || row.last_message !== basedOn) throw STALE();
        if ((await openCrises(tx, report)).length > 0) throw CRISIS_OPEN();
        const now = clock.now();
        await move(tx, row, 'close', `account:${account}`, {
          waiting_since: null,
          holder: null,
          closed_at: now,
          first_answer_at: row.first_answer_at ?? now,
        });
        await reporting.mailbox.addProgress(tx, [report], 'closed');
      }),

    addNote: note,

    /** Notes of a conversation, opened; the caller asked the policy and audits. */
    async notes(
      report: string,
      tx: Db = db,
    ): Promise<(Pick<NoteRow, 'id' | 'kind' | 'author' | 'recipient' | 'at'> & { text: string })[]> {
      const rows = await tables(tx)
        .selectFrom('helpline.note')
        .selectAll()
        .where('report', '=', report)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map(({ data_key, body, ...row }) => ({
        ...row,
        text: data_key && body ? keys.openRecordKey(data_key, `helpline.note:${row.id}`).openText(body, 'body') : '',
      }));
    },
  };
}
export type Conversations = ReturnType<typeof createConversations>;
