import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Addresses } from './addresses.ts';
import type { Draft, Drafts } from './draft-store.ts';
import { DRAFT_GONE, DRAFT_OPEN, PAGE_UNKNOWN } from './errors.ts';
import { toAccounts } from './form.ts';
import type { Accepted, ReportInput } from './intake.ts';
import type { DraftState, ReportingTables } from './schema.ts';

export interface TakeOverNeeds {
  drafts: Drafts;
  addresses: Addresses;
  submit(input: ReportInput): Promise<Accepted>;
}

/**
 * Somebody began to tell of a danger and left. What is left of it (addresses, accounts, the place: never the words, which
 * were destroyed when the draft was left) becomes a report of the person on duty, so that it can be passed on.
 */
export function createDraftTakeOver(platform: Platform, needs: TakeOverNeeds) {
  const { db, clock, random } = platform;
  const { drafts, addresses, submit } = needs;
  const tables = (tx: Db) => tx.withTables<ReportingTables>();

  /** Only what was left: somebody who is still writing decides for themselves, and the lines to call are on the page. */
  async function claim(page: string, account: string): Promise<{ report: string } | { draft: Draft }> {
    return transaction(db, async (tx) => {
      const row = await tables(tx)
        .selectFrom('reporting.danger_page')
        .selectAll()
        .where('id', '=', page)
        .executeTakeFirst();
      if (!row) throw PAGE_UNKNOWN();
      if (row.report) return { report: row.report };
      const draft = row.subject_kind === 'draft' ? await drafts.locked(tx, row.subject) : undefined;
      if (!draft || draft.state === 'sent') throw DRAFT_GONE();
      if (draft.state === 'open') throw DRAFT_OPEN();
      // The browser that it was written in may be anybody's by now: it must not find a report behind its old cookie.
      await tables(tx)
        .updateTable('reporting.draft')
        .set({ token_hash: random.bytes(32) })
        .where('id', '=', draft.id)
        .execute();
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at: clock.now(),
        actor: `account:${account}`,
        action: 'reporting.draft.taken-over',
        subject: `reporting.draft:${draft.id}`,
        detail: { page, links: draft.answers.links.length, accounts: draft.sealed.accounts.length },
      });
      return { draft };
    });
  }

  return {
    /**
     * Answers the report; twice is once, also for two people at the same moment. Nobody has its follow-up number.
     * @throws REPORTING_PAGE_UNKNOWN, REPORTING_DRAFT_OPEN while it is being written, REPORTING_DRAFT_GONE
     */
    async takeOver(page: string, account: string): Promise<string> {
      const claimed = await claim(page, account);
      if ('report' in claimed) return claimed.report;
      const { draft } = claimed;
      const { answers, sealed } = draft;
      const { id } = await submit({
        draft: draft.id,
        submissionKey: `draft:${draft.id}`,
        channel: 'operator',
        language: draft.language,
        // Who it was is not known any more.
        reporter: answers.reporter ?? 'witness',
        category: answers.category ?? 'other',
        danger: true,
        links: addresses.readAll(answers.links),
        accounts: toAccounts(sealed.accounts),
        narrative: '',
        ...(sealed.whereabouts ? { whereabouts: sealed.whereabouts } : {}),
        visibility: answers.visibility ?? 'unknown',
        ageBand: answers.ageBand ?? 'unknown',
        occurred: answers.occurred ?? 'unknown',
        filedBy: `account:${account}`,
      });
      return id;
    },

    /** Where these drafts stand; one that is forgotten is not among them. */
    async states(ids: readonly string[], tx: Db = db): Promise<Map<string, DraftState>> {
      if (ids.length === 0) return new Map();
      const rows = await tables(tx)
        .selectFrom('reporting.draft')
        .select(['id', 'state'])
        .where('id', 'in', [...ids])
        .execute();
      return new Map(rows.map((r) => [r.id, r.state]));
    },
  };
}
