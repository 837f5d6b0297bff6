import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { type CustodyDeed, type CustodyRow, tables } from './schema.ts';

export interface Deed {
  capture?: string;
  key?: string;
  /** As the audit trail names them: `account:…` or `system`. */
  actor: string;
  what: CustodyDeed;
  /** Numbers and codes; nothing of the content, no address. */
  detail?: Record<string, string | number | boolean | null>;
}

const SHOWN = 500;

/** Who touched what. A row can't be written without its audit entry. */
export function createCustody({ clock, random }: Pick<Platform, 'clock' | 'random'>) {
  return {
    async record(tx: Db, deed: Deed): Promise<void> {
      const { capture = null, key = null, actor, what, detail = {} } = deed;
      const at = clock.now();
      const id = uuidv7(clock, random);
      await tables(tx)
        .insertInto('evidence.custody')
        .values({ id, capture, key, at, actor, what, detail: JSON.stringify(detail) })
        .execute();
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at,
        actor,
        action: `evidence.${what}`,
        subject: capture ? `evidence.capture:${capture}` : `evidence.key:${key}`,
        detail: { ...detail, ...(capture && key ? { key } : {}) },
      });
    },

    /** In the order in which it happened. */
    async of(db: Db, capture: string): Promise<CustodyRow[]> {
      return tables(db)
        .selectFrom('evidence.custody')
        .selectAll()
        .where('capture', '=', capture)
        .orderBy('at')
        .orderBy('id')
        .limit(SHOWN)
        .execute();
    },
  };
}
export type Custody = ReturnType<typeof createCustody>;
