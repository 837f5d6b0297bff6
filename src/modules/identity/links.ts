import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { isToken, newToken, tokenHash } from './credentials/tokens.ts';
import { LINK_INVALID } from './errors.ts';
import { type LinkPurpose, tables } from './schema.ts';

const HOUR_MS = 3_600_000;
/** How long a link opens, in milliseconds. */
const LIFETIME_MS: Record<LinkPurpose, number> = {
  administrator: 24 * HOUR_MS,
  invitation: 72 * HOUR_MS,
  // As long as the server that printed it: the next start revokes it.
  demo: 365 * 24 * HOUR_MS,
  // Printed by whoever has the administrator beside them or on the phone.
  rescue: HOUR_MS,
};

export interface Link {
  id: string;
  purpose: LinkPurpose;
  /** undefined for the first administrator, who has no account yet. */
  accountId: string | undefined;
}

export function createLinks({ clock, random, db, config }: Pick<Platform, 'clock' | 'random' | 'db' | 'config'>) {
  /** Makes a link and revokes the unused ones of the same purpose and account. Returns its address, shown once. */
  async function issue(tx: Db, purpose: LinkPurpose, accountId: string | undefined): Promise<string> {
    const token = newToken(random);
    const now = clock.now();
    await tables(tx)
      .deleteFrom('identity.setup_link')
      .where('purpose', '=', purpose)
      .where('account', accountId === undefined ? 'is' : '=', accountId ?? null)
      .where('used_at', 'is', null)
      .execute();
    await tables(tx)
      .insertInto('identity.setup_link')
      .values({
        token_hash: tokenHash(token),
        id: uuidv7(clock, random),
        purpose,
        account: accountId ?? null,
        created_at: now,
        expires_at: new Date(now.getTime() + LIFETIME_MS[purpose]),
        used_at: null,
      })
      .execute();
    return `${config.publicOrigin}/desk/${purpose === 'demo' ? 'demo-sign-in' : 'setup'}/${token}`;
  }

  const valid = (handle: Db, token: string, purposes: readonly LinkPurpose[]) =>
    tables(handle)
      .selectFrom('identity.setup_link')
      .select(['id', 'purpose', 'account'])
      .where('token_hash', '=', tokenHash(token))
      .where('purpose', 'in', purposes)
      .where('used_at', 'is', null)
      .where('expires_at', '>', clock.now());

  /** Looks without using it up (pages are opened by mail scanners too). Throws IDENTITY_LINK_INVALID. */
  async function peek(token: string, purposes: readonly LinkPurpose[]): Promise<Link> {
    const row = isToken(token) ? await valid(db, token, purposes).executeTakeFirst() : undefined;
    if (!row) throw LINK_INVALID();
    return { id: row.id, purpose: row.purpose, accountId: row.account ?? undefined };
  }

  /** Uses it up, once even when two do so at the same time. Throws IDENTITY_LINK_INVALID. */
  async function consume(tx: Db, token: string, purposes: readonly LinkPurpose[]): Promise<Link> {
    const row = isToken(token) ? await valid(tx, token, purposes).forUpdate().executeTakeFirst() : undefined;
    if (!row) throw LINK_INVALID();
    await tables(tx)
      .updateTable('identity.setup_link')
      .set({ used_at: clock.now() })
      .where('id', '=', row.id)
      .execute();
    return { id: row.id, purpose: row.purpose, accountId: row.account ?? undefined };
  }

  return { issue, peek, consume };
}

export type Links = ReturnType<typeof createLinks>;
