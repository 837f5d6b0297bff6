import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { NIL, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Country } from '../../country/index.ts';
import type { Retention } from '../../retention/index.ts';
import type { Addresses } from '../addresses.ts';
import { MAIL_UNKNOWN } from '../errors.ts';
import type { MailState, MailTakenRow, ReportingTables } from '../schema.ts';
import { createAnswers } from './answer.ts';
import { readSecrets } from './client.ts';
import { createLedger, mailboxId } from './ledger.ts';
import { createRound } from './round.ts';

export { mailboxRoutes } from './mailbox.routes.tsx';

const ANSWER_TICK_MS = 5_000;
const FORGET_TICK_MS = 3_600_000;
/** Rows of a list on the page. */
const SHOWN = 50;

export interface MailIntakeDeps {
  addresses: Addresses;
  country: Country;
  retention: Retention;
}

/** The address in `Name <address>` or `address`, lower case. */
const bareAddress = (from: string): string => (/<([^<>]+)>/.exec(from)?.[1] ?? from).trim().toLowerCase();

/** Declares what the ledger keeps: by what a mail could be recognised goes after the time of the country pack. */
function registerRetention(retention: Retention): void {
  retention.register({
    rule: 'mail-trace',
    recordType: 'reporting.mail_taken',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; report: string | null }>`
        select id, report from reporting.mail_taken where content_key is not null and answer <> 'due'
          and id > ${cursor ?? NIL} and at < ${before} and settled_at < ${before} order by id limit ${limit}`.execute(
        tx,
      );
      return rows.map(({ id, report }) => ({ id, related: report ? [{ type: 'reporting.report', id: report }] : [] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql`update reporting.mail_taken set content_key = null where id = ${id}
        and content_key is not null and answer <> 'due' and at < ${before} and settled_at < ${before} returning 1`.execute(
        tx,
      );
      return rows.length > 0 ? [] : undefined;
    },
  });
}

/**
 * Reports that come by mail. Off while no mailbox is configured. Call it while the process may still read the password's
 * file.
 */
export function createMailIntake(platform: Platform, { addresses, country, retention }: MailIntakeDeps) {
  const { db, clock, random, config, ticks } = platform;
  const settings = config.imap;
  const tables = (tx: Db) => tx.withTables<ReportingTables>();
  registerRetention(retention);
  const id = settings ? mailboxId(settings) : '';

  // Only the process that reads the mailbox needs its password; every desk can show how it stands.
  if (settings && config.roles.includes('worker')) {
    const { pack } = country.pack();
    const ledger = createLedger(platform, id, settings.everyMs);
    const round = createRound({
      platform,
      settings,
      secrets: readSecrets(settings),
      ledger,
      addresses,
      fallback: () => country.pack().pack.languages[0] as Lang,
      own: new Set([bareAddress(config.mailFrom), bareAddress(settings.user)]),
    });
    const answers = createAnswers({
      platform,
      mode: settings.answer,
      zone: pack.zone,
      helpLines: (lang) => country.barLines().map((l) => `${l.name[lang]}: ${l.tel ?? ''}`),
    });
    ticks.every('reporting.mail-intake', settings.everyMs, round);
    ticks.every('reporting.mail-answers', ANSWER_TICK_MS, answers);
    ticks.every('reporting.mail-senders', FORGET_TICK_MS, (now) => ledger.forgetSenders(now));
  }

  async function act(mail: string, actor: string, what: 'again' | 'seen'): Promise<void> {
    await transaction(db, async (tx) => {
      const row = await tables(tx)
        .selectFrom('reporting.mail_taken')
        .select('state')
        .where('id', '=', mail)
        .forUpdate()
        .executeTakeFirst();
      if (row?.state !== 'refused') throw MAIL_UNKNOWN();
      if (what === 'again') await tables(tx).deleteFrom('reporting.mail_taken').where('id', '=', mail).execute();
      else
        await tables(tx)
          .updateTable('reporting.mail_taken')
          .set({ seen_at: clock.now() })
          .where('id', '=', mail)
          .where('seen_at', 'is', null)
          .execute();
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at: clock.now(),
        actor,
        action: `reporting.mail.${what}`,
        subject: `reporting.mail_taken:${mail}`,
        detail: {},
      });
    });
  }

  return {
    settings,

    /** How the mailbox stands; undefined while none is configured, or before the first round. */
    box: async () =>
      settings &&
      (await tables(db).selectFrom('reporting.mail_box').selectAll().where('id', '=', id).executeTakeFirst()),

    /** How many mails became what, in all and within the last day. */
    async counts(now: Date): Promise<{ state: MailState; all: number; day: number }[]> {
      const { rows } = await sql<{ state: MailState; all: number; day: number }>`
        select state, count(*)::int as all, count(*) filter (where at > ${new Date(now.getTime() - 24 * 3_600_000)})::int as day
        from reporting.mail_taken group by state`.execute(db);
      return rows;
    },

    /** Mails that became no report, newest first; what nobody has looked at before all others. */
    async noReports(): Promise<Pick<MailTakenRow, 'id' | 'state' | 'reason' | 'at' | 'uid' | 'seen_at'>[]> {
      return tables(db)
        .selectFrom('reporting.mail_taken')
        .select(['id', 'state', 'reason', 'at', 'uid', 'seen_at'])
        .where('state', 'in', ['refused', 'trying', 'set-aside'])
        .orderBy(sql`state <> 'refused' or seen_at is not null`)
        .orderBy('at', 'desc')
        .orderBy('id')
        .limit(SHOWN)
        .execute();
    },

    /** Mails that could not be read and that nobody has looked at. */
    async waitingCount(): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from reporting.mail_taken
        where state = 'refused' and seen_at is null`.execute(db);
      return rows[0]?.n ?? 0;
    },

    /** Reads a mail again with the next round. @throws REPORTING_MAIL_UNKNOWN */
    again: (mail: string, actor: string) => act(mail, actor, 'again'),
    /** Somebody has looked at it in the mailbox. @throws REPORTING_MAIL_UNKNOWN */
    seen: (mail: string, actor: string) => act(mail, actor, 'seen'),

    /** Lets the next tick look at once, however often it failed. */
    async lookNow(actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        await tables(tx).updateTable('reporting.mail_box').set({ next_round_at: null }).where('id', '=', id).execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: clock.now(),
          actor,
          action: 'reporting.mail.look-now',
          subject: 'reporting.mail_box',
          detail: {},
        });
      });
    },
  };
}
export type MailIntake = ReturnType<typeof createMailIntake>;
