import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../../world/mailbox.ts';
import { rescueAdministrator } from './index.ts';
import {
  type Browser,
  type Desk,
  firstAdministrator,
  invite,
  openDesk,
  pathOf,
  register,
  signIn,
} from './testing/desk.ts';
import type { SoftwareAuthenticator } from './testing/software-authenticator.ts';

let mailbox: Mailbox;
let desk: Desk;
let admin: { browser: Browser; device: SoftwareAuthenticator };
beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, now: () => new Date() });
  desk = await openDesk({
    env: { SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`, MAIL_FROM: 'e-Salama <desk@e-salama.example>' },
  });
  admin = await firstAdministrator(desk);
  for (const [name, role] of [
    ['Second', 'administrator'],
    ['Watcher', 'observer'],
  ] as const) {
    const link = await invite(admin.browser, name, [role]);
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/passkey');
    await register(browser, desk.device());
  }
  await sql`update identity.account set email = split_part(email, '@', 1) || '@e-salama.example'`.execute(
    desk.platform.db,
  );
  await desk.platform.jobs.start(desk.platform.pool, 2);
});
afterAll(async () => {
  await desk.platform.jobs.stop();
  await desk.close();
  await mailbox.stop();
});

const EMAIL = 'tiziri@e-salama.example';
const rescue = (email: string) => rescueAdministrator(desk.platform, email);
const arrived = (to: string, words: string) =>
  mailbox.waitFor((m) => m.to.includes(to) && (m.text ?? '').includes(words));

it('is for administrators that are not suspended only', async () => {
  for (const email of ['watcher@e-salama.example', 'nobody@e-salama.example'])
    await expect(rescue(email)).rejects.toThrow('IDENTITY_NO_RESCUE');
});

it('gives a link by which old ways to sign in end when it is used, not before, and tells everybody concerned', async () => {
  const before = pathOf((await rescue(EMAIL)).url);
  const { url, told } = await rescue(` ${EMAIL.toUpperCase()}`);
  expect(told).toBe(2);
  const link = pathOf(url);
  await arrived('second@e-salama.example', 'au compte de Tiziri');
  const own = await arrived(EMAIL, 'An operator printed a link on the server');
  expect(own.text).not.toContain(link);

  // A second run revokes the first; a look changes nothing; old keys still work.
  const browser = desk.browser();
  expect((await browser.get(before)).statusCode).toBe(404);
  const page = await browser.get(link);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('every old way to sign in to this account ends');
  const old = desk.browser();
  expect((await signIn(old, admin.device)).statusCode).toBe(200);

  expect((await browser.post(link)).headers.location).toBe('/desk/account/passkey');
  expect((await old.get('/desk')).statusCode).toBe(303);
  expect((await signIn(desk.browser(), admin.device)).statusCode).toBe(400);
  expect((await desk.browser().get(link)).statusCode).toBe(404);
  const device = desk.device();
  await browser.get('/desk/account/passkey');
  expect((await register(browser, device)).statusCode).toBe(200);
  expect((await signIn(desk.browser(), device)).statusCode).toBe(200);
  await arrived(EMAIL, 'Every way to sign in to your account was removed');

  const { rows } = await sql<{ action: string; actor: string }>`select action, actor from audit.entry
    where action in ('identity.account.rescue-link-made', 'identity.account.sign-in-reset') order by at, id`.execute(
    desk.platform.db,
  );
  expect(rows.map((r) => r.action)).toEqual([
    'identity.account.rescue-link-made',
    'identity.account.rescue-link-made',
    'identity.account.sign-in-reset',
  ]);
  expect(rows[0]?.actor).toBe('system');
});

it('expires, and opens nothing for an account that was suspended meanwhile', async () => {
  const late = pathOf((await rescue(EMAIL)).url);
  desk.platform.clock.advance(3_600_000);
  expect((await desk.browser().get(late)).statusCode).toBe(404);
  const link = pathOf((await rescue(EMAIL)).url);
  await sql`update identity.account set state = 'suspended' where email = ${EMAIL}`.execute(desk.platform.db);
  const browser = desk.browser();
  await browser.get(link);
  expect((await browser.post(link)).statusCode).toBe(404);
  await expect(rescue(EMAIL)).rejects.toThrow('IDENTITY_NO_RESCUE');
});
