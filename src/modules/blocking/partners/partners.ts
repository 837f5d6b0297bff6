import { sql } from 'kysely';
import type { TsigAlgorithm } from '../../../../packages/rpz/index.ts';
import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type JsonValue, recordAudit } from '../../audit/index.ts';
import type { Identity } from '../../identity/index.ts';
import { KEY_UNKNOWN, KEYS_TOO_MANY, PARTNER_INVALID, PARTNER_UNKNOWN } from '../errors.ts';
import { type PartnerKeyRow, type PartnerRow, tables } from '../schema.ts';
import { type PartnerInput, type PartnerTerms, termsOf } from './partner.ts';
import { keyContext, PARTNER_CHANNEL } from './secondaries.ts';

/** Two, so that one can replace the other without an interruption. */
const MOST_LIVE_KEYS = 2;
const SECRET_BYTES = 32;
const ALGORITHM: TsigAlgorithm = 'hmac-sha256';

/** A key as pages show it: nothing of it is secret. */
export type KeyView = Omit<PartnerKeyRow, 'data_key' | 'secret'>;

/** Internet providers that may fetch the zones, and their keys. Every change reaches the running primary within a second. */
export function createPartners(platform: Platform, { identity }: { identity: Identity }) {
  const { db, clock, random, keys, config } = platform;

  async function note(tx: Db, actor: string, what: string, subject: string, detail: Record<string, JsonValue> = {}) {
    await tables(tx)
      .updateTable('blocking.partner_head')
      .set((eb) => ({ version: eb('version', '+', 1) }))
      .execute();
    await sql`select pg_notify(${PARTNER_CHANNEL}, '')`.execute(tx);
    const at = clock.now();
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor,
      action: `blocking.partner.${what}`,
      subject: `blocking.partner:${subject}`,
      detail,
    });
  }

  /** Addresses say much of a provider's inside: of them the log has how many. */
  const told = (terms: PartnerTerms): Record<string, JsonValue> => ({
    bases: terms.bases,
    from: terms.from_at.toISOString(),
    until: terms.until_at?.toISOString() ?? null,
    addresses: terms.addresses.length,
    notify: terms.notify.length,
    tlsOnly: terms.tls_only,
  });

  function checked(input: Omit<PartnerInput, 'organisation'>): PartnerTerms {
    const result = termsOf(input, config.zones.tls !== undefined);
    if (!result.ok) throw PARTNER_INVALID({ fields: result.wrong.join(', ') }, { extensions: { wrong: result.wrong } });
    return result.terms;
  }

  async function locked(tx: Db, id: string): Promise<PartnerRow> {
    const row = await tables(tx)
      .selectFrom('blocking.partner')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw PARTNER_UNKNOWN();
    return row;
  }

  /** The key of that partner, with the partner locked. */
  async function lockedKey(tx: Db, partner: string, id: string): Promise<PartnerKeyRow> {
    await locked(tx, partner);
    const row = await tables(tx)
      .selectFrom('blocking.partner_key')
      .selectAll()
      .where('id', '=', id)
      .where('partner', '=', partner)
      .executeTakeFirst();
    if (!row || row.state === 'retired') throw KEY_UNKNOWN();
    return row;
  }

  return {
    /** Organisations that can be partners. */
    async providers() {
      return (await identity.listOrganisations()).filter((o) => o.kind === 'provider');
    },

    /** Everybody, by name. */
    all: (): Promise<PartnerRow[]> =>
      tables(db).selectFrom('blocking.partner').selectAll().orderBy('name').orderBy('id').execute(),

    ofOrganisation: (organisation: string): Promise<PartnerRow[]> =>
      tables(db)
        .selectFrom('blocking.partner')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('name')
        .orderBy('id')
        .execute(),

    /** @throws BLOCKING_PARTNER_UNKNOWN */
    async get(id: string): Promise<PartnerRow> {
      const row = await tables(db).selectFrom('blocking.partner').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw PARTNER_UNKNOWN();
      return row;
    },

    /** Keys of these partners, newest first; without secrets. */
    async keysOf(partners: readonly string[]): Promise<KeyView[]> {
      if (partners.length === 0) return [];
      return tables(db)
        .selectFrom('blocking.partner_key')
        .select(['id', 'partner', 'name', 'algorithm', 'state', 'created_at', 'activated_at', 'retired_at'])
        .where('partner', 'in', [...partners])
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
    },

    /** @throws BLOCKING_PARTNER_INVALID with the fields that are wrong */
    add: (input: PartnerInput, actor: string): Promise<string> =>
      transaction(db, async (tx) => {
        const terms = checked(input);
        const organisations = await identity.listOrganisations();
        if (!organisations.some((o) => o.id === input.organisation && o.kind === 'provider'))
          throw PARTNER_INVALID({ fields: 'organisation' }, { extensions: { wrong: ['organisation'] } });
        const id = uuidv7(clock, random);
        const now = clock.now();
        await tables(tx)
          .insertInto('blocking.partner')
          .values({ id, organisation: input.organisation, ...terms, created_at: now, changed_at: now })
          .execute();
        await note(tx, actor, 'added', id, told(terms));
        return id;
      }),

    /** @throws as {@link add} */
    change: (id: string, input: Omit<PartnerInput, 'organisation'>, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const terms = checked(input);
        await locked(tx, id);
        await tables(tx)
          .updateTable('blocking.partner')
          .set({ ...terms, changed_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await note(tx, actor, 'changed', id, told(terms));
      }),

    /** Now, whatever the contract says: nothing is transferred any more. */
    end: (id: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = await locked(tx, id);
        const now = clock.now();
        if (row.until_at && row.until_at <= now) return;
        await tables(tx)
          .updateTable('blocking.partner')
          // A contract that has not begun ends in the moment it would have.
          .set({ until_at: now > row.from_at ? now : new Date(row.from_at.getTime() + 1), changed_at: now })
          .where('id', '=', id)
          .execute();
        await note(tx, actor, 'ended', id);
      }),

    /**
     * A new key, which is accepted at once. Its secret comes back here and never again.
     * @throws BLOCKING_KEYS_TOO_MANY while two are live
     */
    createKey: (partner: string, actor: string): Promise<{ key: KeyView; secret: string }> =>
      transaction(db, async (tx) => {
        await locked(tx, partner);
        const rows = await tables(tx)
          .selectFrom('blocking.partner_key')
          .select('state')
          .where('partner', '=', partner)
          .execute();
        if (rows.filter((k) => k.state !== 'retired').length >= MOST_LIVE_KEYS) throw KEYS_TOO_MANY();
        const id = uuidv7(clock, random);
        const secret = random.bytes(SECRET_BYTES).toString('base64');
        const { wrapped, key } = keys.newRecordKey(keyContext(id));
        const row: PartnerKeyRow = {
          id,
          partner,
          // Says nothing of whose it is: names of keys travel in clear.
          name: `k-${partner.slice(-8)}-${rows.length + 1}`,
          algorithm: ALGORITHM,
          state: 'created',
          data_key: wrapped,
          secret: key.seal(secret, 'secret'),
          created_at: clock.now(),
          activated_at: null,
          retired_at: null,
        };
        await tables(tx).insertInto('blocking.partner_key').values(row).execute();
        await note(tx, actor, 'key-created', partner, { key: row.name });
        const { data_key: _wrapped, secret: _sealed, ...view } = row;
        return { key: view, secret };
      }),

    /** The partner has put it in: from now on it is the one that stands in configurations. */
    activateKey: (partner: string, id: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = await lockedKey(tx, partner, id);
        if (row.state === 'active') return;
        await tables(tx)
          .updateTable('blocking.partner_key')
          .set({ state: 'active', activated_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await note(tx, actor, 'key-activated', partner, { key: row.name });
      }),

    /** Not accepted any more, from now on; its secret is destroyed. */
    retireKey: (partner: string, id: string, actor: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = await lockedKey(tx, partner, id);
        await tables(tx)
          .updateTable('blocking.partner_key')
          .set({ state: 'retired', retired_at: clock.now(), data_key: null, secret: null })
          .where('id', '=', id)
          .execute();
        await note(tx, actor, 'key-retired', partner, { key: row.name });
      }),
  };
}
