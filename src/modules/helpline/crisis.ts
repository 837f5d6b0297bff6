import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Country, CrisisScript } from '../country/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Conversations } from './conversations.ts';
import { CRISIS_OPEN, INVALID, UNKNOWN } from './errors.ts';
import { type CrisisRow, tables } from './schema.ts';

export interface CrisisView extends CrisisRow {
  done: Map<string, { account: string; at: Date }>;
  steps: CrisisScript['steps'];
  title: CrisisScript['title'];
}

/** Going through a crisis: steps that somebody ticks, and one that really calls a supervisor. */
export function createCrises(
  platform: Platform,
  deps: { country: Country; reporting: Reporting; conversations: Conversations },
) {
  const { db, clock, random } = platform;
  const { country, reporting, conversations } = deps;

  const scripts = () => country.helpline().crisisScripts;
  function script(id: string): CrisisScript {
    const found = scripts().find((s) => s.id === id);
    if (!found) throw INVALID({ max: 0 });
    return found;
  }

  async function openRow(tx: Db, report: string, id: string): Promise<CrisisRow> {
    // The conversation's lock comes first everywhere.
    await conversations.locked(tx, report);
    const row = await tables(tx)
      .selectFrom('helpline.crisis')
      .selectAll()
      .where('id', '=', id)
      .where('report', '=', report)
      .where('ended_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw UNKNOWN();
    return row;
  }

  async function tick(tx: Db, crisis: CrisisRow, step: string, account: string): Promise<void> {
    const done = await tables(tx)
      .insertInto('helpline.crisis_step')
      .values({ crisis: crisis.id, step, account, at: clock.now() })
      .onConflict((c) => c.doNothing())
      .executeTakeFirst();
    if (done.numInsertedOrUpdatedRows === 0n) return;
    await conversations.audit(tx, `account:${account}`, 'crisis.step', crisis.report, { crisis: crisis.id, step });
  }

  return {
    /** Scripts, those that fit what is known first. */
    offered(about: { category: string; kinds: readonly string[] }): CrisisScript[] {
      const fits = (s: CrisisScript) =>
        s.categories.includes(about.category) || s.kinds.some((k) => about.kinds.includes(k));
      return [...scripts().filter(fits), ...scripts().filter((s) => !fits(s))];
    },

    /** Starts a script; one that runs is gone on with. */
    start: (report: string, id: string, account: string): Promise<string> =>
      transaction(db, async (tx) => {
        script(id);
        await conversations.locked(tx, report);
        const running = await tables(tx)
          .selectFrom('helpline.crisis')
          .select('id')
          .where('report', '=', report)
          .where('script', '=', id)
          .where('ended_at', 'is', null)
          .executeTakeFirst();
        if (running) return running.id;
        const crisis = uuidv7(clock, random);
        await tables(tx)
          .insertInto('helpline.crisis')
          .values({
            id: crisis,
            report,
            script: id,
            started_by: account,
            started_at: clock.now(),
            ended_by: null,
            ended_at: null,
          })
          .execute();
        await conversations.audit(tx, `account:${account}`, 'crisis.started', report, { crisis, script: id });
        return crisis;
      }),

    /** Pages a supervisor and the person on call; the step is done by that and by nothing else. */
    alarm: (report: string, id: string, account: string): Promise<void> =>
      transaction(db, async (tx) => {
        const crisis = await openRow(tx, report, id);
        const { category } = await conversations.get(report, tx);
        const kinds = [crisis.script];
        await reporting.alarm(tx, { crisis: id, report, kinds, category });
        const step = script(crisis.script).steps.find((s) => s.alarm);
        if (step) await tick(tx, crisis, step.id, account);
      }),

    /** Ticks steps. The one that alarms can't be ticked. */
    tick: (report: string, id: string, steps: readonly string[], account: string): Promise<void> =>
      transaction(db, async (tx) => {
        const crisis = await openRow(tx, report, id);
        const known = script(crisis.script).steps.filter((s) => !s.alarm && steps.includes(s.id));
        for (const step of known) await tick(tx, crisis, step.id, account);
      }),

    /** @throws HELPLINE_CRISIS_OPEN while a step is not done */
    end: (report: string, id: string, account: string): Promise<void> =>
      transaction(db, async (tx) => {
        const crisis = await openRow(tx, report, id);
        const done = await tables(tx)
          .selectFrom('helpline.crisis_step')
          .select('step')
          .where('crisis', '=', id)
          .execute();
        const missing = script(crisis.script).steps.filter((s) => !done.some((d) => d.step === s.id));
        if (missing.length > 0) throw CRISIS_OPEN();
        await tables(tx)
          .updateTable('helpline.crisis')
          .set({ ended_by: account, ended_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await conversations.audit(tx, `account:${account}`, 'crisis.ended', report, { crisis: id });
      }),

    /** Crises of a conversation, the newest first. A script that the pack no longer has is left out. */
    async of(report: string): Promise<CrisisView[]> {
      const rows = await tables(db)
        .selectFrom('helpline.crisis')
        .selectAll()
        .where('report', '=', report)
        .orderBy('started_at', 'desc')
        .execute();
      if (rows.length === 0) return [];
      const steps = await tables(db)
        .selectFrom('helpline.crisis_step')
        .selectAll()
        .where(
          'crisis',
          'in',
          rows.map((r) => r.id),
        )
        .execute();
      return rows.flatMap((row) => {
        const found = scripts().find((s) => s.id === row.script);
        const done = new Map(steps.filter((s) => s.crisis === row.id).map((s) => [s.step, s]));
        return found ? [{ ...row, done, steps: found.steps, title: found.title }] : [];
      });
    },
  };
}
