import { sql } from 'kysely';
import { uuids } from '../../platform/columns.ts';
import type { Db } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import type { CategoryId } from '../country/index.ts';
import { REPORT_UNKNOWN } from './errors.ts';
import { type Contact, inDanger } from './intake.ts';
import type { AgeBand, Channel, Reporter, ReportingTables, Visibility } from './schema.ts';

/** What casework may know of a report without opening anything sealed. */
export interface ReportDetails {
  id: string;
  channel: Channel;
  language: string;
  reporter: Reporter;
  category: CategoryId;
  danger: boolean;
  dangerDeclared: boolean;
  dangerKinds: string[];
  visibility: Visibility;
  ageBand: AgeBand;
  occurred: string;
  occurredAt: Date | null;
  receivedAt: Date;
  hasNarrative: boolean;
  hasContact: boolean;
  hasWhereabouts: boolean;
  organisation: string | null;
  links: { url: string; key: string; original: string }[];
  /** The name stays sealed; `index` is equal for two reports of one account. */
  accounts: { ordinal: number; platform: string; index: Buffer }[];
  /** What is noted of the mail that it came by: what was attached is neither kept nor opened. */
  mail: { attachments: number; types: string[]; shortened: boolean; forwarded: boolean } | null;
}

/** Reading reports for the modules downstream. Sealed fields are opened one by one, after the policy was asked. */
export function createDetails(platform: Platform) {
  const { keys } = platform;

  async function open(
    db: Db,
    report: string,
    field: 'narrative' | 'contact' | 'whereabouts',
  ): Promise<string | undefined> {
    const row = await db
      .withTables<ReportingTables>()
      .selectFrom('reporting.report')
      .select(['data_key', 'narrative', 'contact', 'whereabouts'])
      .where('id', '=', report)
      .executeTakeFirst();
    if (!row) throw REPORT_UNKNOWN();
    const box = row[field];
    if (!box || !row.data_key) return undefined;
    return keys.openRecordKey(row.data_key, `reporting.report:${report}`).openText(box, field);
  }

  return {
    async details(db: Db, ids: string[]): Promise<ReportDetails[]> {
      if (ids.length === 0) return [];
      const q = db.withTables<ReportingTables>();
      // One parameter for all: hundreds of them take longer to read than the rows.
      const these = sql`any(${uuids(ids, (id) => id)}::uuid[])`;
      const [reports, links, accounts] = [
        await q
          .selectFrom('reporting.report')
          .select([
            'id',
            'channel',
            'language',
            'reporter',
            'category',
            'danger_declared',
            'danger_kinds',
            'visibility',
          ])
          .select(['age_band', 'occurred', 'occurred_at', 'organisation', 'received_at'])
          // What is sealed stays where it is.
          .select((e) => [
            e('narrative', 'is not', null).as('has_narrative'),
            e('contact', 'is not', null).as('has_contact'),
            e('whereabouts', 'is not', null).as('has_whereabouts'),
          ])
          .where(sql<boolean>`id = ${these}`)
          .orderBy('received_at')
          .orderBy('id')
          .execute(),
        await q
          .selectFrom('reporting.report_link')
          .selectAll()
          .where(sql<boolean>`report = ${these}`)
          .orderBy('ordinal')
          .execute(),
        await q
          .selectFrom('reporting.report_account')
          .select(['report', 'ordinal', 'platform', 'name_index'])
          .where(sql<boolean>`report = ${these}`)
          .orderBy('ordinal')
          .execute(),
      ];
      const mailed = reports.filter((r) => r.channel === 'mail').map((r) => r.id);
      const mails =
        mailed.length === 0
          ? []
          : await q
              .selectFrom('reporting.mail_taken')
              .select(['report', 'attachments', 'attachment_types', 'shortened', 'forwarded'])
              .where('report', 'in', mailed)
              .where('state', '=', 'report')
              .execute();
      const mailOf = new Map(
        mails.map(({ report, attachment_types, ...m }) => [report, { ...m, types: attachment_types }]),
      );
      const linksOf = Map.groupBy(links, (l) => l.report);
      const accountsOf = Map.groupBy(accounts, (a) => a.report);
      return reports.map((r) => ({
        id: r.id,
        channel: r.channel,
        language: r.language,
        reporter: r.reporter,
        category: r.category,
        danger: inDanger(r),
        dangerDeclared: r.danger_declared,
        dangerKinds: r.danger_kinds,
        visibility: r.visibility,
        ageBand: r.age_band,
        occurred: r.occurred,
        occurredAt: r.occurred_at,
        receivedAt: r.received_at,
        hasNarrative: Boolean(r.has_narrative),
        hasContact: Boolean(r.has_contact),
        hasWhereabouts: Boolean(r.has_whereabouts),
        organisation: r.organisation,
        links: (linksOf.get(r.id) ?? []).map((l) => ({ url: l.url, key: l.url_key, original: l.original })),
        accounts: (accountsOf.get(r.id) ?? []).map((a) => ({
          ordinal: a.ordinal,
          platform: a.platform,
          index: a.name_index,
        })),
        mail: mailOf.get(r.id) ?? null,
      }));
    },

    /** Of these reports those whose writer says that few can see the content, with the language to ask them in. */
    async seenByFew(db: Db, ids: readonly string[]): Promise<{ id: string; language: string }[]> {
      if (ids.length === 0) return [];
      return (
        db
          .withTables<ReportingTables>()
          .selectFrom('reporting.report')
          .select(['id', 'language'])
          .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
          .where('visibility', 'in', ['reporter-only', 'few'])
          // Whose words were destroyed can't be written to any more.
          .where('purged_at', 'is', null)
          .orderBy('id')
          .execute()
      );
    },

    narrative: (db: Db, report: string) => open(db, report, 'narrative'),
    whereabouts: (db: Db, report: string) => open(db, report, 'whereabouts'),
    async contact(db: Db, report: string): Promise<Contact | undefined> {
      const text = await open(db, report, 'contact');
      return text ? (JSON.parse(text) as Contact) : undefined;
    },

    /** The names of the accounts a report points to, opened. */
    async accountNames(db: Db, report: string): Promise<{ ordinal: number; platform: string; name: string }[]> {
      const q = db.withTables<ReportingTables>();
      const row = await q.selectFrom('reporting.report').select('data_key').where('id', '=', report).executeTakeFirst();
      if (!row?.data_key) return [];
      const key = keys.openRecordKey(row.data_key, `reporting.report:${report}`);
      const rows = await q
        .selectFrom('reporting.report_account')
        .selectAll()
        .where('report', '=', report)
        .orderBy('ordinal')
        .execute();
      return rows.map((a) => ({
        ordinal: a.ordinal,
        platform: a.platform,
        name: key.openText(a.name, `account:${a.ordinal}`),
      }));
    },

    /** Of these reports those with messages nobody has answered: when the oldest came, and which is the newest. */
    async unanswered(db: Db, ids: readonly string[]): Promise<Map<string, { since: Date; last: string }>> {
      const { rows } = await sql<{ report: string; since: Date; last: string }>`
        select report, min(at) as since, (array_agg(id order by at desc, id desc))[1] as last from reporting.message
        where report = any(${[...ids]}::uuid[]) and author = 'reporter' and read_at is null group by report`.execute(
        db,
      );
      return new Map(rows.map(({ report, ...row }) => [report, row]));
    },

    /** Messages of a report for staff, opened. */
    async messages(db: Db, report: string) {
      const q = db.withTables<ReportingTables>();
      const row = await q.selectFrom('reporting.report').select('data_key').where('id', '=', report).executeTakeFirst();
      if (!row?.data_key) return [];
      const key = keys.openRecordKey(row.data_key, `reporting.report:${report}`);
      const rows = await q
        .selectFrom('reporting.message')
        .selectAll()
        .where('report', '=', report)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map((m) => ({
        id: m.id,
        author: m.author,
        account: m.account,
        body: key.openText(m.body, `message:${m.id}`),
        at: m.at,
        read: m.read_at !== null,
      }));
    },
  };
}
