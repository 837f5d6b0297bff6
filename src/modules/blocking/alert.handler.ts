import type { Db } from '../../platform/db.ts';
import { createTranslator } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Identity } from '../identity/index.ts';
import { blockingAlert } from './alert.job.ts';

/** Enqueues a mail to everybody who may act, in the transaction that marks the rows as told. */
export function createAlerts(platform: Platform, { identity, zone }: { identity: Identity; zone: string }) {
  const { clock, random, jobs, mail, i18n, config } = platform;

  jobs.handle(blockingAlert, async (job) => {
    const person = await identity.findAccount(job.account);
    if (person?.state !== 'active') return;
    const tr = createTranslator(i18n, person.lang, zone);
    // No names of sites: a mailbox is no place for the list.
    await mail.send({
      to: person.email,
      subject: tr.t(`blocking.alert.${job.about}.subject`, { n: job.n }),
      text: tr.t('blocking.alert.body', {
        name: person.name,
        what: tr.t(`blocking.alert.${job.about}.what`, { n: job.n }),
        link: `${config.publicOrigin}/desk/blocking`,
      }),
      messageId: `<${job.id}.${job.account}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': person.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });

  return async (tx: Db, about: 'review' | 'appeal', n: number): Promise<void> => {
    if (n === 0) return;
    const id = uuidv7(clock, random);
    const people = await identity.accountsThatMay(about === 'review' ? 'block.review' : 'block.appeal.decide');
    for (const person of people) await jobs.enqueue(tx, blockingAlert, { id, account: person.id, about, n });
  };
}
export type Alerts = ReturnType<typeof createAlerts>;
