import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { CONTACT_TWICE, CONTACT_UNKNOWN, REASON_MISSING } from '../errors.ts';
import { type ContactRow, type NoticeChannel, type ProviderContactRow, tables } from '../schema.ts';
import type { Standing } from '../tracing/index.ts';
import { addressKey, type ContactEvent, contactAfter, UNUSABLE } from './contact-state.ts';
import { type ContactInput, readContact } from './provider-input.ts';
import { DAY_MS, type ProviderRules } from './rule.ts';

/** An address of a provider, and what is known of it. */
export interface ProviderContact extends ProviderContactRow {
  standing: ContactRow;
}

const MAX_REASON = 1000;

/** A reader of what changed in the same transaction; whoever opens notices listens. */
export type UnusableListener = (tx: Db, address: string) => Promise<void>;

/** Addresses that notices go to: which provider has them for what, and what is known of each. */
export function createContacts(platform: Platform, needs: { rules: ProviderRules }) {
  const { db, clock, random } = platform;
  const unusable: UnusableListener[] = [];

  async function remember(
    tx: Db,
    provider: string,
    actor: string,
    what: string,
    detail: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    await tables(tx)
      .insertInto('takedown.provider_change')
      .values({ id: uuidv7(clock, random), provider, at: clock.now(), actor, what, detail: JSON.stringify(detail) })
      .execute();
  }

  async function audit(tx: Db, actor: string, action: string, subject: string, detail: Record<string, string>) {
    const entry = { id: uuidv7(clock, random), at: clock.now(), actor, action: `takedown.contact.${action}` };
    // An address of an abuse desk is no secret, but the chain is for ever: the provider's page shows which one it was.
    await recordAudit(tx, { ...entry, subject: `takedown.provider:${subject}`, detail });
  }

  /** The row of an address, locked; made when it is new. */
  async function ensure(tx: Db, address: string, channel: NoticeChannel, actor: string): Promise<ContactRow> {
    const key = addressKey(address);
    const fresh: ContactRow = {
      address: key,
      channel,
      state: 'unverified',
      changed_at: clock.now(),
      changed_by: actor,
      why: null,
      reason: null,
      verified_at: null,
      verified_until: null,
    };
    await tables(tx)
      .insertInto('takedown.contact')
      .values(fresh)
      .onConflict((c) => c.doNothing())
      .execute();
    return tables(tx)
      .selectFrom('takedown.contact')
      .selectAll()
      .where('address', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow();
  }

  /** Providers that have this address. */
  const ownersOf = async (tx: Db, key: string): Promise<string[]> =>
    (
      await tables(tx)
        .selectFrom('takedown.provider_contact')
        .select('provider')
        .distinct()
        .where(sql<string>`lower(address)`, '=', key.toLowerCase())
        .execute()
    ).map((r) => r.provider);

  async function ofProvider(provider: string, tx: Db = db): Promise<ProviderContact[]> {
    const rows = await tables(tx)
      .selectFrom('takedown.provider_contact')
      .selectAll()
      .where('provider', '=', provider)
      .orderBy('priority')
      .orderBy('purpose')
      .orderBy('id')
      .execute();
    const known = await rowsOf(
      rows.map((r) => r.address),
      tx,
    );
    return rows.flatMap((row) => {
      const standing = known.get(addressKey(row.address));
      return standing ? [{ ...row, standing }] : [];
    });
  }

  async function rowsOf(addresses: readonly string[], tx: Db = db): Promise<Map<string, ContactRow>> {
    const keys = [...new Set(addresses.map(addressKey))];
    if (keys.length === 0) return new Map();
    const rows = await tables(tx).selectFrom('takedown.contact').selectAll().where('address', 'in', keys).execute();
    return new Map(rows.map((r) => [r.address, r]));
  }

  /** The old columns of a provider follow its best contact: usable before not, then by priority. */
  async function mirror(tx: Db, provider: string): Promise<void> {
    const all = await ofProvider(provider, tx);
    const usable = all.filter((c) => !UNUSABLE.includes(c.standing.state));
    const order = ['abuse', 'urgent', 'legal', 'technical'];
    const [best] = (usable.length > 0 ? usable : all).toSorted(
      (a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose) || a.priority - b.priority,
    );
    if (!best) return;
    const verified = best.standing.state === 'verified';
    const by = best.standing.changed_by.replace('account:', '');
    await tables(tx)
      .updateTable('takedown.provider')
      .set({
        channel: best.channel,
        address: best.address,
        language: best.languages[0] ?? 'en',
        verified_at: verified ? best.standing.verified_at : null,
        verified_by: verified && isUuid(by) ? by : null,
      })
      .where('id', '=', provider)
      .execute();
  }

  /** Moves an address by its state machine. @throws TAKEDOWN_CONTACT_STATE */
  async function apply(
    tx: Db,
    address: string,
    event: ContactEvent,
    actor: string,
    over: { channel?: NoticeChannel; reason?: string } = {},
  ): Promise<ContactRow> {
    const before = await ensure(tx, address, over.channel ?? (address.includes('://') ? 'form' : 'mail'), actor);
    const state = contactAfter(before.state, event);
    const now = clock.now();
    const { validDays } = await needs.rules.current(tx);
    const change = {
      state,
      changed_at: now,
      changed_by: actor,
      why: event,
      reason: over.reason ?? null,
      ...(state === 'verified'
        ? { verified_at: now, verified_until: new Date(now.getTime() + validDays * DAY_MS) }
        : { verified_until: null }),
    };
    await tables(tx).updateTable('takedown.contact').set(change).where('address', '=', before.address).execute();
    const owners = await ownersOf(tx, before.address);
    for (const provider of owners) {
      await remember(tx, provider, actor, `contact-${event}`, { address: before.address, reason: over.reason ?? null });
      await mirror(tx, provider);
    }
    await audit(tx, actor, event, owners[0] ?? 'none', { from: before.state, to: state });
    if (UNUSABLE.includes(state) && !UNUSABLE.includes(before.state))
      for (const listener of unusable) await listener(tx, before.address);
    return { ...before, ...change };
  }

  async function addIn(tx: Db, account: string, provider: string, given: ContactInput): Promise<string> {
    const read = readContact(given);
    const actor = `account:${account}`;
    await ensure(tx, read.address, read.channel, actor);
    const id = uuidv7(clock, random);
    const { numInsertedOrUpdatedRows } = await tables(tx)
      .insertInto('takedown.provider_contact')
      .values({ id, provider, ...read })
      .onConflict((c) => c.doNothing())
      .executeTakeFirstOrThrow();
    if (!numInsertedOrUpdatedRows) throw CONTACT_TWICE();
    await remember(tx, provider, actor, 'contact-added', { address: read.address, purpose: read.purpose });
    await audit(tx, actor, 'added', provider, { purpose: read.purpose });
    await mirror(tx, provider);
    return id;
  }

  async function one(tx: Db, provider: string, id: string): Promise<ProviderContact> {
    const found = (await ofProvider(provider, tx)).find((c) => c.id === id);
    if (!found) throw CONTACT_UNKNOWN();
    return found;
  }

  return {
    /** For a list: of many providers at once. */
    async ofProviders(ids: readonly string[]): Promise<Map<string, ProviderContact[]>> {
      if (ids.length === 0) return new Map();
      const rows = await tables(db)
        .selectFrom('takedown.provider_contact')
        .selectAll()
        .where('provider', 'in', [...ids])
        .orderBy('priority')
        .orderBy('id')
        .execute();
      const known = await rowsOf(rows.map((r) => r.address));
      const all = rows.flatMap((row) => {
        const standing = known.get(addressKey(row.address));
        return standing ? [{ ...row, standing }] : [];
      });
      return Map.groupBy(all, (c) => c.provider);
    },
    remember,
    ensure,
    apply,
    addIn,
    ofProvider,
    one,
    rowsOf,

    /** Called in the transaction in which an address becomes one that nobody may be written to. */
    onUnusable: (listener: UnusableListener) => void unusable.push(listener),

    /** The provider of our own table that has this address, when exactly one has. */
    async providerOf(address: string): Promise<string | undefined> {
      const owners = await ownersOf(db, addressKey(address));
      return owners.length === 1 ? owners[0] : undefined;
    },

    /** What ranking has to know of addresses. */
    async standingOf(addresses: readonly string[]): Promise<Map<string, Standing>> {
      const rows = await rowsOf(addresses);
      return new Map([...rows].map(([key, row]) => [key, row.state]));
    },

    /** @throws TAKEDOWN_CONTACT_INVALID, TAKEDOWN_CONTACT_TWICE */
    add: (account: string, provider: string, given: ContactInput): Promise<string> =>
      transaction(db, (tx) => addIn(tx, account, provider, given)),

    /** Takes an address from a provider; what is known of it stays. A provider keeps one at least. */
    async remove(account: string, provider: string, id: string): Promise<void> {
      await transaction(db, async (tx) => {
        const contact = await one(tx, provider, id);
        if ((await ofProvider(provider, tx)).length === 1) throw CONTACT_UNKNOWN();
        await tables(tx).deleteFrom('takedown.provider_contact').where('id', '=', id).execute();
        const actor = `account:${account}`;
        await remember(tx, provider, actor, 'contact-removed', { address: contact.address, purpose: contact.purpose });
        await audit(tx, actor, 'removed', provider, { purpose: contact.purpose });
        await mirror(tx, provider);
      });
    },

    /**
     * One of us says what is known of an address: that it is right, is not theirs, or does not exist.
     * @throws TAKEDOWN_REASON_MISSING unless it says how that is known
     */
    async record(
      account: string,
      provider: string,
      id: string,
      event: 'recorded' | 'not-us' | 'bounced',
      typed: string,
    ): Promise<void> {
      const reason = typed.trim();
      if (!reason || reason.length > MAX_REASON) throw REASON_MISSING({ max: MAX_REASON });
      await transaction(db, async (tx) => {
        const contact = await one(tx, provider, id);
        await apply(tx, contact.address, event, `account:${account}`, { channel: contact.channel, reason });
      });
    },
  };
}
export type Contacts = ReturnType<typeof createContacts>;
