import type { Db } from '../../../platform/db.ts';
import { createTranslator, isLang, type Lang } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AssessmentRow, Casework, ItemRow, Outcome } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import type { NoticeRow } from '../schema.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import { holdsFor, STANDING_OUT } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';
import { traceItem } from './trace-item.job.ts';

export interface PreparationNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  store: NoticeStore;
  watches: WatchStore;
}

/** From a judgement to a notice, in the judgement's transaction. */
export function createPreparation(platform: Platform, needs: PreparationNeeds) {
  const { jobs, i18n } = platform;
  const { casework, reporting, country, store, watches } = needs;
  const zone = country.pack().pack.zone;

  /** Enters `tracing`: the work itself is a job of the same transaction. */
  const beginTracing = (tx: Db, notice: string) =>
    jobs.enqueue(tx, traceItem, { notice }, { key: `takedown.trace:${notice}` });

  /** A notice could give away the few who see the content: they are asked first, each in their language. */
  async function askReporters(tx: Db, item: string, account: string): Promise<void> {
    const views = await reporting.details.details(tx, await casework.reportsOf(item, tx));
    const few = views.filter((v) => v.visibility === 'reporter-only' || v.visibility === 'few');
    for (const view of few) {
      const lang: Lang = isLang(view.language) ? view.language : 'ar';
      const { t } = createTranslator(i18n, lang, zone);
      await reporting.mailbox.write(tx, view.id, t('takedown.reporter.ask'), account);
    }
    await reporting.mailbox.addProgress(
      tx,
      few.map((v) => v.id),
      'asked-reporter',
    );
  }

  async function prepare(
    tx: Db,
    item: ItemRow,
    assessment: AssessmentRow,
    round: number,
    createdBy: string,
  ): Promise<NoticeRow> {
    const earlier = await store.ofItem(tx, item.id);
    const settled = (
      await store.holds(
        tx,
        earlier.map((n) => n.id),
      )
    ).filter((h) => h.kind === 'reporter');
    // Who has said yes is not asked again; who has said no is not asked again either, but the notice waits.
    const holds = holdsFor(country.category(assessment.category), item.visibility).filter(
      (kind) => kind === 'police' || !settled.some((h) => h.decision === 'release'),
    );
    const notice = await store.insert(tx, {
      item: item.id,
      round,
      category: assessment.category,
      legal_articles: assessment.legal_articles,
      url: item.url,
      host: item.host,
      platform: item.platform,
      assessed_at: assessment.at,
      assessed_by: assessment.account,
      createdBy,
      holds,
    });
    if (holds.includes('reporter') && settled.length === 0) await askReporters(tx, item.id, assessment.account);
    if (holds.length === 0) await beginTracing(tx, notice.id);
    return notice;
  }

  /** Accounts have no address to look at; their rounds are counted by their notices. */
  async function roundOfAccount(tx: Db, item: string): Promise<number> {
    const [latest] = await store.ofItem(tx, item);
    if (!latest) return 1;
    return latest.state === 'closed' ? latest.round + 1 : latest.round;
  }

  async function illegal(tx: Db, item: ItemRow, assessment: AssessmentRow): Promise<void> {
    // A report without address or account names no place where anything could be removed.
    if (item.kind === 'report') return;
    const actor = `account:${assessment.account}`;
    const earlier = await store.ofItem(tx, item.id);
    const round = item.url ? await watches.open(tx, item.id, item.url) : await roundOfAccount(tx, item.id);
    let waiting = false;
    for (const notice of await store.unsentOf(tx, item.id)) {
      const same =
        notice.category === assessment.category &&
        [...notice.legal_articles].sort().join() === [...assessment.legal_articles].sort().join();
      if (same) waiting = true;
      else await store.move(tx, notice.id, 'replaced', actor, { next_try_at: null });
    }
    const standing = earlier.some((n) => STANDING_OUT.includes(n.state) && n.round === round);
    if (!waiting && !standing) await prepare(tx, item, assessment, round, actor);
  }

  return {
    beginTracing,
    prepare,

    async onAssessed(tx: Db, event: { item: string; outcome: Outcome; account: string }): Promise<void> {
      const item = await casework.item(event.item, tx);
      const assessment = await casework.latestAssessment(event.item, tx);
      if (event.outcome === 'illegal' && assessment) return illegal(tx, item, assessment);
      await store.moveAll(tx, event.item, 'not-illegal', `account:${event.account}`);
      await watches.stop(tx, event.item);
    },
  };
}
export type Preparation = ReturnType<typeof createPreparation>;
