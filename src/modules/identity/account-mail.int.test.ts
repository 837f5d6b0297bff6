import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../../world/mailbox.ts';
import { type Browser, type Desk, firstAdministrator, invite, openDesk, register } from './testing/desk.ts';
import { enrolByPassword, PASSWORD } from './testing/password.ts';

let mailbox: Mailbox;
let desk: Desk;
let admin: Browser;
beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, now: () => new Date() });
  desk = await openDesk({
    env: { SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`, MAIL_FROM: 'e-Salama <desk@e-salama.example>' },
  });
  admin = (await firstAdministrator(desk)).browser;
  await atHome();
  await desk.platform.jobs.start(desk.platform.pool, 2);
});
afterAll(async () => {
  await desk.platform.jobs.stop();
  await desk.close();
  await mailbox.stop();
});

/** Everybody's address in the one domain that the mail server takes mail for. */
async function atHome(): Promise<void> {
  await sql`update identity.account set email = split_part(email, '@', 1) || '@e-salama.example'`.execute(
    desk.platform.db,
  );
}
const to = (name: string) => mailbox.messages.filter((m) => m.to.includes(`${name}@e-salama.example`));
const arrived = (name: string, words: string) =>
  mailbox.waitFor((m) => m.to.includes(`${name}@e-salama.example`) && (m.text ?? '').includes(words));

it('tells people of every change to how they sign in, in their language, without secret or link', async () => {
  const link = await invite(admin, 'Rim', ['observer']);
  await atHome();
  const browser = desk.browser();
  const { recovery } = await enrolByPassword(desk, link, browser);
  await arrived('rim', 'Le mot de passe de votre compte a été créé ou changé.');
  await arrived('rim', 'Une application de codes a été reliée à votre compte');

  await browser.get('/desk/account');
  expect((await browser.post('/desk/account/recovery-codes')).statusCode).toBe(200);
  await arrived('rim', 'Les codes de secours de votre compte ont été renouvelés');

  await browser.get('/desk/account/passkey');
  expect((await register(browser, desk.device())).statusCode).toBe(200);
  const added = await arrived('rim', 'Une clé d’accès a été ajoutée à votre compte.');
  expect(added.subject).toBe('e-Salama : une façon de se connecter à votre compte a changé');

  const page = await browser.get('/desk/account');
  const remove = /\/desk\/account\/passkeys\/[^/"]+\/remove/.exec(page.body)?.[0] as string;
  expect((await browser.post(remove)).statusCode).toBe(303);
  await arrived('rim', 'Une clé d’accès a été retirée de votre compte.');

  // Each address in the mails is the plain origin.
  for (const { text = '', html } of to('rim')) {
    expect(html ?? '').toBe('');
    expect(text?.match(/https?:\/\/[^\s]+/g)?.map((url) => url.replace(/[.,]$/, ''))).toEqual([
      desk.platform.config.publicOrigin,
    ]);
    for (const code of recovery) expect(text).not.toContain(code);
    expect(text).not.toContain(PASSWORD);
  }
  expect(to('rim')).toHaveLength(5);
});

it('tells of a recovery code that was used, and of a sign-in that an administrator reset', async () => {
  const link = await invite(admin, 'Lost', ['observer']);
  await atHome();
  const { recovery } = await enrolByPassword(desk, link, desk.browser());
  const browser = desk.browser();
  await browser.get('/desk/sign-in');
  await browser.post('/desk/sign-in', { email: 'lost@e-salama.example', password: PASSWORD });
  await browser.get('/desk/sign-in/code');
  expect((await browser.post('/desk/sign-in/code', { code: recovery[0] as string })).statusCode).toBe(303);
  await arrived('lost', 'Un code de secours a servi à se connecter');
  const id = (await desk.identity.listAccounts()).find((a) => a.name === 'Lost')?.id;
  await admin.get(`/desk/admin/accounts/${id}`);
  await admin.post(`/desk/admin/accounts/${id}/reset`);
  await arrived('lost', 'Toutes les façons de se connecter à votre compte ont été retirées');
});

it('outlives a mail server that is away: the mail goes later', async () => {
  const link = await invite(admin, 'Later', ['observer']);
  await atHome();
  mailbox.refuse('temporary');
  const browser = desk.browser();
  await browser.get(link);
  await browser.post(link);
  await browser.get('/desk/account/password');
  await browser.post('/desk/account/password', { password: PASSWORD });
  for (let n = 0; n < 100; n++) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from graphile_worker.jobs
      where task_identifier = 'identity.tell-account' and attempts > 0 and locked_by is null`.execute(desk.platform.db);
    if (rows[0]?.n === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(to('later')).toHaveLength(0);
  mailbox.refuse(null);
  await arrived('later', 'Le mot de passe de votre compte');
  expect(to('later')).toHaveLength(1);
});
