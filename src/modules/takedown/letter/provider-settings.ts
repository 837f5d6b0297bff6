import { type Db, transaction } from '../../../platform/db.ts';
import { LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { PROVIDER_UNKNOWN, TOKEN_INVALID } from '../errors.ts';
import { type ProviderRow, tables } from '../schema.ts';

/** How one provider wants its letters. */
export interface LetterSettings {
  attach: ProviderRow['attach'];
  extra: Partial<Record<Lang, string>>;
  /** A new one; `keep` what there is, or `forget` it. */
  token: { set: string } | 'keep' | 'forget';
}

export const MAX_EXTRA = 1000;
/** What a bearer token may be made of (RFC 6750 §2.1). */
const TOKEN = /^[A-Za-z0-9\-._~+/]{8,2000}=*$/;

/** Rows of `takedown.provider` as far as letters need them; also what opens a provider's interface. */
export function createProviderSettings(platform: Platform) {
  const { db, clock, random, keys } = platform;
  const context = (id: string) => `takedown.provider:${id}`;

  async function find(id: string, tx: Db = db): Promise<ProviderRow | undefined> {
    if (!isUuid(id)) return undefined;
    return tables(tx).selectFrom('takedown.provider').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** A token is sealed under a key of its own that goes when it goes. @throws TAKEDOWN_TOKEN_INVALID */
  function sealed(id: string, token: LetterSettings['token']): Partial<ProviderRow> {
    if (token === 'keep') return {};
    if (token === 'forget') return { data_key: null, api_token: null };
    if (!TOKEN.test(token.set)) throw TOKEN_INVALID();
    const { wrapped, key } = keys.newRecordKey(context(id));
    return { data_key: wrapped, api_token: key.seal(token.set, 'api_token') };
  }

  return {
    /** undefined also for those of the country pack. */
    find,

    /** What opens the interface at this address: undefined when it is none of the provider's own. */
    async tokenFor(row: ProviderRow, address: string): Promise<string | undefined> {
      if (!row.data_key || !row.api_token) return undefined;
      const own = await tables(db)
        .selectFrom('takedown.provider_contact')
        .select('id')
        .where('provider', '=', row.id)
        .where('channel', '=', 'api')
        .where('address', '=', address)
        .executeTakeFirst();
      return own && keys.openRecordKey(row.data_key, context(row.id)).openText(row.api_token, 'api_token');
    },

    async save(id: string, account: string, given: LetterSettings): Promise<void> {
      const extra = Object.fromEntries(
        LANGS.map((lang) => [lang, (given.extra[lang] ?? '').trim().slice(0, MAX_EXTRA)]).filter(([, said]) => said),
      );
      const fields = { attach: given.attach, extra, ...sealed(id, given.token) };
      await transaction(db, async (tx) => {
        if (!(await find(id, tx))) throw PROVIDER_UNKNOWN();
        await tables(tx)
          .updateTable('takedown.provider')
          .set({ ...fields, changed_at: clock.now(), changed_by: account })
          .where('id', '=', id)
          .execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: clock.now(),
          actor: `account:${account}`,
          action: 'takedown.provider.letters',
          subject: `takedown.provider:${id}`,
          detail: {
            attach: given.attach,
            extra: Object.keys(extra).join(' '),
            token: typeof given.token === 'string' ? given.token : 'set',
          },
        });
      });
    },
  };
}
export type ProviderSettings = ReturnType<typeof createProviderSettings>;
