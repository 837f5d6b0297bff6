import { createAudit } from '../../audit/index.ts';
import type { RenderingPort } from '../desk/context.ts';
import { createDesk, report } from './desk-fixture.ts';

export const STORY = 'A boy in his class posts unkind drawings of my son Adam.';
/** A PNG of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** A judgement as the form sends it. */
export const JUDGED = {
  outcome: 'illegal',
  category: 'image-abuse',
  severity: 'serious',
  ageBand: '12-14',
  sex: 'boy',
  articles: ['penal-447-1'],
  note: 'Two pages.',
  basedOn: '',
};

/** A desk with three people at it, and items to be judged; pictures of pages are made of one pixel. */
export async function openDeskRoom() {
  const asked: { url: string; signal: AbortSignal }[] = [];
  const rendering: RenderingPort = {
    async render(url, signal) {
      asked.push({ url, signal });
      if (url.includes('silent')) return { unavailable: 'unreachable' };
      return { png: PNG, title: 'Drawings', finalHost: new URL(url).hostname };
    },
  };
  const desk = await createDesk({ rendering });
  let n = 0;
  return {
    desk,
    /** What was asked of the renderer. */
    asked,
    analyst: await desk.as('analyst'),
    onCall: await desk.as('on-call'),
    helpline: await desk.as('helpline'),
    /** A report and the one item that it makes. */
    async item(given: Parameters<typeof report>[1] = {}, host = `drawn-${++n}.example`) {
      const { id: reportId } = await desk.reporting.submit(
        report(desk.reporting, { links: [`https://${host}/p`], narrative: STORY, category: 'image-abuse', ...given }),
      );
      desk.platform.clock.advance(1000);
      while (await desk.casework.linker.drain());
      const [found] = await desk.casework.itemsOfReport(reportId);
      if (!found) throw new Error('not linked');
      return { id: found.id, report: reportId, host, page: `/desk/items/${found.id}` };
    },
    stepsOf: async (reportId: string) => (await desk.reporting.mailbox.view(reportId)).progress.map((p) => p.step),
    audited: async (subject: string, action: string) =>
      (await createAudit(desk.platform).search({ subject, action })).entries,
  };
}
export type DeskRoom = Awaited<ReturnType<typeof openDeskRoom>>;
