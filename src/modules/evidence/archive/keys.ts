import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { isRecipient } from '../../../platform/sealing/index.ts';
import { type Identity, rolesMay } from '../../identity/index.ts';
import { KEY_INVALID, KEY_KNOWN, KEY_UNKNOWN } from '../errors.ts';
import type { Custody } from './custody.ts';
import { type KeyRow, tables } from './schema.ts';

export const MAX_LABEL = 80;
const OPENING = ['evidence.open', 'evidence.referred.open'] as const;
const ARMOUR = /^-----BEGIN AGE ENCRYPTED FILE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END AGE ENCRYPTED FILE-----\s*$/;
const MAX_WRAPPED = 4096;

export interface NewKey {
  label: string;
  /** `age1…` */
  recipient: string;
  /** The private half as an armoured age file under a passphrase; undefined when its holder keeps it elsewhere. */
  wrapped?: string;
}

/** Who can open: public keys, and private ones that only their holder's passphrase unwraps. */
export function createOpeners(
  platform: Pick<Platform, 'db' | 'clock' | 'random' | 'config'>,
  custody: Custody,
  identity: Identity,
) {
  const { db, clock, random, config } = platform;

  const own = (account: string): Promise<KeyRow[]> =>
    tables(db)
      .selectFrom('evidence.key')
      .selectAll()
      .where('account', '=', account)
      .where('removed_at', 'is', null)
      .orderBy('created_at')
      .execute();

  return {
    own,

    /** @throws EVIDENCE_KEY_INVALID, EVIDENCE_KEY_KNOWN */
    async add(account: string, given: NewKey): Promise<string> {
      const label = given.label.trim();
      const recipient = given.recipient.trim();
      const wrapped = given.wrapped?.trim() || null;
      if (!label || label.length > MAX_LABEL || !isRecipient(recipient)) throw KEY_INVALID();
      if (wrapped && (wrapped.length > MAX_WRAPPED || !ARMOUR.test(wrapped))) throw KEY_INVALID();
      const id = uuidv7(clock, random);
      await transaction(db, async (tx) => {
        const made = await tables(tx)
          .insertInto('evidence.key')
          .values({ id, account, label, recipient, wrapped, created_at: clock.now(), removed_at: null })
          .onConflict((c) => c.column('recipient').doNothing())
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows !== 1n) throw KEY_KNOWN();
        await custody.record(tx, { key: id, actor: `account:${account}`, what: wrapped ? 'key-made' : 'key-added' });
      });
      return id;
    },

    /** Later packages are not encrypted to it any more; earlier ones stay open to whoever has it. */
    async remove(account: string, id: string): Promise<void> {
      await transaction(db, async (tx) => {
        const gone = await tables(tx)
          .updateTable('evidence.key')
          .set({ removed_at: clock.now(), wrapped: null })
          .where('id', '=', id)
          .where('account', '=', account)
          .where('removed_at', 'is', null)
          .executeTakeFirst();
        if (gone.numUpdatedRows === 0n) throw KEY_UNKNOWN();
        await custody.record(tx, { key: id, actor: `account:${account}`, what: 'key-removed' });
      });
    },

    /** Everybody to whom a package is sealed now, by key id; the recovery key is called `recovery`. */
    async recipients(tx: Db = db): Promise<Map<string, string>> {
      const rows = await tables(tx).selectFrom('evidence.key').selectAll().where('removed_at', 'is', null).execute();
      const found = new Map<string, string>();
      for (const row of rows) {
        const holder = await identity.findAccount(row.account);
        // Receiving bodies are among them: nobody could seal a package to them later, and the server hands out only what
        // was referred to them.
        const opens = holder && OPENING.some((action) => rolesMay(holder.roles, action));
        if (opens && holder.state === 'active') found.set(row.id, row.recipient);
      }
      if (config.evidence.recovery) found.set('recovery', config.evidence.recovery);
      return found;
    },
  };
}
