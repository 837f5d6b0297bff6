import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { sql } from 'kysely';
import { z } from 'zod';
import { type Db, transaction } from '../../../platform/db.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Country, ProviderSeed } from '../../country/index.ts';
import { CONTACT_INVALID, PROVIDER_INVALID, PROVIDER_UNKNOWN } from '../errors.ts';
import { NOTICE_CHANNELS, type NoticeChannel, PROVIDER_KINDS, type ProviderRow, tables } from '../schema.ts';
import type { KnownProvider } from '../tracing/index.ts';

/** A host name in ASCII, lower case; a name typed with its own letters becomes its `xn--` form. */
const hostName = z
  .string()
  .transform((name) => domainToASCII(name.trim().replace(/\.$/, '')))
  .pipe(z.hostname().refine((name) => name.includes('.') && isIP(name) === 0));

const mailAddress = z.email().max(254);
const formAddress = z.url({ protocol: /^https?$/ }).max(2000);
/** A secret goes there. */
const apiAddress = z.url({ protocol: /^https$/ }).max(2000);
const ADDRESS = { mail: mailAddress, form: formAddress, api: apiAddress } as const satisfies Record<
  NoticeChannel,
  z.ZodType
>;

/** The contact in its one form. @throws TAKEDOWN_CONTACT_INVALID */
export function checkContact(channel: NoticeChannel, typed: string): string {
  const checked = ADDRESS[channel].safeParse(typed.trim());
  if (!checked.success) throw CONTACT_INVALID({ channel });
  return checked.data;
}

const input = z
  .object({
    name: z.string().trim().min(2).max(200),
    kind: z.enum(PROVIDER_KINDS),
    domains: z.array(hostName).min(1).max(100),
    language: z.enum(LANGS),
    channel: z.enum(NOTICE_CHANNELS),
    address: z.string().trim(),
    note: z.string().trim().max(1000),
  })
  .refine((p) => ADDRESS[p.channel].safeParse(p.address).success, {
    path: ['address'],
  });
export type ProviderInput = z.input<typeof input>;

const known = (row: ProviderRow): KnownProvider => ({
  id: row.id,
  name: row.name,
  contact: row.address,
  channel: row.channel === 'mail' ? 'email' : row.channel,
  languages: [row.language],
});
const seeded = (seed: ProviderSeed): KnownProvider => ({
  id: seed.id,
  name: seed.name,
  contact: seed.channel.kind === 'mail' ? seed.channel.address : seed.channel.url,
  channel: seed.channel.kind === 'mail' ? 'email' : 'form',
  languages: [seed.language],
});

/** Our own table of providers, before the country pack's. */
export function createProviders(platform: Platform, country: Country) {
  const { db, clock, random } = platform;

  async function audit(tx: Db, account: string, action: string, id: string): Promise<void> {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor: `account:${account}`,
      action: `takedown.provider.${action}`,
      subject: `takedown.provider:${id}`,
      detail: {},
    });
  }

  /** @throws TAKEDOWN_PROVIDER_INVALID naming the fields */
  function read(given: ProviderInput) {
    const checked = input.safeParse(given);
    if (checked.success) return checked.data;
    const fields = [...new Set(checked.error.issues.map((i) => String(i.path[0])))];
    throw PROVIDER_INVALID({ fields: fields.join(', ') }, { extensions: { fields } });
  }

  return {
    list: (): Promise<ProviderRow[]> =>
      tables(db).selectFrom('takedown.provider').selectAll().orderBy('name').orderBy('id').limit(500).execute(),

    async get(id: string): Promise<ProviderRow> {
      const row = isUuid(id)
        ? await tables(db).selectFrom('takedown.provider').selectAll().where('id', '=', id).executeTakeFirst()
        : undefined;
      if (!row) throw PROVIDER_UNKNOWN();
      return row;
    },

    /** Adds a provider, or changes one; whoever writes an address has not verified it. */
    async save(account: string, given: ProviderInput, id?: string): Promise<string> {
      const fields = { ...read(given), changed_at: clock.now(), changed_by: account };
      return transaction(db, async (tx) => {
        const key = id ?? uuidv7(clock, random);
        const unverified = { verified_at: null, verified_by: null };
        if (id === undefined)
          await tables(tx)
            .insertInto('takedown.provider')
            .values({ id: key, attach: 'link', extra: {}, data_key: null, api_token: null, ...fields, ...unverified })
            .execute();
        else {
          const done = await tables(tx)
            .updateTable('takedown.provider')
            .set({ ...fields, ...unverified })
            .where('id', '=', id)
            .executeTakeFirst();
          if (done.numUpdatedRows === 0n) throw PROVIDER_UNKNOWN();
        }
        await audit(tx, account, id === undefined ? 'added' : 'changed', key);
        return key;
      });
    },

    /** Somebody has asked there and the address answers. */
    async verify(account: string, id: string): Promise<void> {
      await transaction(db, async (tx) => {
        const done = await tables(tx)
          .updateTable('takedown.provider')
          .set({ verified_at: clock.now(), verified_by: account })
          .where('id', '=', id)
          .executeTakeFirst();
        if (done.numUpdatedRows === 0n) throw PROVIDER_UNKNOWN();
        await audit(tx, account, 'verified', id);
      });
    },

    /** `names` from the most specific on; the longest domain of our table wins, then the country pack's. */
    async findForHosts(names: readonly string[]): Promise<KnownProvider | undefined> {
      const rows = await tables(db)
        .selectFrom('takedown.provider')
        .selectAll()
        .where(sql<boolean>`domains && ${[...names]}::text[]`)
        .orderBy('verified_at', (o) => o.desc().nullsLast())
        .orderBy('id')
        .execute();
      for (const name of names) {
        const row = rows.find((r) => r.domains.includes(name));
        if (row) return known(row);
      }
      const seed = names[0] === undefined ? undefined : country.providerForHost(names[0]);
      return seed && seeded(seed);
    },

    /** Who runs a platform of the country pack (`instagram`): our table by the platform's domains, else the pack. */
    async findForPlatform(platformId: string): Promise<KnownProvider | undefined> {
      const domains = country.platforms().find((p) => p.id === platformId)?.domains ?? [];
      if (domains.length > 0) {
        const row = await tables(db)
          .selectFrom('takedown.provider')
          .selectAll()
          .where(sql<boolean>`domains && ${[...domains]}::text[]`)
          .orderBy('verified_at', (o) => o.desc().nullsLast())
          .orderBy('id')
          .executeTakeFirst();
        if (row) return known(row);
      }
      const seed = country.pack().providers.providers.find((p) => p.platforms.includes(platformId));
      return seed && seeded(seed);
    },

    seeds: () => country.pack().providers.providers,
  };
}
export type Providers = ReturnType<typeof createProviders>;
