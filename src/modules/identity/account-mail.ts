import type { z } from 'zod';
import type { Db } from '../../platform/db.ts';
import { createTranslator } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { findAccount } from './accounts.ts';
import { type Change, tellAccount } from './tell-account.job.ts';

/** Enqueues the mail about a change of how somebody signs in, in the transaction of the change: no crash loses it. */
export function tellOf(
  { clock, random, jobs }: Pick<Platform, 'clock' | 'random' | 'jobs'>,
  tx: Db,
  account: string,
  change: Change,
  about?: string,
): Promise<void> {
  const mail = { id: uuidv7(clock, random), account, change, at: clock.now().toISOString() };
  return jobs.enqueue(tx, tellAccount, { ...mail, ...(about ? { about } : {}) });
}

/**
 * Sends these mails. Nothing secret and no link that opens anything is in them, only where we are: whoever reads the
 * mailbox gains nothing, and people don't learn to follow links of such mails.
 * @param zone of the time that they name
 */
export function handleAccountMail(platform: Platform, zone: string): void {
  const { db, mail, i18n, config, jobs } = platform;
  jobs.handle(tellAccount, async (job: z.output<typeof tellAccount.payload>) => {
    const account = await findAccount(db, job.account);
    if (!account) return;
    const tr = createTranslator(i18n, account.lang, zone);
    const about = job.about ? await findAccount(db, job.about) : account;
    await mail.send({
      to: account.email,
      subject: tr.t('identity.mail.subject'),
      text: tr.t('identity.mail.body', {
        name: account.name,
        what: tr.t(`identity.mail.${job.change}`, { about: about?.name ?? '' }),
        at: tr.date(new Date(job.at)),
        origin: config.publicOrigin,
      }),
      messageId: `<${job.id}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': account.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });
}
