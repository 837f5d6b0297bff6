import { sql } from 'kysely';
import { type Db, isConnectionError, transaction } from '../../../platform/db.ts';
import { AppError } from '../../../platform/errors.ts';
import { createTranslator } from '../../../platform/i18n/index.ts';
import { type Mail, SEND_LIMIT_MS } from '../../../platform/mail.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { noticeSent } from '../events.ts';
import { type NoticeRow, tables } from '../schema.ts';
import type { Facts } from './facts.ts';
import { MAX_ATTEMPTS, MAY_BE_OUT, mailFailure, retryDelay } from './notice.ts';
import { noticeMail } from './notice-mail.tsx';
import type { NoticeStore } from './notice-store.ts';

/** Mails on their way at the same time in one process. */
const PARALLEL = 4;
const PER_TICK = 50;
/**
 * After a crash between the server's "accepted" and our commit, the mail goes again so soon: same Message-ID. Longer than
 * any send, with time for the commit, so that no second process takes a notice that is still under way.
 */
export const LEASE_MS = SEND_LIMIT_MS + 30_000;
/** Fraction of a delay that chance adds at most: mails that failed together do not come back together. */
const JITTER = 0.2;
const MAX_ERROR = 300;

export interface OutboxNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  store: NoticeStore;
  facts: Facts;
}

const wordsOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, MAX_ERROR);

/** Sends what is queued: at least once, and never under a second Message-ID. */
export function createOutbox(platform: Platform, needs: OutboxNeeds) {
  const { db, clock, random, mail, i18n, events } = platform;
  const { casework, reporting, country, store, facts } = needs;
  const zone = country.pack().pack.zone;

  /**
   * What follows when a notice has left the house; nothing, when that is known already. Order of locks: item, notice.
   */
  async function left(
    tx: Db,
    id: string,
    event: 'accepted' | 'sent-by-hand',
    actor: string,
    detail: Record<string, string | number>,
  ): Promise<void> {
    const at = clock.now();
    const before = await store.get(tx, id);
    const news = MAY_BE_OUT.includes(before.state);
    if (news) await casework.apply(tx, before.item, { type: 'notice-sent' }, actor, { notice: id });
    const patch = {
      next_try_at: null,
      lease_until: null,
      last_error: null,
      ...(before.sent_at ? {} : { sent_at: at }),
    };
    const notice = await store.move(tx, id, event, actor, patch, detail);
    // The reporter was told, and the clock runs, since the first one.
    if (!news || notice.state !== 'sent' || notice.reminder_of) return;
    await reporting.mailbox.addProgress(tx, await casework.reportsOf(notice.item, tx), 'asked-site');
    await events.emit(tx, noticeSent, { notice: id, item: notice.item, round: notice.round, at });
  }

  /**
   * One due notice for this process. Not before the first look: it keeps what the content is to be recognised by. Not
   * while the provider's objection to an earlier notice waits for a decision.
   */
  async function claim(now: Date): Promise<NoticeRow | undefined> {
    const until = new Date(now.getTime() + LEASE_MS);
    return tables(db)
      .updateTable('takedown.notice')
      .set({ lease_until: until })
      .where('id', '=', (q) =>
        q
          .selectFrom('takedown.notice as n')
          .select('n.id')
          .where('n.state', '=', 'queued')
          .where('n.next_try_at', '<=', now)
          .where((e) => e.or([e('n.lease_until', 'is', null), e('n.lease_until', '<=', now)]))
          .where(
            sql<boolean>`not exists (select 1 from takedown.watch w where w.item = n.item and w.state = 'open' and w.looks = 0 and not w.needs_leave)`,
          )
          .where(
            sql<boolean>`not exists (select 1 from takedown.notice d where d.item = n.item and d.state = 'disputed')`,
          )
          .orderBy('n.next_try_at')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .executeTakeFirst();
  }

  function mailOf(notice: NoticeRow): Mail {
    const letter = noticeMail(facts.factsOf(notice), createTranslator(i18n, notice.language, zone));
    return {
      ...letter,
      to: notice.contact ?? '',
      messageId: notice.message_id,
      headers: {
        'Content-Language': notice.language,
        'X-Auto-Response-Suppress': 'All',
        ...(notice.reminder_of ? store.thread(notice.reminder_of) : {}),
      },
    };
  }

  async function failed(notice: NoticeRow, error: unknown): Promise<void> {
    const last_error = wordsOf(error);
    const attempts = notice.attempts + 1;
    await transaction(db, async (tx) => {
      const now = await store.locked(tx, notice.id);
      if (now.state !== 'queued') return;
      if (mailFailure(error) === 'never' || attempts >= MAX_ATTEMPTS) {
        const patch = { attempts, last_error, next_try_at: null, lease_until: null };
        await store.move(tx, notice.id, 'refused', 'system', patch, { attempts });
        return;
      }
      const delay = retryDelay(attempts);
      const next_try_at = new Date(clock.now().getTime() + delay + random.int(Math.floor(delay * JITTER) + 1));
      await tables(tx)
        .updateTable('takedown.notice')
        .set({ attempts, last_error, next_try_at, lease_until: null })
        .where('id', '=', notice.id)
        .execute();
    });
  }

  async function accepted(notice: NoticeRow): Promise<void> {
    const attempts = notice.attempts + 1;
    const write = () =>
      transaction(db, (tx) => left(tx, notice.id, 'accepted', 'system', { attempts, source: notice.source ?? '' }));
    // Judged otherwise in this very moment: the second reading sees it, and the notice is taken back.
    await write().catch((error: unknown) => {
      if (error instanceof AppError) return write();
      throw error;
    });
  }

  async function send(notice: NoticeRow): Promise<void> {
    const sent = await mail.send(mailOf(notice)).then(
      () => ({ ok: true }) as const,
      (error: unknown) => ({ ok: false, error }) as const,
    );
    if (sent.ok) await accepted(notice);
    else await failed(notice, sent.error);
  }

  async function worker(first?: NoticeRow): Promise<void> {
    for (let n = 0; n < PER_TICK; n++) {
      const notice = (n === 0 ? first : undefined) ?? (await claim(clock.now()));
      if (!notice) return;
      await send(notice).catch((err: unknown) => {
        // The lease runs out and the mail goes again under its Message-ID.
        if (isConnectionError(err)) throw err;
        platform.log.error({ err, notice: notice.id }, 'notice not recorded, it will be sent again');
      });
    }
  }

  return {
    left,
    /** One round over everything due. */
    async run(): Promise<void> {
      const first = await claim(clock.now());
      if (first) await Promise.all(Array.from({ length: PARALLEL }, (_, i) => worker(i === 0 ? first : undefined)));
    },
  };
}
export type Outbox = ReturnType<typeof createOutbox>;
