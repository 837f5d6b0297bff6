import { sql } from 'kysely';
import { isConnectionError } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import type { ImapSettings } from '../../../platform/imap-config.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Addresses } from '../addresses.ts';
import { MailboxError, openMailbox, type Secrets, type Session } from './client.ts';
import { guessLanguage } from './language.ts';
import type { Ledger } from './ledger.ts';
import { manners } from './manners.ts';
import { UnreadableMail } from './read.ts';
import { type ReadMail, readMail } from './take.ts';

/** New mails of one round; the next begins at once when there are more. */
const BATCH = 100;
/** One process reads the mailbox at a time. */
/** So often a connection may end at the same mail before that mail is put aside. */
const MAX_LOST = 3;
const ROUND_LOCK = 7_202_611_282;
/** Kinds of attachments that are noted. */
const MAX_TYPES = 20;

export interface RoundDeps {
  platform: Platform;
  settings: ImapSettings;
  secrets: Secrets;
  ledger: Ledger;
  addresses: Addresses;
  /** Language where a mail doesn't tell its own. */
  fallback(): Lang;
  /** Addresses that are ours: a mail from them is one of our own that came back. */
  own: ReadonlySet<string>;
}

/** One look at the mailbox: takes what is new, puts away what was taken. */
export function createRound(deps: RoundDeps) {
  const { platform, settings, ledger } = deps;
  const { db, log, config } = platform;
  const ownHost = new URL(config.publicOrigin).hostname;

  /** Makes a mail that was read into what it is. */
  async function decide(mail: ReadMail, place: { uidValidity: number; uid: number }): Promise<void> {
    const { writer, silent } = manners({ ...mail.head, report: mail.automatic }, deps.own);
    if (writer === 'machine') return ledger.putAside(place, 'set-aside', silent ?? 'automatic');
    const { contact } = mail.head;
    await ledger.takeReport(
      place,
      mail.same,
      {
        channel: 'mail',
        language: guessLanguage(mail.narrative, deps.fallback()),
        reporter: 'unknown',
        category: 'other',
        danger: false,
        links: mail.links,
        accounts: [],
        narrative: mail.narrative,
        ...(contact ? { contact: { value: contact, safeToCall: 'unknown', when: '', sharedWith: '' } } : {}),
        visibility: 'unknown',
        ageBand: 'unknown',
        occurred: 'unknown',
      },
      {
        attachments: mail.attachments.length,
        attachment_types: [...new Set(mail.attachments)].sort().slice(0, MAX_TYPES),
        shortened: mail.shortened,
        forwarded: mail.forwarded,
      },
      settings.answer !== 'off' && !silent ? mail.head.from : undefined,
    );
  }

  /** At which mail the connection was lost last, and how often in a row. */
  let lost = { uid: 0, times: 0 };

  /** Takes one mail. True when it is to be put away; what can't be read stays where it is, marked. */
  async function take(session: Session, uid: number): Promise<boolean> {
    const place = { uidValidity: session.uidValidity, uid };
    try {
      const fetched = await session.fetch(uid);
      if (!fetched) return false;
      const { addresses } = deps;
      await decide(await readMail(fetched, (parts) => session.parts(uid, parts), { addresses, ownHost }), place);
      return true;
    } catch (error) {
      // The connection or the database is away: that says nothing about this mail.
      if (!session.usable()) {
        // Unless it is this mail each time: one that no program can carry must not keep the others from being read.
        lost = lost.uid === uid ? { uid, times: lost.times + 1 } : { uid, times: 1 };
        if (lost.times >= MAX_LOST) await ledger.putAside(place, 'refused', 'broken');
        throw new MailboxError('connect', 'the connection ended in the middle', error);
      }
      if (isConnectionError(error)) throw error;
      if (error instanceof UnreadableMail) await ledger.putAside(place, 'refused', error.reason);
      else {
        log.error({ err: error, uid }, 'a mail could not be taken; the others are');
        if (!(await ledger.failed(place))) return false;
      }
      await session.flag(uid);
      return false;
    }
  }

  /** Answers whether more waits than one round takes. */
  async function work(session: Session): Promise<boolean> {
    const { uidValidity } = session;
    const uids = await session.uids();
    await ledger.settleGone(uidValidity, uids);
    const known = await ledger.known(uidValidity, uids);
    let refused: MailboxError | undefined;
    const putAway = async (uid: number) => {
      try {
        await session.settle(uid);
        await ledger.settled(uidValidity, [uid]);
      } catch (error) {
        if (!(error instanceof MailboxError) || !session.usable()) throw error;
        // A full folder must not keep the next mail from being read.
        refused = error;
      }
    };
    const isNew = (uid: number) => (known.get(uid)?.state ?? 'trying') === 'trying';
    const waiting = uids.filter(isNew);
    for (const uid of waiting.slice(0, BATCH)) if (await take(session, uid)) await putAway(uid);
    // Taken, but still here: the last process was killed, or the folder was full.
    const left = uids.filter((uid) => {
      const row = known.get(uid);
      return (
        row && row.state !== 'trying' && row.state !== 'refused' && !(row.settled && settings.processed === 'leave')
      );
    });
    for (const uid of left.slice(0, BATCH)) await putAway(uid);
    if (refused) throw refused;
    return waiting.length > BATCH;
  }

  async function once(): Promise<boolean> {
    try {
      const session = await openMailbox(settings, deps.secrets);
      try {
        const more = await work(session);
        await ledger.roundDone(session.uidValidity);
        return more;
      } finally {
        await session.close();
      }
    } catch (error) {
      if (!(error instanceof MailboxError)) throw error;
      const failures = await ledger.roundFailed(error);
      const fields = { trouble: error.trouble, reason: error.message, failures };
      log.warn(fields, 'the mailbox of reports could not be read; it is tried again');
      return false;
    }
  }

  /** Makes a round unless one is not due yet or another process makes it. */
  return async function round(now: Date): Promise<void> {
    if (!(await ledger.due(now))) return;
    // The lock lives as long as this connection: a process that is killed gives it back.
    await db.connection().execute(async (connection) => {
      const { rows } = await sql<{ ours: boolean }>`select pg_try_advisory_lock(${ROUND_LOCK}) as ours`.execute(
        connection,
      );
      if (!rows[0]?.ours) return;
      try {
        for (let rounds = 0; rounds < 10 && (await once()); rounds++);
      } finally {
        await sql`select pg_advisory_unlock(${ROUND_LOCK})`.execute(connection);
      }
    });
  };
}
