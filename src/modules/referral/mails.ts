import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { createTranslator } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Country } from '../country/index.ts';
import { type Account, can, type Identity, type StaffActor } from '../identity/index.ts';
import { type MailKind, type MailRow, type ReferralRow, tables } from './schema.ts';
import type { Store } from './store.ts';

const BATCH = 50;
const MAX_ATTEMPTS = 40;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 30 * 60_000;
const MAX_ERROR = 300;

/** Wait after the `attempts`-th failure, in milliseconds: 5 s, doubled each time, half an hour at most. */
const retryDelay = (attempts: number) => Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_DELAY_MS);

/** Tells people that something waits at the desk: a tracking code and a link, never content. An outbox, as for notices. */
export function createMails(platform: Platform, needs: { country: Country; identity: Identity; store: Store }) {
  const { db, clock, random, config, mail, i18n, log } = platform;
  const { country, identity, store } = needs;

  /** Whoever of the body's organisation may open it; asked of the same table as the door. */
  async function receivers(row: ReferralRow): Promise<Account[]> {
    if (!row.organisation) return [];
    const people = await identity.listAccounts();
    return people.filter((p) => {
      const actor: StaffActor = {
        kind: 'staff',
        accountId: p.id,
        name: p.name,
        lang: p.lang,
        roles: p.roles,
        organisationId: p.organisationId,
        territory: p.territory,
        assurance: 'full',
        factors: ['passkey'],
        sessionId: '',
      };
      return p.state === 'active' && can(actor, 'referral.receive', store.recordFor(row));
    });
  }

  async function queue(
    tx: Db,
    referral: string,
    kind: MailKind,
    to: readonly ({ account: string } | { address: string })[],
  ): Promise<void> {
    if (to.length === 0) return;
    await tables(tx)
      .insertInto('referral.mail')
      .values(
        to.map((t) => ({
          id: uuidv7(clock, random),
          referral,
          kind,
          account: 'account' in t ? t.account : null,
          address: 'address' in t ? t.address : null,
          state: 'due' as const,
          attempts: 0,
          next_try_at: clock.now(),
          sent_at: null,
          last_error: null,
        })),
      )
      .execute();
  }

  async function send(row: MailRow): Promise<void> {
    const referral = await store.get(row.referral);
    const body = store.body(referral.body);
    const person = row.account ? await identity.findAccount(row.account) : undefined;
    if (row.account && person?.state !== 'active') throw new Error('the account is gone or suspended');
    const to = person?.email ?? row.address ?? '';
    const tr = createTranslator(i18n, person?.lang ?? body.language, country.pack().pack.zone);
    const link = `${config.publicOrigin}/desk/referrals/${referral.id}`;
    const params = { code: referral.code, link };
    await mail.send({
      to,
      subject: tr.t(`referral.mail.${row.kind}.subject`, { code: referral.code }),
      text: `${tr.t(`referral.mail.${row.kind}.body`, params)}\n\n${tr.t('referral.mail.end', params)}`,
      messageId: `<${row.id}@${new URL(config.publicOrigin).hostname}>`,
      headers: {
        'Auto-Submitted': 'auto-generated',
        'Content-Language': tr.lang,
        ...(referral.urgency === 'normal' ? {} : { 'X-Priority': '1' }),
      },
    });
  }

  /** One mail that is due; false when there is none. The row stays locked while it is sent. */
  async function sendNext(now: Date): Promise<boolean> {
    return transaction(db, async (tx) => {
      const q = tables(tx);
      const row = await q
        .selectFrom('referral.mail')
        .selectAll()
        .where('state', '=', 'due')
        .where('next_try_at', '<=', now)
        .orderBy('next_try_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!row) return false;
      const attempts = row.attempts + 1;
      const done: Partial<MailRow> = await send(row).then(
        () => ({ state: 'sent' as const, attempts, sent_at: clock.now(), last_error: null }),
        (error: unknown) => {
          const last_error = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR);
          log.warn({ mail: row.id, attempts, reason: last_error }, 'a mail about a referral could not be sent yet');
          const state = attempts >= MAX_ATTEMPTS ? ('failed' as const) : ('due' as const);
          const next_try_at = new Date(clock.now().getTime() + retryDelay(attempts));
          return { state, attempts, last_error, next_try_at };
        },
      );
      await q.updateTable('referral.mail').set(done).where('id', '=', row.id).execute();
      return true;
    });
  }

  platform.ticks.every('referral.mails', 1_000, async (now) => {
    const { rows } =
      await sql`select 1 from referral.mail where state = 'due' and next_try_at <= ${now} limit 1`.execute(db);
    if (rows.length > 0) for (let n = 0; n < BATCH && (await sendNext(now)); n++);
  });

  return {
    /** To the body: its address, and whoever there has an account that may open it. */
    async toBody(tx: Db, row: ReferralRow, kind: MailKind): Promise<void> {
      const { channel } = store.body(row.body);
      const people = (await receivers(row)).map((p) => ({ account: p.id }));
      const address = channel.kind === 'mail' && channel.address ? [{ address: channel.address }] : [];
      await queue(tx, row.id, kind, [...address, ...people]);
    },

    /** To us: whoever made it; with `supervisors`, them too. */
    async toSender(tx: Db, row: ReferralRow, kind: MailKind, supervisors = false): Promise<void> {
      const others = supervisors ? await identity.accountsWithRole('supervisor') : [];
      const ids = new Set([row.created_by, ...others.map((p) => p.id)]);
      await queue(
        tx,
        row.id,
        kind,
        [...ids].map((account) => ({ account })),
      );
    },

    /** What has not gone need not go any more. */
    async drop(tx: Db, referral: string): Promise<void> {
      await tables(tx)
        .deleteFrom('referral.mail')
        .where('referral', '=', referral)
        .where('state', '=', 'due')
        .execute();
    },

    receivers,
    ofReferral: (referral: string): Promise<MailRow[]> =>
      tables(db).selectFrom('referral.mail').selectAll().where('referral', '=', referral).orderBy('id').execute(),
  };
}
export type Mails = ReturnType<typeof createMails>;
