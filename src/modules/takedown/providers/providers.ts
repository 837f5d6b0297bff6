import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Country, ProviderSeed } from '../../country/index.ts';
import { AGREEMENT_INVALID, PROVIDER_UNKNOWN, SEED_TAKEN } from '../errors.ts';
import {
  type AgreementRow,
  type FormField,
  formFieldsOf,
  type ProviderKind,
  type ProviderRow,
  tables,
} from '../schema.ts';
import type { KnownProvider } from '../tracing/index.ts';
import type { ContactState } from './contact-state.ts';
import type { Contacts } from './contacts.ts';
import {
  type AgreementInput,
  type ProviderChange,
  type ProviderInput,
  readAgreement,
  readNewProvider,
  readProvider,
} from './provider-input.ts';

const seeded = (seed: ProviderSeed): KnownProvider => ({
  id: seed.id,
  name: seed.name,
  contact: seed.channel.kind === 'mail' ? seed.channel.address : seed.channel.url,
  channel: seed.channel.kind === 'mail' ? 'email' : 'form',
  languages: [seed.language],
});

/** What a search on the desk may ask for. */
export interface ProviderSearch {
  text?: string;
  kind?: ProviderKind;
  /** Providers with a contact in this state. */
  contact?: ContactState;
}

export interface ProviderChangeView {
  id: string;
  at: Date;
  actor: string;
  what: string;
  detail: Readonly<Record<string, unknown>>;
}

const LISTED = 200;
const CHANGES_SHOWN = 50;

/** Our own table of providers, before the country pack's. */
export function createProviders(platform: Platform, country: Country, contacts: Contacts) {
  const { db, clock, random } = platform;

  /** To the audit chain, and to the provider's own page. */
  async function note(tx: Db, account: string, what: string, id: string, detail: Record<string, string | null> = {}) {
    const [at, actor] = [clock.now(), `account:${account}`];
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor,
      action: `takedown.provider.${what}`,
      subject: `takedown.provider:${id}`,
      detail: {},
    });
    await contacts.remember(tx, id, actor, what, detail);
  }

  async function get(id: string, tx: Db = db): Promise<ProviderRow> {
    const row = isUuid(id)
      ? await tables(tx).selectFrom('takedown.provider').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined;
    if (!row) throw PROVIDER_UNKNOWN();
    return row;
  }

  async function known(row: ProviderRow): Promise<KnownProvider> {
    const all = await contacts.ofProvider(row.id);
    return {
      id: row.id,
      name: row.name,
      contact: row.address,
      channel: row.channel === 'mail' ? 'email' : row.channel,
      languages: [row.language],
      contacts: all.map((c) => ({
        contact: c.address,
        channel: c.channel === 'mail' ? ('email' as const) : c.channel,
        languages: c.languages,
        purpose: c.purpose,
      })),
    };
  }

  /** Rows that have any of these domains. */
  const withDomains = (names: readonly string[]) =>
    tables(db)
      .selectFrom('takedown.provider')
      .selectAll()
      .where(sql<boolean>`domains && ${[...names]}::text[]`)
      .orderBy('verified_at', (o) => o.desc().nullsLast())
      .orderBy('id')
      .execute();

  function fieldsOf(read: ReturnType<typeof readProvider>, account: string) {
    const { name, kind, domains, note: words, networks, countries, fields } = read;
    return {
      ...{ name, kind, domains, note: words, countries },
      networks: networks.map(String),
      form_fields: JSON.stringify(fields),
      changed_at: clock.now(),
      changed_by: account,
    };
  }

  async function insert(tx: Db, account: string, given: ProviderInput, seed: string | null): Promise<string> {
    const read = readNewProvider(given);
    const { language, channel, address } = read.contact;
    const id = uuidv7(clock, random);
    const mirror = { language, channel, address, verified_at: null, verified_by: null, seed };
    await tables(tx)
      .insertInto('takedown.provider')
      .values({
        ...{ id, attach: 'link', extra: {}, data_key: null, api_token: null, api_address: null },
        ...fieldsOf(read, account),
        ...mirror,
      })
      .execute();
    await note(tx, account, seed ? 'adopted' : 'added', id, { name: read.name });
    await contacts.addIn(tx, account, id, { purpose: 'abuse', channel, address, languages: [language], priority: 1 });
    return id;
  }

  return {
    get,

    /** By name. With `text`: part of a name, a domain, an address or a network's number. */
    list: (search: ProviderSearch = {}): Promise<ProviderRow[]> => {
      let query = tables(db).selectFrom('takedown.provider as p').selectAll('p');
      const text = search.text?.trim().toLowerCase();
      if (text) {
        const like = `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
        query = query.where(
          sql<boolean>`(lower(p.name) like ${like} or exists (select 1 from unnest(p.domains) d where d like ${like})
            or ${text.replace(/^as/, '')} = any(select n::text from unnest(p.networks) n)
            or exists (select 1 from takedown.provider_contact c where c.provider = p.id and lower(c.address) like ${like}))`,
        );
      }
      if (search.kind) query = query.where('p.kind', '=', search.kind);
      if (search.contact)
        query = query.where(
          sql<boolean>`exists (select 1 from takedown.provider_contact pc join takedown.contact c
            on c.address = case when pc.channel = 'mail' then lower(pc.address) else pc.address end
            where pc.provider = p.id and c.state = ${search.contact})`,
        );
      return query.orderBy('p.name').orderBy('p.id').limit(LISTED).execute();
    },

    /** Adds a provider with its first contact; whoever writes an address has not verified it. */
    save: (account: string, given: ProviderInput): Promise<string> =>
      transaction(db, (tx) => insert(tx, account, given, null)),

    /** Changes all but the contacts. @throws TAKEDOWN_PROVIDER_INVALID, TAKEDOWN_PROVIDER_UNKNOWN */
    async change(account: string, id: string, given: ProviderChange): Promise<void> {
      const fields = fieldsOf(readProvider(given), account);
      await transaction(db, async (tx) => {
        const before = await get(id, tx);
        await tables(tx).updateTable('takedown.provider').set(fields).where('id', '=', id).execute();
        const detail: Record<string, string> = {};
        if (before.name !== fields.name) detail.name = fields.name;
        if (before.kind !== fields.kind) detail.kind = fields.kind;
        for (const field of ['domains', 'networks', 'countries'] as const)
          if (before[field].join(' ') !== fields[field].join(' ')) detail[field] = fields[field].join(' ');
        await note(tx, account, 'changed', id, detail);
      });
    },

    /** Takes an entry of the country pack into our own table, once. @throws TAKEDOWN_SEED_TAKEN */
    async adopt(account: string, seedId: string): Promise<string> {
      const seed = country.pack().providers.providers.find((p) => p.id === seedId);
      if (!seed) throw PROVIDER_UNKNOWN();
      return transaction(db, async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtext(${`takedown.seed:${seedId}`}))`.execute(tx);
        const taken = await tables(tx)
          .selectFrom('takedown.provider')
          .select('id')
          .where('seed', '=', seedId)
          .executeTakeFirst();
        if (taken) throw SEED_TAKEN();
        const { contact, channel } = seeded(seed);
        const given: ProviderInput = {
          name: seed.name,
          kind: seed.platforms.length > 0 ? 'platform' : 'host',
          domains: [...seed.domains],
          language: seed.language,
          channel: channel === 'email' ? 'mail' : 'form',
          address: contact,
          note: '',
        };
        return insert(tx, account, given, seedId);
      });
    },

    async agreements(id: string): Promise<AgreementRow[]> {
      const { rows } =
        await sql<AgreementRow>`select id, provider, kind, since::text, until::text, note, added_at, added_by
        from takedown.agreement where provider = ${id} order by since desc, id`.execute(db);
      return rows;
    },

    /** @throws TAKEDOWN_AGREEMENT_INVALID */
    async addAgreement(account: string, id: string, given: AgreementInput): Promise<void> {
      const read = readAgreement(given);
      await transaction(db, async (tx) => {
        await get(id, tx);
        await tables(tx)
          .insertInto('takedown.agreement')
          .values({ id: uuidv7(clock, random), provider: id, ...read, added_at: clock.now(), added_by: account })
          .execute();
        await note(tx, account, 'agreement-added', id, { kind: read.kind, since: read.since });
      });
    },

    /** Ends today, on the country's clock; it stays readable. */
    async endAgreement(account: string, id: string, agreement: string): Promise<void> {
      if (!isUuid(agreement)) throw AGREEMENT_INVALID();
      const today = country.localDate(clock.now());
      await transaction(db, async (tx) => {
        const { numAffectedRows } = await sql`update takedown.agreement set until = greatest(since, ${today}::date)
          where id = ${agreement} and provider = ${id} and (until is null or until > ${today}::date)`.execute(tx);
        if (numAffectedRows !== 1n) throw AGREEMENT_INVALID();
        await note(tx, account, 'agreement-ended', id, {});
      });
    },

    /** Newest first. */
    async changes(id: string): Promise<ProviderChangeView[]> {
      const rows = await tables(db)
        .selectFrom('takedown.provider_change')
        .selectAll()
        .where('provider', '=', id)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(CHANGES_SHOWN)
        .execute();
      return rows.map((r) => ({ ...r, detail: r.detail as Record<string, unknown> }));
    },

    /** `names` from the most specific on; the longest domain of our table wins, then the country pack's. */
    async findForHosts(names: readonly string[]): Promise<KnownProvider | undefined> {
      const rows = await withDomains(names);
      for (const name of names) {
        const row = rows.find((r) => r.domains.includes(name));
        if (row) return known(row);
      }
      const seed = names[0] === undefined ? undefined : country.providerForHost(names[0]);
      return seed && seeded(seed);
    },

    /** Who of our own table runs this autonomous system. */
    async findForNetwork(asn: number): Promise<KnownProvider | undefined> {
      const row = await tables(db)
        .selectFrom('takedown.provider')
        .selectAll()
        .where(sql<boolean>`networks && array[${asn}]::bigint[]`)
        .orderBy('verified_at', (o) => o.desc().nullsLast())
        .orderBy('id')
        .executeTakeFirst();
      return row && known(row);
    },

    /** Who runs a platform of the country pack (`instagram`): our table by the platform's domains, else the pack. */
    async findForPlatform(platformId: string): Promise<KnownProvider | undefined> {
      const domains = country.platforms().find((p) => p.id === platformId)?.domains ?? [];
      const [row] = domains.length > 0 ? await withDomains(domains) : [];
      if (row) return known(row);
      const seed = country.pack().providers.providers.find((p) => p.platforms.includes(platformId));
      return seed && seeded(seed);
    },

    /** What its own form asks, when operators wrote it down. */
    async formFields(provider: string | null): Promise<FormField[]> {
      if (!provider || !isUuid(provider)) return [];
      const row = await tables(db)
        .selectFrom('takedown.provider')
        .select('form_fields')
        .where('id', '=', provider)
        .executeTakeFirst();
      return row ? formFieldsOf(row) : [];
    },

    /** Name to show of an id of our own table or of the pack. */
    async nameOf(key: string): Promise<string | undefined> {
      if (isUuid(key))
        return (
          await tables(db).selectFrom('takedown.provider').select('name').where('id', '=', key).executeTakeFirst()
        )?.name;
      return country.pack().providers.providers.find((p) => p.id === key)?.name;
    },

    seeds: () => country.pack().providers.providers,

    /** Entries of the pack that nobody has taken over. */
    async openSeeds(): Promise<ProviderSeed[]> {
      const rows = await tables(db)
        .selectFrom('takedown.provider')
        .select('seed')
        .where('seed', 'is not', null)
        .execute();
      const taken = new Set(rows.map((r) => r.seed));
      return country.pack().providers.providers.filter((p) => !taken.has(p.id));
    },
  };
}
export type Providers = ReturnType<typeof createProviders>;
