import type { Db } from '../../../platform/db.ts';
import { createTranslator, isLang, type Lang } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AssessmentRow, Casework, ItemRow, Outcome } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Reporting, Visibility } from '../../reporting/index.ts';
import type { NoticePurpose, NoticeRow } from '../schema.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import { fewCanSee, holdsFor, STANDING_OUT } from './notice.ts';
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

  /** Reporters who say that few can see the content, and whom nobody has asked yet. */
  async function unasked(tx: Db, item: string): Promise<{ id: string; language: string }[]> {
    const few = await reporting.details.seenByFew(tx, await casework.reportsOf(item, tx));
    const asked = new Set(await store.askedReporters(tx, item));
    return few.filter((r) => !asked.has(r.id));
  }

  /** A notice could give away the few who see the content: they are asked first, each in their language, once. */
  async function askReporters(
    tx: Db,
    item: string,
    reporters: readonly { id: string; language: string }[],
    account: string,
  ): Promise<void> {
    for (const { id, language } of reporters) {
      const lang: Lang = isLang(language) ? language : 'ar';
      const { t } = createTranslator(i18n, lang, zone);
      await reporting.mailbox.write(tx, id, t('takedown.reporter.ask'), account, 'notice');
    }
    const ids = reporters.map((r) => r.id);
    await store.markAsked(tx, item, ids);
    await reporting.mailbox.addProgress(tx, ids, 'asked-reporter');
  }

  async function prepare(
    tx: Db,
    item: ItemRow,
    assessment: AssessmentRow,
    round: number,
    createdBy: string,
    purpose: NoticePurpose = 'removal',
  ): Promise<NoticeRow> {
    const toAsk = fewCanSee(item.visibility) ? await unasked(tx, item.id) : [];
    const earlier = await store.ofItem(tx, item.id);
    const settled = (
      await store.holds(
        tx,
        earlier.map((n) => n.id),
      )
    ).filter((h) => h.kind === 'reporter');
    // Who has said yes is not asked again; who has said no is not asked again either, but the notice waits. A yes is
    // the word of those who were asked then: somebody new who sees it with few others is asked for themselves.
    const agreed = toAsk.length === 0 && settled.some((h) => h.decision === 'release');
    const holds = holdsFor(country.category(assessment.category), item.visibility).filter(
      (kind) => kind === 'police' || !agreed,
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
      purpose,
    });
    await askReporters(tx, item.id, toAsk, assessment.account);
    if (holds.length === 0) await beginTracing(tx, notice.id);
    return notice;
  }

  /** New reporters of an item whose notice has not gone out: if few can see it, it waits for their word as well. */
  async function onReportsJoined(
    tx: Db,
    { joined }: { joined: readonly { item: string; report: string; visibility: Visibility }[] },
  ): Promise<void> {
    const rare = Map.groupBy(
      joined.filter((j) => fewCanSee(j.visibility)),
      (j) => j.item,
    );
    await store.lockedOfItems(tx, [...rare.keys()]);
    for (const item of [...rare.keys()].sort()) {
      const notices = await store.unsentOf(tx, item);
      if (notices.length === 0) continue;
      const toAsk = await unasked(tx, item);
      await askReporters(tx, item, toAsk, (notices[0] as NoticeRow).assessed_by);
      for (const { id } of notices) {
        await store.reopenHold(tx, id, 'reporter');
        await store.move(tx, id, 'held-again', 'system', { next_try_at: null });
      }
    }
  }

  /** Accounts have no address to look at; their rounds are counted by their notices. */
  async function roundOfAccount(tx: Db, item: string): Promise<number> {
    const [latest] = await store.ofItem(tx, item);
    if (!latest) return 1;
    return latest.state === 'closed' ? latest.round + 1 : latest.round;
  }

  /**
   * Asks for what follows from a judgement: removal, or a look at the site's own terms. A notice of the other kind no
   * longer says what we think: one for removal is taken back; a hint that is out still stands beside the demand.
   */
  async function ask(tx: Db, item: ItemRow, assessment: AssessmentRow, purpose: NoticePurpose): Promise<void> {
    // A report without address or account names no place where anything could be removed.
    if (item.kind === 'report') return;
    const actor = `account:${assessment.account}`;
    if (purpose === 'terms') await store.moveAll(tx, item.id, 'not-illegal', actor, 'removal');
    // Before the watch: whoever walks the ladder holds the notices and waits for the watch.
    await store.lockedAll(tx, item.id);
    const earlier = await store.ofItem(tx, item.id);
    const round = item.url ? await watches.open(tx, item.id, item.url) : await roundOfAccount(tx, item.id);
    let waiting = false;
    for (const notice of await store.unsentOf(tx, item.id)) {
      const same =
        notice.purpose === purpose &&
        notice.category === assessment.category &&
        [...notice.legal_articles].sort().join() === [...assessment.legal_articles].sort().join();
      if (same) waiting = true;
      else await store.move(tx, notice.id, 'replaced', actor, { next_try_at: null });
    }
    const standing = earlier.some((n) => n.purpose === purpose && STANDING_OUT.includes(n.state) && n.round === round);
    if (!waiting && !standing) await prepare(tx, item, assessment, round, actor, purpose);
  }

  return {
    beginTracing,
    prepare,
    unasked,
    askReporters,
    onReportsJoined,

    async onAssessed(tx: Db, event: { item: string; outcome: Outcome; account: string }): Promise<void> {
      const item = await casework.item(event.item, tx);
      const assessment = await casework.latestAssessment(event.item, tx);
      if (event.outcome === 'illegal' && assessment) return ask(tx, item, assessment, 'removal');
      if (event.outcome === 'harmful' && assessment?.routes.includes('terms-notice'))
        return ask(tx, item, assessment, 'terms');
      await store.lockedAll(tx, event.item);
      await store.moveAll(tx, event.item, 'not-illegal', `account:${event.account}`);
      await watches.stop(tx, event.item);
    },
  };
}
export type Preparation = ReturnType<typeof createPreparation>;
