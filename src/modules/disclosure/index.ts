import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Retention } from '../retention/index.ts';
import { ASKED, INVALID, NOT_OPEN, UNKNOWN } from './errors.ts';
import {
  after,
  FIELDS,
  HOURS,
  type IdentityField,
  openAt,
  possible,
  type RequestEvent,
  type RequestState,
} from './request.ts';
import { registerRetention } from './retention.ts';

export { identityRoutes } from './disclosure.routes.tsx';
export { type IdentityField, openAt } from './request.ts';

export const MAX_REASON = 2000;
const LISTED = 100;

export interface RequestRow {
  id: string;
  /** The report whose reporter is asked for; null when a referral asks for those of its item. */
  report: string | null;
  /** The referral that would carry it to the body it goes to. */
  referral: string | null;
  /** The record that its key was made for. */
  sealed_as: 'disclosure.request' | 'referral.disclosure';
  state: RequestState;
  fields: IdentityField[];
  data_key: Buffer | null;
  reason: Buffer | null;
  decision_reason: Buffer | null;
  requested_by: string;
  requested_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  expires_at: Date | null;
}
export interface RequestView extends Omit<RequestRow, 'sealed_as' | 'data_key' | 'reason' | 'decision_reason'> {
  reason: string;
  decisionReason: string;
}

type Tables = { 'disclosure.request': RequestRow };
const tables = (db: Db) => db.withTables<Tables>();

/** A reporter's identity is sealed; a custodian opens it to one person, for a reason and a time. */
export function createDisclosure(platform: Platform, deps: { reporting: Reporting; retention?: Retention }) {
  const { db, clock, random, keys } = platform;
  const { reporting } = deps;
  if (deps.retention) registerRetention(deps.retention);
  const context = ({ id, sealed_as: as }: Pick<RequestRow, 'id' | 'sealed_as'>) => `${as}:${id}`;

  function view(row: RequestRow): RequestView {
    const { data_key, reason, decision_reason, sealed_as: _, ...rest } = row;
    const key = data_key ? keys.openRecordKey(data_key, context(row)) : undefined;
    return {
      ...rest,
      reason: key && reason ? key.openText(reason, 'reason') : '',
      decisionReason: key && decision_reason ? key.openText(decision_reason, 'decision') : '',
    };
  }

  async function locked(tx: Db, id: string): Promise<RequestRow> {
    const row = await tables(tx)
      .selectFrom('disclosure.request')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw UNKNOWN();
    return row;
  }

  const newestOf = (tx: Db, referral: string): Promise<RequestRow | undefined> =>
    tables(tx)
      .selectFrom('disclosure.request')
      .selectAll()
      .where('referral', '=', referral)
      .orderBy('requested_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();

  const audit = (
    tx: Db,
    account: string,
    action: string,
    row: Pick<RequestRow, 'id' | 'report' | 'referral'>,
    detail: Record<string, string | string[]> = {},
  ) =>
    recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor: `account:${account}`,
      action: `disclosure.${action}`,
      subject: row.report ? `reporting.report:${row.report}` : `referral.referral:${row.referral}`,
      detail: { request: row.id, ...detail },
    });

  function words(text: string): string {
    const trimmed = text.trim();
    if (!trimmed || trimmed.length > MAX_REASON) throw INVALID({ max: MAX_REASON });
    return trimmed;
  }

  const move = (
    id: string,
    account: string,
    event: RequestEvent,
    change: (row: RequestRow) => Partial<RequestRow>,
    outer: Db = db,
  ): Promise<void> =>
    transaction(outer, async (tx) => {
      const row = await locked(tx, id);
      const state = after(row.state, event);
      const patch = change(row);
      await tables(tx)
        .updateTable('disclosure.request')
        .set({ ...patch, state })
        .where('id', '=', id)
        .execute();
      await audit(tx, account, `request.${event}`, row, patch.fields ? { fields: patch.fields } : {});
    });

  const sealed = (row: RequestRow, text: string) => {
    if (!row.data_key) throw UNKNOWN();
    return keys.openRecordKey(row.data_key, context(row)).seal(text, 'decision');
  };

  return {
    platform,

    /**
     * Asks for fields of a reporter's identity, with a reason: of one report, to see them oneself; or for a referral, to
     * tell the body that it goes to (the caller has it locked, and asks the policy).
     * @throws DISCLOSURE_INVALID, DISCLOSURE_UNKNOWN, DISCLOSURE_ASKED while one of the same referral waits
     */
    ask: (
      given: ({ report: string } | { referral: string }) & {
        account: string;
        fields: readonly string[];
        reason: string;
      },
      outer: Db = db,
    ): Promise<string> =>
      transaction(outer, async (tx) => {
        const about =
          'report' in given ? { report: given.report, referral: null } : { report: null, referral: given.referral };
        const fields = FIELDS.filter((f) => given.fields.includes(f));
        const reason = words(given.reason);
        if (fields.length === 0) throw INVALID({ max: MAX_REASON });
        if (about.report && !(await reporting.reportExists(tx, about.report))) throw UNKNOWN();
        if (about.referral && (await newestOf(tx, about.referral))?.state === 'asked') throw ASKED();
        const id = uuidv7(clock, random);
        const sealed_as = 'disclosure.request';
        const { wrapped, key } = keys.newRecordKey(context({ id, sealed_as }));
        const row: RequestRow = {
          id,
          ...about,
          sealed_as,
          state: 'asked',
          fields,
          data_key: wrapped,
          reason: key.seal(reason, 'reason'),
          decision_reason: null,
          requested_by: given.account,
          requested_at: clock.now(),
          decided_by: null,
          decided_at: null,
          expires_at: null,
        };
        await tables(tx).insertInto('disclosure.request').values(row).execute();
        await audit(tx, given.account, 'request.asked', row, { fields });
        return id;
      }),

    /** The custodian opens some of what was asked for, for some hours. */
    approve: (id: string, account: string, given: { fields: readonly string[]; hours: number }): Promise<void> =>
      move(id, account, 'approve', (row) => {
        const fields = row.fields.filter((f) => given.fields.includes(f));
        const hours = HOURS.find((h) => h === given.hours);
        if (fields.length === 0 || !hours) throw INVALID({ max: MAX_REASON });
        const now = clock.now();
        return {
          fields,
          decided_by: account,
          decided_at: now,
          expires_at: new Date(now.getTime() + hours * 3_600_000),
        };
      }),

    refuse: (id: string, account: string, reason: string): Promise<void> =>
      move(id, account, 'refuse', (row) => ({
        decided_by: account,
        decided_at: clock.now(),
        decision_reason: sealed(row, words(reason)),
      })),

    /** Takes an approval back before its time. */
    revoke: (id: string, account: string): Promise<void> =>
      move(id, account, 'revoke', () => ({ expires_at: clock.now(), decided_by: account })),

    withdraw: (id: string, account: string): Promise<void> =>
      move(id, account, 'withdraw', (row) => {
        if (row.requested_by !== account) throw NOT_OPEN();
        return row.expires_at ? { expires_at: clock.now() } : {};
      }),

    /** A referral's request that waits or is approved is no longer wanted, whoever of its side asked. False: there is none. */
    dropOf: (referral: string, account: string, outer: Db = db): Promise<boolean> =>
      transaction(outer, async (tx) => {
        const row = await newestOf(tx, referral);
        if (!row || !possible(row.state, 'withdraw')) return false;
        await move(row.id, account, 'withdraw', () => (row.expires_at ? { expires_at: clock.now() } : {}), tx);
        return true;
      }),

    /** The requests of a referral, newest first. */
    ofReferral: async (referral: string, tx: Db = db): Promise<RequestView[]> =>
      (
        await tables(tx)
          .selectFrom('disclosure.request')
          .selectAll()
          .where('referral', '=', referral)
          .orderBy('requested_at', 'desc')
          .orderBy('id', 'desc')
          .limit(LISTED)
          .execute()
      ).map(view),

    /** What a referral that was sent at `at` may carry: of its newest request, when it was open then and is not taken back. */
    async carries(referral: string, at: Date, tx: Db = db): Promise<readonly IdentityField[]> {
      const row = await newestOf(tx, referral);
      return row && openAt(row, at) ? row.fields : [];
    },

    requestedBy: async (id: string): Promise<string> => {
      const row = await tables(db)
        .selectFrom('disclosure.request')
        .select('requested_by')
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) throw UNKNOWN();
      return row.requested_by;
    },

    mine: async (account: string): Promise<RequestView[]> =>
      (
        await tables(db)
          .selectFrom('disclosure.request')
          .selectAll()
          .where('requested_by', '=', account)
          .orderBy('requested_at', 'desc')
          .limit(LISTED)
          .execute()
      ).map(view),

    /** For the custodian: what waits, the oldest first, then what was decided. */
    async all(): Promise<RequestView[]> {
      const q = tables(db).selectFrom('disclosure.request').selectAll();
      const asked = await q.where('state', '=', 'asked').orderBy('requested_at').limit(LISTED).execute();
      const decided = await q.where('state', '<>', 'asked').orderBy('requested_at', 'desc').limit(LISTED).execute();
      return [...asked, ...decided].map(view);
    },

    /** Opens what was approved, to whoever asked, in its time; each opening is audited. */
    open: (id: string, account: string): Promise<Partial<Record<IdentityField, string>>> =>
      transaction(db, async (tx) => {
        const row = await locked(tx, id);
        // What a body may be told is not opened to whoever wrote the referral.
        if (!row.report || row.requested_by !== account || !openAt(row, clock.now())) throw NOT_OPEN();
        const contact = await reporting.details.contact(tx, row.report);
        const found: Partial<Record<IdentityField, string>> = {};
        for (const field of row.fields) {
          if (field === 'contact') found.contact = contact?.value ?? '';
          else if (field === 'whereabouts')
            found.whereabouts = (await reporting.details.whereabouts(tx, row.report)) ?? '';
          else
            found['call-rules'] = contact
              ? [contact.safeToCall, contact.when, contact.sharedWith, contact.codeWord].filter(Boolean).join(' · ')
              : '';
        }
        await audit(tx, account, 'identity.opened', row, { fields: row.fields });
        return found;
      }),
  };
}
export type Disclosure = ReturnType<typeof createDisclosure>;
