import { type Db, transaction } from '../../../platform/db.ts';
import { defineError } from '../../../platform/errors.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AssessmentAnswers } from '../../country/index.ts';
import type { AssessmentRow, CaseworkTables } from '../schema.ts';
import type { Assessing, AssessingNeeds } from './assessing.ts';

export const HASH_INVALID = defineError('casework', 'HASH_INVALID', 400);

/** Answers what was judged of the same bytes before. The index of many banks comes with `matching`; this is its port. */
export interface KnownContent {
  /** The judgement that stands behind these bytes, never one of the item `except`. */
  find(tx: Db, sha256: Buffer, except: string): Promise<AssessmentRow | undefined>;
}

const tables = (tx: Db) => tx.withTables<CaseworkTables>();

/** Our own judgements in force that two people stand behind, by exact hash. */
export const ownKnownContent: KnownContent = {
  find: (tx, sha256, except) =>
    tables(tx)
      .selectFrom('casework.content_hash as h')
      .innerJoin('casework.assessment as a', 'a.item', 'h.item')
      .selectAll('a')
      .where('h.sha256', '=', sha256)
      .where('h.item', '<>', except)
      .where('a.in_force', '=', true)
      .where('a.verified', '=', true)
      // Only what stands today: a later judgement of that item speaks for these bytes instead.
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('casework.assessment as later')
              .select('later.id')
              .whereRef('later.item', '=', 'a.item')
              .where('later.in_force', '=', true)
              .where((e) =>
                e(
                  e.fn.coalesce('later.in_force_at', 'later.at'),
                  '>',
                  e.fn.coalesce(e.ref('a.in_force_at'), e.ref('a.at')),
                ),
              ),
          ),
        ),
      )
      .orderBy('a.at', 'desc')
      .orderBy('a.id', 'desc')
      .limit(1)
      .executeTakeFirst(),
};

/** People are at it already: a second look is open, or two judgements differ. */
const waitsForSomebody = async (tx: Db, item: string): Promise<boolean> =>
  (await tables(tx)
    .selectFrom('casework.verification')
    .select('id')
    .where('item', '=', item)
    .where('state', 'in', ['proposed', 'disagreed'])
    .executeTakeFirst()) !== undefined;

/** Reads a SHA-256 as people paste it. @throws CASEWORK_HASH_INVALID */
export function readSha256(text: string): Buffer {
  const hex = text.replace(/[\s:]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw HASH_INVALID();
  return Buffer.from(hex, 'hex');
}

export type KnownResult = 'noted' | 'decided' | 'proposed';

/** What is known by its hash is decided without anybody seeing it again. */
export function createKnownContent(
  platform: Platform,
  needs: Pick<AssessingNeeds, 'getItem' | 'note'>,
  assessing: Assessing,
  known: KnownContent,
) {
  const { clock } = platform;
  const { getItem, note } = needs;

  /**
   * Bytes with this hash belong to the item. Where the same bytes were judged before and nobody has judged this item, the
   * judgement is repeated. A hash that evidence computed decides at once; one that a person entered is a claim about the
   * bytes, and a second person agrees first: else one hash in the wrong field would take down anything.
   */
  async function seen(
    tx: Db,
    given: { item: string; sha256: Buffer; source: 'evidence' | 'staff'; account: string },
  ): Promise<KnownResult> {
    const item = await getItem(tx, given.item, true);
    const added = await tables(tx)
      .insertInto('casework.content_hash')
      .values({ ...given, at: clock.now() })
      .onConflict((c) => c.columns(['item', 'sha256']).doNothing())
      .executeTakeFirst();
    if (Number(added.numInsertedOrUpdatedRows ?? 0n) > 0)
      await note(tx, item.id, `account:${given.account}`, 'hash-noted', {
        sha256: given.sha256.toString('hex'),
        source: given.source,
      });
    if (item.state !== 'waiting' || (await waitsForSomebody(tx, item.id))) return 'noted';
    const earlier = await known.find(tx, given.sha256, item.id);
    if (!earlier) return 'noted';
    const certain = given.source === 'evidence';
    await assessing.record(
      tx,
      item,
      given.account,
      {
        outcome: earlier.outcome,
        category: earlier.category,
        severity: earlier.severity,
        ageBand: earlier.age_band,
        sex: earlier.sex,
        legalArticles: earlier.legal_articles,
        note: '',
        answers: earlier.answers as AssessmentAnswers,
      },
      certain ? { standing: 'in-force', verified: true } : { standing: 'proposed', kind: 'same-content', blind: false },
      earlier.id,
    );
    await note(tx, item.id, `account:${given.account}`, 'same-content', { assessment: earlier.id });
    return certain ? 'decided' : 'proposed';
  }

  return {
    seen,
    /** Staff enters a hash, for example one that the police gave. @throws CASEWORK_HASH_INVALID */
    async enter(item: string, account: string, text: string): Promise<KnownResult> {
      const sha256 = readSha256(text);
      return transaction(platform.db, (tx) => seen(tx, { item, sha256, source: 'staff', account }));
    },
  };
}
