import { transaction } from '../../../platform/db.ts';
import { isLang, type Lang } from '../../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { REASON_MISSING } from '../errors.ts';
import { tables } from '../schema.ts';
import type { Contacts } from './contacts.ts';

export interface ProviderComment {
  provider: string;
  body: string;
  language: Lang;
  at: Date;
}

export const MAX_COMMENT = 1000;

/** The right of reply: what a provider says to the figures about it, typed in by us, shown beside them. */
export function createComments(platform: Platform, needs: { contacts: Contacts }) {
  const { db, clock, random } = platform;
  return {
    async of(providers: readonly string[]): Promise<ProviderComment[]> {
      if (providers.length === 0) return [];
      return tables(db)
        .selectFrom('takedown.provider_comment')
        .select(['provider', 'body', 'language', 'at'])
        .where('provider', 'in', [...providers])
        .execute();
    },

    /** Replaces what was said before; an empty text takes it away. @throws TAKEDOWN_REASON_MISSING when it is too long */
    async set(account: string, provider: string, typed: string, language: string): Promise<void> {
      const body = typed.trim();
      if (body.length > MAX_COMMENT || !isLang(language)) throw REASON_MISSING({ max: MAX_COMMENT });
      const at = clock.now();
      const row = { provider, body, language, at, entered_by: account };
      await transaction(db, async (tx) => {
        if (body === '')
          await tables(tx).deleteFrom('takedown.provider_comment').where('provider', '=', provider).execute();
        else
          await tables(tx)
            .insertInto('takedown.provider_comment')
            .values(row)
            .onConflict((c) => c.column('provider').doUpdateSet(row))
            .execute();
        const actor = `account:${account}`;
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor,
          action: 'takedown.provider.comment',
          subject: `takedown.provider:${provider}`,
          detail: { length: body.length, language },
        });
        if (isUuid(provider)) await needs.contacts.remember(tx, provider, actor, 'comment', {});
      });
    },
  };
}
