import { setTimeout as sleep } from 'node:timers/promises';
import { networkOf, ORGANISATIONS } from './actors.ts';
import { type DeskAnswer, fill, formsOf, linksOf, reportedUrls } from './form.ts';
import type { Mailbox, StoredMail } from './mailbox.ts';
import type { Sites } from './sites.ts';
import { type Visit, Visitor } from './visitor.ts';

/** `acts`: says received, takes down, says removed. `silent`: reads nothing. `disagrees`: says received, then disagrees. */
export type DeskMode = 'acts' | 'silent' | 'disagrees';

export type DeskStep =
  | 'ignored'
  | 'duplicate'
  | 'no-link'
  | 'opened'
  | 'received'
  | 'taken-down'
  | 'not-ours'
  | 'removed'
  | 'disagree'
  | 'retry'
  | 'failed';

export interface DeskLogEntry {
  time: Date;
  messageId: string;
  step: DeskStep;
  /** The link, the form's action or the reported address, as the step has it. */
  url?: string;
  detail?: string;
}

export interface AbuseDesk {
  mode: DeskMode;
  log: DeskLogEntry[];
  /** How often each Message-ID has arrived. */
  arrivals: Map<string, number>;
  /** Resolves when every mail that has arrived is dealt with. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const ADDRESS = ORGANISATIONS.sampleHosting.abuse;
/** The programme's server may be restarting just then: a person would try again too. */
const TRIES = 6;
const RETRY_MS = 1_000;
const REASONS = {
  kept: 'Checked by the abuse desk of Sample Hosting: this page follows our terms of use.',
  elsewhere: 'At least one of these addresses is not on our network.',
};

/** The signed link of a notice: the first address in the mail whose path goes through `/notice/`. */
export function noticeLink(mail: Pick<StoredMail, 'text' | 'html'>, publicOrigin?: string): string | undefined {
  const inText = mail.text.match(/https?:\/\/[^\s<>"']+/g) ?? [];
  return [...linksOf(mail.html ?? ''), ...inText.map((u) => u.replace(/[.,;:!?)\]]+$/, ''))].find((u) => {
    if (!URL.canParse(u)) return false;
    const url = new URL(u);
    return (
      /^https?:$/.test(url.protocol) &&
      url.pathname.includes('/notice/') &&
      (!publicOrigin || url.origin === publicOrigin)
    );
  });
}

/**
 * The abuse desk of Sample Hosting: a person's work done by a machine, with nothing a person would not have — a mailbox,
 * a browser, and the right to take pages of its own customers down.
 */
export function startAbuseDesk(options: {
  mailbox: Mailbox;
  sites: Sites;
  delayMs: number;
  now(): Date;
  publicOrigin?: string;
  mode?: DeskMode;
  retryMs?: number;
}): AbuseDesk {
  const { mailbox, sites, now } = options;
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();
  const desk: AbuseDesk = {
    mode: options.mode ?? 'acts',
    log: [],
    arrivals: new Map(),
    async idle() {
      while (working.size > 0) await Promise.all(working);
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      await desk.idle();
    },
  };

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal });

  /** A page on a machine of Sample Hosting's network. */
  const isOurs = (url: string) => {
    const site = sites.siteOf(url);
    return site !== undefined && networkOf(site.address)?.operator === 'sampleHosting' && sites.has(url);
  };

  async function deal(mail: StoredMail): Promise<void> {
    const note = (step: DeskStep, url?: string, detail?: string) =>
      void desk.log.push({ time: now(), messageId: mail.messageId, step, url, detail });

    /** Asks until there is an answer other than 429 or 5xx. Another 4xx is final: asking again can't mend it. */
    async function ask(url: string, visit: () => Promise<Visit>): Promise<Visit> {
      for (let attempt = 1; ; attempt++) {
        const reply = await visit().catch((error: unknown) =>
          error instanceof Error ? error : new Error(String(error)),
        );
        if (!(reply instanceof Error) && reply.status < 400) return reply;
        const problem = reply instanceof Error ? reply.message : `HTTP ${reply.status}`;
        const final = !(reply instanceof Error) && reply.status < 500 && reply.status !== 429;
        if (final || attempt === TRIES) throw new Error(`${problem} at try ${attempt}`);
        note('retry', url, problem);
        await pause((options.retryMs ?? RETRY_MS) * attempt);
      }
    }

    const visitor = new Visitor();
    /** Opens the page afresh, since it may offer other answers by now, and gives one. False when it is not offered. */
    async function say(answer: DeskAnswer, link: string, reason = ''): Promise<boolean> {
      const page = await ask(link, () => visitor.get(link));
      const filled = fill(formsOf(page.body, page.url), answer, reason);
      if (!filled) return false;
      const { action } = filled.form;
      await ask(action, () => visitor.post(action, filled.body, page.url));
      note(answer, action);
      return true;
    }

    async function conclude(answer: 'removed' | 'disagree', link: string, reason?: string): Promise<void> {
      if (!(await say(answer, link, reason))) throw new Error(`the page does not offer the answer "${answer}"`);
    }

    await pause(options.delayMs);
    if (desk.mode === 'silent') return note('ignored');
    const link = noticeLink(mail, options.publicOrigin);
    if (link === undefined) return note('no-link');
    try {
      const page = await ask(link, () => visitor.get(link));
      note('opened', link);
      const urls = reportedUrls(page.body);
      if (urls.length === 0) throw new Error('the page names no reported address');
      // A reminder's page may no longer ask for this.
      await say('received', link);
      if (desk.mode === 'disagrees') return await conclude('disagree', link, REASONS.kept);
      let elsewhere = 0;
      for (const url of urls) {
        if (isOurs(url)) {
          sites.set(url, { kind: 'removed', status: 410 });
          note('taken-down', url);
        } else {
          elsewhere++;
          note('not-ours', url);
        }
      }
      if (elsewhere > 0) await conclude('disagree', link, REASONS.elsewhere);
      else await conclude('removed', link);
    } catch (error) {
      if (stopping.signal.aborted) return;
      note('failed', link, error instanceof Error ? error.message : String(error));
    }
  }

  const unsubscribe = mailbox.onMail((mail) => {
    if (!mail.to.includes(ADDRESS)) return;
    const count = (desk.arrivals.get(mail.messageId) ?? 0) + 1;
    desk.arrivals.set(mail.messageId, count);
    if (mail.messageId !== '' && count > 1) {
      desk.log.push({ time: now(), messageId: mail.messageId, step: 'duplicate', detail: `arrival ${count}` });
      return;
    }
    const work: Promise<void> = deal(mail)
      .catch(() => {
        // Only a stop interrupts the pause before reading; there is nothing left to say then.
      })
      .finally(() => working.delete(work));
    working.add(work);
  });
  return desk;
}
