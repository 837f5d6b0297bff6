import { type Db, transaction } from '../../../platform/db.ts';
import { LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { PROVIDER_UNKNOWN, TOKEN_ADDRESS, TOKEN_INVALID } from '../errors.ts';
import { addressKey, UNUSABLE } from '../providers/contact-state.ts';
import { type ProviderRow, tables } from '../schema.ts';

/** How one provider wants its letters. */
export interface LetterSettings {
  attach: ProviderRow['attach'];
  extra: Partial<Record<Lang, string>>;
  /** A new one, for one address of the provider's own interfaces; `keep` what there is, or `forget` it. */
  token: { set: string; address: string } | 'keep' | 'forget';
}

/** Why a provider's token can be used, or can't. */
export type TokenState =
  | 'none'
  /** Typed in before tokens had an address: nobody knows for which one. */
  | 'unbound'
  /** Its address is none of the provider's interfaces any more. */
  | 'gone'
  /** Its address is known to be wrong or not to exist. */
  | 'unusable'
  | 'ready';

/** The token, or why it goes nowhere: `elsewhere` when it is for another address than the one asked about. */
export type TokenFor = { token: string } | { refused: Exclude<TokenState, 'ready'> | 'elsewhere' };

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

  /** The field under which a token is sealed: with another address in the row it does not open. */
  const fieldOf = (address: string) => `api_token ${address}`;

  /** The provider's own interface at exactly this address, and whether it may be written to. */
  async function interfaceAt(tx: Db, id: string, address: string): Promise<'gone' | 'unusable' | 'ready'> {
    const own = await tables(tx)
      .selectFrom('takedown.provider_contact')
      .select('id')
      .where('provider', '=', id)
      .where('channel', '=', 'api')
      .where('address', '=', address)
      .executeTakeFirst();
    if (!own) return 'gone';
    const known = await tables(tx)
      .selectFrom('takedown.contact')
      .select('state')
      .where('address', '=', addressKey(address))
      .executeTakeFirst();
    return known && UNUSABLE.includes(known.state) ? 'unusable' : 'ready';
  }

  async function tokenState(row: ProviderRow, tx: Db = db): Promise<TokenState> {
    if (!row.data_key || !row.api_token) return 'none';
    return row.api_address === null ? 'unbound' : interfaceAt(tx, row.id, row.api_address);
  }

  /**
   * A token is sealed under a key of its own that goes when it goes, together with the address it was agreed for.
   * @throws TAKEDOWN_TOKEN_INVALID, TAKEDOWN_TOKEN_ADDRESS
   */
  async function sealed(tx: Db, id: string, token: LetterSettings['token']): Promise<Partial<ProviderRow>> {
    if (token === 'keep') return {};
    if (token === 'forget') return { data_key: null, api_token: null, api_address: null };
    if (!TOKEN.test(token.set)) throw TOKEN_INVALID();
    if ((await interfaceAt(tx, id, token.address)) !== 'ready') throw TOKEN_ADDRESS();
    const { wrapped, key } = keys.newRecordKey(context(id));
    const api_token = key.seal(token.set, fieldOf(token.address));
    return { data_key: wrapped, api_token, api_address: token.address };
  }

  return {
    /** undefined also for those of the country pack. */
    find,

    tokenState,

    /** What opens the interface at this address: only the one that the token was agreed for, while it may be used. */
    async tokenFor(row: ProviderRow, address: string): Promise<TokenFor> {
      const state = await tokenState(row);
      if (state !== 'ready') return { refused: state };
      if (row.api_address !== address) return { refused: 'elsewhere' };
      try {
        const key = keys.openRecordKey(row.data_key as Buffer, context(row.id));
        return { token: key.openText(row.api_token as Buffer, fieldOf(address)) };
      } catch {
        // Sealed without this address: by a process of before, or somebody changed the row by hand.
        return { refused: 'unbound' };
      }
    },

    /** @throws TAKEDOWN_PROVIDER_UNKNOWN, TAKEDOWN_TOKEN_INVALID, TAKEDOWN_TOKEN_ADDRESS */
    async save(id: string, account: string, given: LetterSettings): Promise<void> {
      const extra = Object.fromEntries(
        LANGS.map((lang) => [lang, (given.extra[lang] ?? '').trim().slice(0, MAX_EXTRA)]).filter(([, said]) => said),
      );
      await transaction(db, async (tx) => {
        if (!(await find(id, tx))) throw PROVIDER_UNKNOWN();
        const fields = { attach: given.attach, extra, ...(await sealed(tx, id, given.token)) };
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
