import type { Db } from '../../../platform/db.ts';
import { createTranslator, type Lang } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { clockAlert } from './alert.job.ts';
import type { Clocks } from './clocks.ts';

/** Whoever is told when something is overdue. */
export interface Supervisor {
  id: string;
  name: string;
  email: string;
  lang: Lang;
}

/** Lines of a mail; the rest is on the page it points to. */
const LINES = 10;

/** Enqueues one mail for each supervisor, in the transaction that marks the breaches. */
export function alertSupervisors({ jobs }: Pick<Platform, 'jobs'>, supervisors: () => Promise<readonly Supervisor[]>) {
  return async (tx: Db, alert: { id: string; at: Date; breaches: number }): Promise<void> => {
    for (const person of await supervisors())
      await jobs.enqueue(tx, clockAlert, {
        alert: alert.id,
        account: person.id,
        breaches: alert.breaches,
        at: alert.at.toISOString(),
      });
  };
}

/**
 * Sends these mails. They name steps and places on the desk, never what was reported: a mailbox is no place for that.
 * @param zone of the times that they name
 */
export function handleClockAlert(
  platform: Platform,
  deps: { clocks: Clocks; supervisors(): Promise<readonly Supervisor[]>; zone: string },
): void {
  const { jobs, mail, i18n, config } = platform;
  jobs.handle(clockAlert, async (job) => {
    const person = (await deps.supervisors()).find((p) => p.id === job.account);
    if (!person) return;
    const tr = createTranslator(i18n, person.lang, deps.zone);
    const rows = await deps.clocks.ofAlert(job.alert, LINES);
    const lines = rows.map((r) =>
      tr.t('casework.clocks.mail.line', {
        step: tr.t(`casework.clocks.step.${r.step}`),
        at: r.due_at ? tr.date(r.due_at, 'day') : '',
        link: `${config.publicOrigin}/desk/items/${r.item}`,
      }),
    );
    await mail.send({
      to: person.email,
      subject: tr.t('casework.clocks.mail.subject', { n: job.breaches }),
      text: tr.t('casework.clocks.mail.body', {
        name: person.name,
        n: job.breaches,
        lines: lines.join('\n'),
        link: `${config.publicOrigin}/desk/clocks`,
      }),
      messageId: `<${job.alert}.${job.account}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': person.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });
}
