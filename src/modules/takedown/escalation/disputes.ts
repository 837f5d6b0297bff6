import { z } from 'zod';
import { type Db, transaction } from '../../../platform/db.ts';
import { createTranslator, type Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { defineJob } from '../../../platform/jobs.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Identity } from '../../identity/index.ts';
import type { Facts } from '../notice/facts.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import { type DisputeDecision, type DisputeGround, type DisputeRow, type NoticeRow, tables } from '../schema.ts';

/** Tells the provider what was decided. */
export const tellDecision = defineJob('takedown.tell-decision', z.strictObject({ dispute: z.uuid() }));
/** Tells one of those who may decide that a dispute waits too long. */
export const disputeAlarm = defineJob(
  'takedown.dispute-alarm',
  z.strictObject({ dispute: z.uuid(), account: z.uuid() }),
);

/** What a dispute row says, opened. */
export interface DisputeView extends Omit<DisputeRow, 'words' | 'named' | 'reason'> {
  words: string | undefined;
  named: string | undefined;
  reason: string | undefined;
}

export interface DisputeNeeds {
  casework: Casework;
  country: Country;
  identity: Identity;
  store: NoticeStore;
  facts: Facts;
}

const ALARMS_AT_ONCE = 50;

/** Rows of `takedown.dispute`, who may decide them, and who is told. */
export function createDisputes(platform: Platform, needs: DisputeNeeds) {
  const { db, clock, random, keys, jobs, mail, i18n, config } = platform;
  const { casework, country, identity, store, facts } = needs;
  const zone = country.pack().pack.zone;

  function opened(notice: NoticeRow, box: Buffer | null, field: string): string | undefined {
    if (!box || !notice.data_key) return undefined;
    return keys.openRecordKey(notice.data_key, `takedown.notice:${notice.id}`).openText(box, field);
  }

  const viewOf = (notice: NoticeRow, row: DisputeRow): DisputeView => ({
    ...row,
    words: opened(notice, row.words, 'answer'),
    named: opened(notice, row.named, 'named'),
    reason: opened(notice, row.reason, 'decision_reason'),
  });

  const rowsOf = (tx: Db, notice: string): Promise<DisputeRow[]> =>
    tables(tx)
      .selectFrom('takedown.dispute')
      .selectAll()
      .where('notice', '=', notice)
      .orderBy('opened_at', 'desc')
      .orderBy('id', 'desc')
      .execute();

  async function load(id: string): Promise<{ row: DisputeRow; notice: NoticeRow } | undefined> {
    const row = await tables(db).selectFrom('takedown.dispute').selectAll().where('id', '=', id).executeTakeFirst();
    return row && { row, notice: await store.get(db, row.notice) };
  }

  jobs.handle(tellDecision, async ({ dispute }) => {
    const found = await load(dispute);
    if (!found) return;
    const { row, notice } = found;
    // A form has nobody to write back to: its people read the page.
    if (!row.decision || row.decision === 'dropped' || row.told_at || notice.channel !== 'mail' || !notice.contact)
      return;
    const { t } = createTranslator(i18n, row.language, zone);
    await mail.send({
      to: notice.contact,
      subject: t('takedown.mail.decision.subject', { id: notice.id }),
      text: t('takedown.mail.decision.body', {
        decision: t(`takedown.mail.decision.${row.decision}`),
        reason: opened(notice, row.reason, 'decision_reason') ?? '',
        link: facts.linkOf(notice),
        country: country.pack().pack.name[row.language],
      }),
      messageId: `<${row.id}.decision@${new URL(config.publicOrigin).hostname}>`,
      headers: {
        'Content-Language': row.language,
        'X-Auto-Response-Suppress': 'All',
        ...(await store.thread(db, notice.id)),
      },
    });
    await tables(db)
      .updateTable('takedown.dispute')
      .set({ told_at: clock.now() })
      .where('id', '=', dispute)
      .where('told_at', 'is', null)
      .execute();
  });

  jobs.handle(disputeAlarm, async ({ dispute, account }) => {
    const found = await load(dispute);
    const person = (await identity.listAccounts()).find((a) => a.id === account);
    if (!found || found.row.decision || person?.state !== 'active') return;
    const tr = createTranslator(i18n, person.lang, zone);
    await mail.send({
      to: person.email,
      subject: tr.t('takedown.dispute.alarm.subject'),
      text: tr.t('takedown.dispute.alarm.body', {
        name: person.name,
        due: tr.date(found.row.due_at, 'day'),
        link: `${config.publicOrigin}/desk/notices/${found.notice.id}`,
      }),
      messageId: `<${dispute}.${account}.alarm@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': person.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });

  /** Everybody who judged, checked or decided this item, or prepared the notice: none of them decides. */
  async function doneBy(tx: Db, notice: NoticeRow): Promise<string[]> {
    const notices = await store.ofItem(tx, notice.item);
    const judged = await casework.assessments(notice.item);
    const looks = await casework.secondLook.ofItem(notice.item);
    const decided = await tables(tx)
      .selectFrom('takedown.dispute')
      .select('decided_by')
      .where('item', '=', notice.item)
      .where('decided_by', 'is not', null)
      .execute();
    return [
      ...new Set([
        notice.assessed_by,
        ...judged.map((a) => a.account),
        ...looks.flatMap((l) => [l.first_account, l.second_account, l.decided_by].filter((a) => a !== null)),
        ...notices.flatMap((n) => (n.created_by.startsWith('account:') ? [n.created_by.slice(8)] : [])),
        ...decided.flatMap((d) => d.decided_by ?? []),
      ]),
    ];
  }

  return {
    doneBy,

    ofNotice: async (notice: NoticeRow): Promise<DisputeView[]> =>
      (await rowsOf(db, notice.id)).map((row) => viewOf(notice, row)),

    /** The one that waits for a decision; whoever decides or drops it holds the notice. */
    openOf: (tx: Db, notice: string): Promise<DisputeRow | undefined> =>
      tables(tx)
        .selectFrom('takedown.dispute')
        .selectAll()
        .where('notice', '=', notice)
        .where('decision', 'is', null)
        .executeTakeFirst(),

    named: (notice: NoticeRow, row: DisputeRow) => opened(notice, row.named, 'named'),

    /** A ground that was decided already, for this notice: it is answered by that decision. */
    earlier: async (tx: Db, notice: string, ground: DisputeGround): Promise<DisputeRow | undefined> =>
      (await rowsOf(tx, notice)).find((d) => d.ground === ground && d.decision === 'upheld' && d.decided_by !== null),

    /** Writes a dispute down: open, or answered at once by an `earlier` decision. */
    async add(
      tx: Db,
      notice: Pick<NoticeRow, 'id' | 'item'>,
      given: { ground: DisputeGround; language: Lang; words: Buffer | null; named: Buffer | null },
      earlier: DisputeRow | undefined,
    ): Promise<void> {
      const at = clock.now();
      const { disputeWithin } = country.escalation();
      const ms = disputeWithin.minutes * 60_000;
      const id = uuidv7(clock, random);
      await tables(tx)
        .insertInto('takedown.dispute')
        .values({
          ...given,
          id,
          notice: notice.id,
          item: notice.item,
          opened_at: at,
          due_at: disputeWithin.time === 'any' ? new Date(at.getTime() + ms) : country.addWorkingTime(at, ms),
          alarmed_at: null,
          decision: earlier?.decision ?? null,
          decided_at: earlier ? at : null,
          decided_by: null,
          answered_by: earlier?.id ?? null,
          reason: earlier?.reason ?? null,
          told_at: null,
        })
        .execute();
      await store.audit(tx, 'provider', earlier ? 'dispute.answered-before' : 'dispute.opened', notice.id, {
        ground: given.ground,
        dispute: id,
      });
      if (earlier) await jobs.enqueue(tx, tellDecision, { dispute: id }, { key: `takedown.tell:${id}` });
    },

    /** The provider has removed it after all: nothing is left to decide. */
    async drop(tx: Db, notice: string): Promise<void> {
      await tables(tx)
        .updateTable('takedown.dispute')
        .set({ decision: 'dropped', decided_at: clock.now() })
        .where('notice', '=', notice)
        .where('decision', 'is', null)
        .execute();
    },

    /** Writes the decision down and lets the provider know. */
    async decide(
      tx: Db,
      id: string,
      given: { decision: DisputeDecision; account: string; reason: Buffer | null },
    ): Promise<void> {
      await tables(tx)
        .updateTable('takedown.dispute')
        .set({
          decision: given.decision,
          decided_at: clock.now(),
          decided_by: given.account,
          reason: given.reason,
        })
        .where('id', '=', id)
        .execute();
      await jobs.enqueue(tx, tellDecision, { dispute: id }, { key: `takedown.tell:${id}` });
    },

    /** Those who may decide hear once of what waits too long. Run by the tick. */
    async alarm(): Promise<void> {
      await transaction(db, async (tx) => {
        const now = clock.now();
        const due = await tables(tx)
          .selectFrom('takedown.dispute as d')
          .innerJoin('takedown.notice as n', 'n.id', 'd.notice')
          .selectAll('d')
          .where('d.decision', 'is', null)
          .where('d.alarmed_at', 'is', null)
          .where('d.due_at', '<=', now)
          .where('n.state', '=', 'disputed')
          .orderBy('d.due_at')
          .limit(ALARMS_AT_ONCE)
          .forUpdate('d')
          .skipLocked()
          .execute();
        for (const row of due) {
          const out = new Set(await doneBy(tx, await store.get(tx, row.notice)));
          const people = [
            ...(await identity.accountsWithRole('senior-analyst')),
            ...(await identity.accountsWithRole('supervisor')),
          ].filter((p) => p.state === 'active' && !out.has(p.id));
          for (const id of new Set(people.map((p) => p.id)))
            await jobs.enqueue(tx, disputeAlarm, { dispute: row.id, account: id });
          await tables(tx).updateTable('takedown.dispute').set({ alarmed_at: now }).where('id', '=', row.id).execute();
          await store.audit(tx, 'system', 'dispute.overdue', row.notice, { dispute: row.id });
        }
      });
    },
  };
}
export type Disputes = ReturnType<typeof createDisputes>;
