import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { addressKey, UNUSABLE } from '../providers/contact-state.ts';
import type { Contacts } from '../providers/contacts.ts';
import type { NoticeRow } from '../schema.ts';
import { MAY_BE_OUT, type NoticeState, STANDING_OUT } from './notice.ts';

/** Why a page does not say where exactly the content is. */
export type Withheld =
  /** Nothing is asked any more. */
  | 'over'
  /** Whoever reads this address said that it is not them, or it is known not to exist. */
  | 'not-them'
  /** The notice was addressed to somebody else since. */
  | 'elsewhere';

/** Whoever opens the link has it: for them the notice is sent, though we may not know yet. */
export const seenState = (notice: NoticeRow): NoticeState =>
  MAY_BE_OUT.includes(notice.state) ? 'sent' : notice.state;

/** Who may read the exact place of such content: only whom we still ask, at an address that is still theirs. */
export function createPlaces(needs: { contacts: Contacts }) {
  return {
    /**
     * For each notice why its exact place is withheld; those without an entry may be read.
     * @param reader the address that the page was made for, when it is not the notice's own
     */
    async withheld(tx: Db, notices: readonly NoticeRow[], reader?: string): Promise<Map<string, Withheld>> {
      const found = new Map<string, Withheld>();
      if (notices.length === 0) return found;
      const addresses = [...notices.flatMap((n) => n.contact ?? []), ...(reader === undefined ? [] : [reader])];
      const known = await needs.contacts.rowsOf(addresses, tx);
      const unusable = (address: string | null | undefined) => {
        const row = typeof address === 'string' ? known.get(addressKey(address)) : undefined;
        return row !== undefined && UNUSABLE.includes(row.state);
      };
      // An objection "this is not ours" that waits says the same; a reminder's is that of what it reminds of.
      const ids = notices.map((n) => n.reminder_of ?? n.id);
      const { rows } = await sql<{ notice: string }>`select notice from takedown.dispute
        where notice = any(${ids}::uuid[]) and ground = 'not-ours' and decision is null`.execute(tx);
      const objected = new Set(rows.map((r) => r.notice));
      for (const n of notices) {
        const other = reader !== undefined && n.contact !== null && addressKey(reader) !== addressKey(n.contact);
        if (other) found.set(n.id, 'elsewhere');
        else if (!STANDING_OUT.includes(seenState(n))) found.set(n.id, 'over');
        else if (unusable(n.contact) || objected.has(n.reminder_of ?? n.id)) found.set(n.id, 'not-them');
      }
      return found;
    },
  };
}
