import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { tables } from '../schema.ts';
import { type ContactEvent, contactMay, isBadAddress } from './contact-state.ts';
import type { Contacts } from './contacts.ts';
import { DAY_MS, type ProviderRules } from './rule.ts';

/** Notices of so long are looked at. */
const WINDOW_MS = 180 * DAY_MS;
const PER_ROUND = 200;

/** What came of notices tells of their addresses: refused ones, silent ones, and those that speak again. */
export function createSilence(platform: Platform, needs: { contacts: Contacts; rules: ProviderRules }) {
  const { db, clock } = platform;
  const { contacts, rules } = needs;

  async function flag(addresses: readonly string[], event: ContactEvent): Promise<void> {
    for (const address of addresses)
      await transaction(db, async (tx) => {
        const row = await contacts.ensure(tx, address, 'mail', 'system');
        if (contactMay(row.state, event)) await contacts.apply(tx, address, event, 'system', { channel: row.channel });
      });
  }

  /** Addresses whose server said since that they don't exist. */
  async function bounced(): Promise<string[]> {
    const since = new Date(clock.now().getTime() - 7 * DAY_MS);
    const rows = await tables(db)
      .selectFrom('takedown.notice as n')
      .leftJoin('takedown.contact as c', (j) => j.on(sql<boolean>`c.address = lower(n.contact)`))
      .select(['n.contact', 'n.last_error'])
      .where('n.state', '=', 'failed')
      .where('n.channel', '=', 'mail')
      .where('n.changed_at', '>=', since)
      .where((e) => e.or([e('c.address', 'is', null), e('c.changed_at', '<', e.ref('n.changed_at'))]))
      .where((e) => e.or([e('c.state', 'is', null), e('c.state', 'in', ['unverified', 'verified', 'silent'])]))
      .limit(PER_ROUND)
      .execute();
    return [...new Set(rows.flatMap((r) => (r.contact && isBadAddress(r.last_error ?? '') ? [r.contact] : [])))];
  }

  /**
   * The last n notices to an address had no reaction at all, and the first of them is m days old. Only what was sent
   * since its state last changed counts, and only what asks for removal and still stands: nobody owes us an answer to a
   * hint, or to our own mistake: whoever was checked yesterday is not silent today.
   */
  async function silent(): Promise<string[]> {
    const { silentNotices, silentDays } = await rules.current();
    const now = clock.now().getTime();
    const { rows } = await sql<{ address: string }>`
      select r.address from (
        select lower(n.contact) as address, n.sent_at, n.answered_at is not null or n.gone_at is not null as reacted,
          row_number() over (partition by lower(n.contact) order by n.sent_at desc) as nth
        from takedown.notice n
        left join takedown.contact c on c.address = lower(n.contact)
        where n.sent_at >= ${new Date(now - WINDOW_MS)} and n.channel = 'mail' and n.kind = 'ask'
          and n.purpose = 'removal' and n.state <> 'taken-back'
          and (c.address is null or (c.state in ('unverified', 'verified') and n.sent_at > c.changed_at))
      ) r
      where r.nth <= ${silentNotices}
      group by r.address
      having count(*) = ${silentNotices} and not bool_or(r.reacted) and min(r.sent_at) <= ${new Date(now - silentDays * DAY_MS)}
      order by r.address limit ${PER_ROUND}`.execute(db);
    return rows.map((r) => r.address);
  }

  async function reacted(): Promise<string[]> {
    const { rows } = await sql<{ address: string }>`select c.address from takedown.contact c
      where c.state = 'silent' and exists (select 1 from takedown.notice n
        where lower(n.contact) = c.address and n.answered_at > c.changed_at) limit ${PER_ROUND}`.execute(db);
    return rows.map((r) => r.address);
  }

  const bounces = async (): Promise<void> => flag(await bounced(), 'bounced');

  return {
    /** Cheap, and worth doing soon: notices wait for another address. */
    bounces,

    /** Everything; the look for silence reads half a year of notices. */
    async run(): Promise<void> {
      await bounces();
      await flag(await silent(), 'no-reaction');
      await flag(await reacted(), 'reacted');
    },
  };
}
