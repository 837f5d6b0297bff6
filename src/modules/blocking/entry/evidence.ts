import type { Db } from '../../../platform/db.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Takedown } from '../../takedown/index.ts';
import type { EntryRow } from '../schema.ts';
import { tables } from '../schema.ts';
import type { People } from './entry.ts';
import { compileNeverBlock, type NeverBlock } from './never-block.ts';
import type { Evidence, RefusalRules } from './refusal.ts';
import type { Target } from './target.ts';

export interface EvidenceNeeds {
  casework: Casework;
  country: Country;
  takedown: Pick<Takedown, 'store'>;
}

/** What other modules know that bears on an entry; reads only. */
export function createEvidence({ publicOrigin }: { publicOrigin: string }, needs: EvidenceNeeds) {
  const { casework, country, takedown } = needs;
  let compiled: { pack: ReturnType<Country['pack']>; never: NeverBlock } | undefined;

  /** Compiled again when the administrator's overlay changed the pack. */
  function never(): NeverBlock {
    const pack = country.pack();
    if (compiled?.pack !== pack) compiled = { pack, never: compileNeverBlock(pack, publicOrigin) };
    return compiled.never;
  }

  /** Whether a verified judgement in force says that the item belongs on the national list. */
  async function assessed(tx: Db, item: string): Promise<boolean> {
    const judgement = await casework.latestAssessment(item, tx);
    if (!judgement?.verified || judgement.outcome !== 'illegal') return false;
    // Whoever waits to be judged anew has no judgement, whatever the last one said.
    if (['waiting', 'proposed'].includes((await casework.item(item, tx)).state)) return false;
    return judgement.routes.includes('national-list');
  }

  return {
    never,
    assessed,

    rules(): RefusalRules {
      const { dedication, court } = country.blocking();
      return { never: never(), dedication, longestOrderDays: court.longestDays };
    },

    async of(tx: Db, target: Target, items: readonly string[], dedicated: boolean): Promise<Evidence> {
      const { listed, others } = await casework.itemsUnder(target.name, target.kind === 'domain', tx);
      const verdicts: boolean[] = [];
      for (const item of items) verdicts.push(await assessed(tx, item));
      return { assessed: verdicts.length > 0 && verdicts.every(Boolean), dedicated, listed, others };
    },

    under: (target: Pick<Target, 'name' | 'kind'>, tx?: Db) =>
      casework.itemsUnder(target.name, target.kind === 'domain', tx),

    /** Whether somebody who was asked to remove one of the items says that it is lawful, and nobody decided yet. */
    async disputed(tx: Db, items: readonly string[]): Promise<boolean> {
      for (const item of items)
        if ((await takedown.store.ofItem(tx, item)).some((n) => n.state === 'disputed')) return true;
      return false;
    },

    async people(tx: Db, row: EntryRow, items: readonly string[]): Promise<People> {
      const history = await tables(tx)
        .selectFrom('blocking.decision')
        .select('actor')
        .where('entry', '=', row.id)
        .where('actor', 'like', 'account:%')
        .where('what', 'in', ['proposed', 'approved', 'released', 'reviewed', 'rejected'])
        .execute();
      return {
        proposedBy: row.proposed_by,
        approvedBy: row.approved_by,
        releasedBy: row.released_by,
        judges: items.length > 0 ? await casework.judgesOf(items, tx) : [],
        decided: history.map((h) => h.actor.slice('account:'.length)),
      };
    },

    isGone: async (tx: Db, item: string): Promise<boolean> => (await casework.item(item, tx)).state === 'gone',

    itemUrl: async (tx: Db, item: string): Promise<string | null> => (await casework.item(item, tx)).url,
  };
}
export type EvidenceOf = ReturnType<typeof createEvidence>;
