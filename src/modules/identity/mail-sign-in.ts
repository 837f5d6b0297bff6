import { type Db, transaction } from '../../platform/db.ts';
import { createTranslator, type Lang } from '../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Account, findAccount, findAccountByEmail, normalEmail } from './accounts.ts';
import type { Factor, StaffActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { knownDevice, rememberDevice } from './credentials/device.ts';
import { isToken, newToken, sameHash, tokenHash } from './credentials/tokens.ts';
import type { Directory } from './directory.ts';
import { FORBIDDEN, LINK_INVALID, LINK_OTHER_BROWSER, MAIL_CODE_REFUSED, TOO_MANY_TRIES } from './errors.ts';
import { mailSignIn } from './mail-sign-in.job.ts';
import { signsInByMail } from './roles.ts';
import { tables } from './schema.ts';
import type { OpenedSession, Sessions } from './sessions.ts';
import { Buckets } from './throttle.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long a link and its code work, in milliseconds. */
export const MAIL_LINK_MS = 30 * MINUTE_MS;
/** Mails to one address in an hour: enough for who loses them, too few to annoy somebody with. */
const MAILS_PER_HOUR = 5;
/** Mails that one process sends in a minute, to everybody together. */
const MAILS_PER_MINUTE = 120;
/** Wrong codes that one link bears. */
const CODE_TRIES = 5;
const CODE_DIGITS = 10;

type Row = { id: string; data_key: Buffer; email: Buffer; lang: Lang; browser_hash: Buffer };

/**
 * Parents sign up and sign in by a link that is mailed to them each time. What the page answers never depends on whether
 * the address has an account; only the mail does. A link works once, for {@link MAIL_LINK_MS}, in the browser that asked
 * for it; whoever reads mail elsewhere types the code of the mail there. Accounts with any other role have no mail links.
 */
export function createMailSignIn(
  platform: Platform,
  parts: { sessions: Sessions; directory: Directory; zone: string },
) {
  const { clock, random, db, keys, config, jobs, mail, i18n } = platform;
  const { sessions, directory } = parts;
  const bucket = new Buckets();

  const nameOf = (email: string) => keys.token('identity.throttle', email);
  const tokenOf = (id: string) => `${id}.${keys.token('identity.mail-link', id)}`;
  const codeOf = (id: string) => {
    const mac = Buffer.from(keys.token('identity.mail-code', id), 'base64url');
    return String(mac.readBigUInt64BE(0) % 10n ** BigInt(CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  };
  const emailOf = (row: Row) =>
    keys.openRecordKey(row.data_key, `identity.mail_link:${row.id}`).openText(row.email, 'email');
  const usable = (handle: Db) =>
    tables(handle)
      .selectFrom('identity.mail_link')
      .select(['id', 'data_key', 'email', 'lang', 'browser_hash'])
      .where('used_at', 'is', null)
      .where('expires_at', '>', clock.now());

  jobs.handle(mailSignIn, async ({ link }) => {
    const row = await usable(db).where('id', '=', link).executeTakeFirst();
    if (!row) return;
    const email = emailOf(row);
    const account = await findAccountByEmail(db, email);
    const tr = createTranslator(i18n, row.lang, parts.zone);
    // Whoever works here, or was suspended, is told so in the own mailbox and nowhere else.
    const opens = account === undefined || mayEnter(account);
    const kind = opens ? (account ? 'signIn' : 'signUp') : 'other';
    await mail.send({
      to: email,
      subject: tr.t('identity.mailLink.subject'),
      text: tr.t(`identity.mailLink.${kind}`, {
        origin: config.publicOrigin,
        url: opens ? `${config.publicOrigin}/${row.lang}/family/enter/${tokenOf(row.id)}` : '',
        code: opens ? codeOf(row.id).replace(/(\d{5})(?=\d)/, '$1 ') : '',
        minutes: MAIL_LINK_MS / MINUTE_MS,
      }),
      messageId: `<${row.id}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': row.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });

  /** Throws IDENTITY_TOO_MANY_TRIES; counts requests, so it says nothing of whether there is an account. */
  async function slow(counted: string): Promise<void> {
    const now = clock.now();
    const wait = bucket.take('all', MAILS_PER_MINUTE, now);
    if (wait > 0) throw TOO_MANY_TRIES({ seconds: Math.ceil(wait / 1000) });
    const recent = await tables(db)
      .selectFrom('identity.mail_link')
      .select('created_at')
      .where('counted', '=', counted)
      .where('created_at', '>', new Date(now.getTime() - HOUR_MS))
      .orderBy('created_at', 'desc')
      .limit(MAILS_PER_HOUR)
      .execute();
    const oldest = recent[MAILS_PER_HOUR - 1];
    if (!oldest) return;
    const freeAt = oldest.created_at.getTime() + HOUR_MS;
    throw TOO_MANY_TRIES({ seconds: Math.max(1, Math.ceil((freeAt - now.getTime()) / 1000)) });
  }

  async function enter(tx: Db, row: Row): Promise<OpenedSession> {
    const email = emailOf(row);
    await tables(tx).updateTable('identity.mail_link').set({ used_at: clock.now() }).where('id', '=', row.id).execute();
    const known = await findAccountByEmail(tx, email);
    if (known && !mayEnter(known)) throw LINK_INVALID();
    const account = known ?? (await directory.insertParent(tx, { email, lang: row.lang }));
    if (account.state === 'invited')
      await tables(tx).updateTable('identity.account').set({ state: 'active' }).where('id', '=', account.id).execute();
    await audit(platform, tx, `account:${account.id}`, 'mail-link.used', `mail-link:${row.id}`);
    const factors: Factor[] = config.demo ? ['mail', 'demo'] : ['mail'];
    return sessions.open(tx, account.id, { assurance: 'full', factors });
  }

  const idOf = (token: string): string | undefined => {
    const [id = '', mac = ''] = token.split('.', 2);
    return isUuid(id) && keys.verifyToken('identity.mail-link', id, mac) ? id : undefined;
  };

  /** The link's row, for the browser that asked. Throws IDENTITY_LINK_INVALID, IDENTITY_LINK_OTHER_BROWSER. */
  async function rowOf(handle: Db, token: string, browser: string | undefined, lock: boolean): Promise<Row> {
    const id = idOf(token);
    const row = id
      ? await usable(handle)
          .where('id', '=', id)
          .$if(lock, (q) => q.forUpdate())
          .executeTakeFirst()
      : undefined;
    if (!row) throw LINK_INVALID();
    if (!browser || !isToken(browser) || !sameHash(tokenHash(browser), row.browser_hash)) throw LINK_OTHER_BROWSER();
    return row;
  }

  return {
    /**
     * Writes one mail, whoever has the address. Returns what the browser keeps (cookie) and must show again.
     * `cookies.device` is that of {@link remember}: a browser known to the address is not held up by strangers.
     * @throws IDENTITY_TOO_MANY_TRIES
     */
    async ask(
      given: { email: string; lang: Lang },
      cookies: { device?: string | undefined; browser?: string | undefined } = {},
    ): Promise<{ browser: string }> {
      const email = normalEmail(given.email).slice(0, 320);
      const name = nameOf(email);
      const known = knownDevice(keys, cookies.device, name, clock.now());
      const counted = known ? `device:${known}` : `stranger:${name}`;
      await slow(counted);
      const id = uuidv7(clock, random);
      // Who asks twice in a row may use either mail.
      const browser = cookies.browser && isToken(cookies.browser) ? cookies.browser : newToken(random);
      const { wrapped, key } = keys.newRecordKey(`identity.mail_link:${id}`);
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('identity.mail_link')
          .values({
            id,
            data_key: wrapped,
            email: key.seal(email, 'email'),
            lang: given.lang,
            counted,
            browser_hash: tokenHash(browser),
            created_at: clock.now(),
            expires_at: new Date(clock.now().getTime() + MAIL_LINK_MS),
            used_at: null,
          })
          .execute();
        await audit(platform, tx, 'system', 'mail-link.made', `mail-link:${id}`);
        await jobs.enqueue(tx, mailSignIn, { link: id }, { maxAttempts: 8 });
      });
      return { browser };
    },

    /** Looks without using it up. Throws IDENTITY_LINK_INVALID, IDENTITY_LINK_OTHER_BROWSER. */
    async peek(token: string, browser: string | undefined): Promise<void> {
      await rowOf(db, token, browser, false);
    },

    /** Throws IDENTITY_LINK_INVALID, IDENTITY_LINK_OTHER_BROWSER. */
    withLink(token: string, browser: string | undefined): Promise<OpenedSession> {
      return transaction(db, async (tx) => enter(tx, await rowOf(tx, token, browser, true)));
    },

    /** The code of a mail that this browser asked for. Throws IDENTITY_MAIL_CODE_REFUSED. */
    async withCode(typed: string, browser: string | undefined): Promise<OpenedSession> {
      if (!browser || !isToken(browser)) throw MAIL_CODE_REFUSED();
      const code = Buffer.from(typed.replace(/\D/g, ''));
      const opened = await transaction(db, async (tx) => {
        const rows = await usable(tx)
          .where('browser_hash', '=', tokenHash(browser))
          .where('code_tries', '<', CODE_TRIES)
          .forUpdate()
          .execute();
        const row = rows.find(({ id }) => sameHash(code, Buffer.from(codeOf(id))));
        if (row) return enter(tx, row);
        // A wrong code is counted in a transaction that stays; thrown in here, it would be rolled back.
        for (const { id } of rows)
          await tables(tx)
            .updateTable('identity.mail_link')
            .set((eb) => ({ code_tries: eb('code_tries', '+', 1) }))
            .where('id', '=', id)
            .execute();
        return undefined;
      });
      if (!opened) throw MAIL_CODE_REFUSED();
      return opened;
    },

    /** For the cookie that makes this browser known to the account. */
    async remember(opened: OpenedSession, device?: string): Promise<string | undefined> {
      const actor = await sessions.actorOf(opened.token);
      const account = actor && (await findAccount(db, actor.accountId));
      return account && rememberDevice(platform, device, nameOf(account.email), clock.now());
    },

    /** The name that the other parent and the child's page see. */
    async rename(actor: StaffActor, name: string): Promise<void> {
      if (!signsInByMail(actor.roles)) throw FORBIDDEN();
      const short = name.trim().slice(0, 60);
      if (short)
        await tables(db)
          .updateTable('identity.account')
          .set({ name: short })
          .where('id', '=', actor.accountId)
          .execute();
    },

    /** The own account and all ways into it are destroyed now. Only parents' accounts: others belong to their organisation. */
    close(actor: StaffActor): Promise<void> {
      return transaction(db, async (tx) => {
        const account = await findAccount(tx, actor.accountId);
        if (!account || !mayEnter(account)) throw FORBIDDEN();
        const own = tables(tx);
        await own.deleteFrom('identity.session').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.passkey').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.password').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.totp').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.recovery_code').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.setup_link').where('account', '=', account.id).execute();
        await own.deleteFrom('identity.account').where('id', '=', account.id).execute();
        await audit(platform, tx, actor, 'account.closed', `account:${account.id}`);
      });
    },

    /** Deletes what asked for a mail long enough ago that it counts no more. */
    async purge(now: Date): Promise<void> {
      await tables(db)
        .deleteFrom('identity.mail_link')
        .where('created_at', '<=', new Date(now.getTime() - 2 * HOUR_MS))
        .execute();
    },
  };
}

const mayEnter = (account: Account): boolean => account.state !== 'suspended' && signsInByMail(account.roles);
