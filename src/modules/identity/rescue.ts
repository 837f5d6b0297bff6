import { type Db, transaction } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import { tellOf } from './account-mail.ts';
import { accountsWithRole, findAccountByEmail } from './accounts.ts';
import { audit } from './audit-trail.ts';
import { NO_RESCUE } from './errors.ts';
import { createLinks } from './links.ts';
import { tables } from './schema.ts';
import type { Sessions } from './sessions.ts';

/**
 * A one-time link for an administrator who lost every way to sign in, for an operator on the server: there may be no
 * other administrator who could make one. Until it is used nothing changes, and what is lost may still be found. It is
 * audited, and the account and all other administrators get a mail, so that nobody is taken over unseen.
 * Returns the link's address, shown once, and to how many people mails go.
 * @throws IDENTITY_NO_RESCUE for whoever is no administrator, is suspended or unknown
 */
export function rescueAdministrator(
  platform: Pick<Platform, 'clock' | 'random' | 'db' | 'config' | 'jobs'>,
  email: string,
): Promise<{ url: string; told: number }> {
  const links = createLinks(platform);
  return transaction(platform.db, async (tx) => {
    const account = await findAccountByEmail(tx, email);
    if (!account?.roles.includes('administrator') || account.state === 'suspended') throw NO_RESCUE();
    const url = await links.issue(tx, 'rescue', account.id);
    await audit(platform, tx, 'system', 'account.rescue-link-made', `account:${account.id}`, { by: 'operator' });
    const others = (await accountsWithRole(tx, 'administrator')).filter((a) => a.id !== account.id);
    await tellOf(platform, tx, account.id, 'rescueMade');
    for (const other of others) await tellOf(platform, tx, other.id, 'rescueOfOther', account.id);
    return { url, told: others.length + 1 };
  });
}

/** What the use of such a link does first: every old way to sign in goes, and with them every session. */
export async function startAnew(
  platform: Platform,
  tx: Db,
  sessions: Sessions,
  account: string,
  by: Parameters<typeof audit>[2],
): Promise<void> {
  for (const table of ['passkey', 'password', 'totp', 'recovery_code'] as const)
    await tables(tx).deleteFrom(`identity.${table}`).where('account', '=', account).execute();
  await audit(platform, tx, by, 'account.sign-in-reset', `account:${account}`);
  await tellOf(platform, tx, account, 'signInReset');
  await sessions.endAll(tx, account);
}
