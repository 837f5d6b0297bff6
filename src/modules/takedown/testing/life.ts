import { setTimeout as sleep } from 'node:timers/promises';
import { cannotBeWithdrawn } from '../events.ts';
import { type LadderRow, tables } from '../schema.ts';
import { openScene, type Scene } from './scene.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const HOST = 'abuse@sample-host.example';
export const REGISTRAR = 'abuse@registrar.example';
/** Above the host's network. */
export const CARRIER = 'abuse@carrier.example';

/** A scene whose looks come every few hours, so that months of an item's life are soon over. */
export async function openLife(seed: number) {
  const scene = await openScene({
    seed,
    rule: {
      minChecks: 3,
      minSpanMs: DAY,
      minVantages: 2,
      intervalMs: 6 * HOUR,
      maxIntervalMs: 12 * HOUR,
      afterClosingMs: [DAY, 7 * DAY, 30 * DAY, 90 * DAY],
      jitter: 0,
    },
  });
  scene.world.desk.mode = 'silent';
  const blocked: { item: string; url: string; round: number }[] = [];
  scene.platform.events.on(cannotBeWithdrawn, async (_tx, e) => void blocked.push(e));

  const ladderOf = async (item: string): Promise<LadderRow> =>
    (await tables(scene.platform.db)
      .selectFrom('takedown.ladder')
      .selectAll()
      .where('item', '=', item)
      .orderBy('round', 'desc')
      .limit(1)
      .executeTakeFirst()) as LadderRow;

  /** What is due now, until nothing changes any more; jobs run in real time and are waited for. */
  async function settle(item: string): Promise<LadderRow> {
    const { ticks } = scene.platform;
    for (let round = 0; round < 10; round++) {
      await ticks.run('takedown.checks');
      await ticks.run('takedown.send');
      // Two processes tick at once: each deed happens once all the same.
      await Promise.all([ticks.run('takedown.ladder'), ticks.run('takedown.ladder')]);
      const row = await ladderOf(item);
      const tracing = (await scene.notices(item)).some((n) => n.state === 'tracing');
      if (row.step === 'retrace' || tracing) {
        for (let i = 0; i < 200; i++) {
          const now = await ladderOf(item);
          const still = (await scene.notices(item)).some((n) => n.state === 'tracing');
          if (!still && (row.step !== 'retrace' || (now.next_at as Date) <= scene.platform.clock.now())) break;
          await sleep(10);
        }
      } else if (!['ask', 'remind', 'contradict', 'new'].includes(row.step) && row.reason !== 'on-its-way') return row;
    }
    return ladderOf(item);
  }

  /** Lets time pass by `step` hours until `until` says so, or for so many days. */
  async function pass(item: string, days: number, step = 6, until?: (row: LadderRow) => boolean): Promise<LadderRow> {
    let row = await settle(item);
    for (let h = 0; h < days * 24 && !until?.(row); h += step) {
      scene.platform.clock.advance(step * HOUR);
      row = await settle(item);
    }
    return row;
  }

  const header = (m: Scene['world']['mail']['messages'][number], name: string) =>
    m.headers.find((h) => h.name.toLowerCase() === name)?.value;

  let photos = 5000;
  async function begun(
    category: 'image-abuse' | 'harassment' = 'image-abuse',
    over: Parameters<Scene['report']>[0] = {},
  ) {
    const url = `http://photos.sample-host.example/p/${++photos}`;
    const { item, report } = await scene.report({ url, category, ...over });
    await scene.assess(item, { category });
    return { url, item, report };
  }
  /** Mails about an item in order: to whom, and whether it belongs to an earlier thread. */
  async function mails(item: string) {
    const notices = await scene.notices(item);
    const byId = new Map(notices.map((n) => [n.message_id, n]));
    return scene.world.mail.messages
      .filter((m) => byId.has(m.messageId))
      .map((m) => {
        const n = byId.get(m.messageId);
        const thread = header(m, 'in-reply-to');
        return `${n?.round} ${n?.kind} ${m.to[0]}${thread ? ` re ${byId.get(thread)?.kind ?? thread}` : ''}`;
      });
  }

  return { scene, blocked, settle, pass, begun, mails };
}
export type Life = Awaited<ReturnType<typeof openLife>>;
