import { transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import { LIVE } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Preparation } from '../notice/preparation.ts';
import type { Tracer } from '../notice/trace-item.handler.ts';
import type { WatchStore } from './watch-store.ts';

export interface MovedNeeds {
  casework: Casework;
  store: NoticeStore;
  watches: WatchStore;
  preparation: Preparation;
  tracer: Tracer;
}

/**
 * Content that went to another network: a new trace is kept, and if nobody who was told can be the one who carries it now,
 * a notice to them is prepared like any other. Earlier notices stay.
 */
export function createMovedHandler(platform: Platform, needs: MovedNeeds) {
  const { db } = platform;
  const { casework, store, watches, preparation, tracer } = needs;

  return async ({ item: id }: { item: string }): Promise<void> => {
    const seen = await watches.find(db, id);
    if (seen?.state !== 'open') return;
    const [newest] = (await store.ofItem(db, id)).filter((n) => n.round === seen.round && n.url);
    if (!newest) return;
    const looked = await tracer.look(newest);
    await transaction(db, async (tx) => {
      const item = await casework.locked(tx, id);
      const assessment = await casework.latestAssessment(id, tx);
      const notices = (await store.ofItem(tx, id)).filter(
        (n) => n.round === seen.round && n.purpose === 'removal' && LIVE.includes(n.state),
      );
      await tracer.keep(tx, newest, looked);
      const best = looked.traced.contacts[0];
      const told = new Set(notices.map((n) => n.contact));
      // One that is not out yet will be traced where the content is now.
      const open = notices.some((n) => n.contact === null);
      await casework.note(tx, id, 'system', 'moved', {
        contact: best?.contact ?? null,
        told: told.has(best?.contact ?? ''),
      });
      // What is lawful, or waits for a new judgement, is asked of nobody, wherever it went.
      const illegal = ['illegal', 'asked'].includes(item.state) && assessment?.outcome === 'illegal';
      if (!illegal || !best || open || told.has(best.contact)) return;
      await preparation.prepare(tx, item, assessment, seen.round, 'system');
    });
  };
}
