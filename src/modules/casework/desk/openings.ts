import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { recordAudit } from '../../audit/index.ts';
import { type Action, auditName, authorize, type StaffActor } from '../../identity/index.ts';
import type { Contact } from '../../reporting/index.ts';
import { REPORT_NOT_HERE } from '../item.ts';
import type { ItemRow } from '../schema.ts';
import { type DeskDeps, RECORD } from './context.ts';

/** Messages both ways, opened. */
export type Thread = Awaited<ReturnType<DeskDeps['reporting']['details']['messages']>>;
type DangerPageRow = NonNullable<Awaited<ReturnType<DeskDeps['reporting']['dangerPage']>>>;

/**
 * The only way to what is sealed: the policy is asked, one thing is opened, and the opening is audited in the same
 * transaction. If the entry can't be written, nothing is shown.
 */
export function createOpenings(deps: DeskDeps) {
  const { platform, casework, reporting } = deps;
  const { db, clock, random } = platform;

  function open<T>(
    actor: StaffActor,
    action: Action,
    what: 'narrative' | 'contact' | 'account-name' | 'whereabouts' | 'draft-accounts',
    subject: string,
    read: (tx: Db) => Promise<T>,
  ): Promise<T> {
    authorize(actor, action, RECORD);
    return transaction(db, async (tx) => {
      const value = await read(tx);
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at: clock.now(),
        actor: auditName(actor),
        action: `casework.${what}.opened`,
        subject,
        detail: {},
      });
      return value;
    });
  }

  async function belongs(tx: Db, item: string, report: string): Promise<void> {
    if (!(await casework.reportBelongs(item, report, tx))) throw REPORT_NOT_HERE();
  }

  return {
    /** What happened, and the messages since: they are read together. */
    narrative: (actor: StaffActor, item: string, report: string): Promise<{ text: string; thread: Thread }> =>
      open(actor, 'narrative.read', 'narrative', `reporting.report:${report}`, async (tx) => {
        await belongs(tx, item, report);
        await casework.markRead(tx, item, report);
        return {
          text: (await reporting.details.narrative(tx, report)) ?? '',
          thread: await reporting.details.messages(tx, report),
        };
      }),

    contact: (actor: StaffActor, item: string, report: string): Promise<Contact | undefined> =>
      open(actor, 'contact.read', 'contact', `reporting.report:${report}`, async (tx) => {
        await belongs(tx, item, report);
        return reporting.details.contact(tx, report);
      }),

    accountName: (actor: StaffActor, item: ItemRow): Promise<string | undefined> =>
      open(actor, 'narrative.read', 'account-name', `casework.item:${item.id}`, () => casework.accountName(item)),

    /** "Where I am", of a report or of a draft that is still being written. */
    whereabouts: (actor: StaffActor, page: DangerPageRow): Promise<string | undefined> =>
      open(actor, 'whereabouts.open', 'whereabouts', `reporting.danger_page:${page.id}`, (tx) =>
        page.report
          ? reporting.details.whereabouts(tx, page.report)
          : page.subject_kind === 'draft'
            ? reporting.drafts.whereabouts(tx, page.subject)
            : Promise.resolve(undefined),
      ),

    draftAccounts: (actor: StaffActor, draft: string, accounts: { platform: string; name: string }[]) =>
      open(actor, 'draft.unfinished.read', 'draft-accounts', `reporting.draft:${draft}`, () =>
        Promise.resolve(accounts),
      ),
  };
}
export type Openings = ReturnType<typeof createOpenings>;
