import type { LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { base32, hotp, stepAt } from '../credentials/totp.ts';
import type { Browser, Desk } from './desk.ts';

export const PASSWORD = 'blue kettle on a red roof';

/** The secret that the page shows as text, as an authenticator app keeps it. */
function secretOn(page: string): Buffer {
  const letters = (/class="ltr mono"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '');
  const bits = [...letters]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => Number.parseInt(b, 2)));
  expect(base32(secret)).toBe(letters);
  return secret;
}

/** What the authenticator app shows now. */
export const codeNow = (desk: Desk, secret: Buffer): string => hotp(secret, stepAt(desk.platform.clock.now()));

/** From an invitation to an account with password and code; the browser ends on the recovery codes. */
export async function enrolByPassword(
  desk: Desk,
  link: string,
  browser = desk.browser(),
): Promise<{ secret: Buffer; recovery: string[] }> {
  await browser.get(link);
  await browser.post(link);
  await browser.get('/desk/account/password');
  await browser.post('/desk/account/password', { password: PASSWORD });
  await browser.post('/desk/account/totp/start');
  const secret = secretOn((await browser.get('/desk/account/totp')).body);
  const done = await browser.post('/desk/account/totp', { code: codeNow(desk, secret) });
  expect(done.statusCode).toBe(200);
  const recovery = [...done.body.matchAll(/>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</g)].map((m) => m[1] as string);
  expect(recovery).toHaveLength(10);
  return { secret, recovery };
}

/** Step one of two with a password; the browser then stands at the code. */
export async function half(browser: Browser, email: string): Promise<LightMyRequestResponse> {
  await browser.get('/desk/sign-in');
  return browser.post('/desk/sign-in', { email, password: PASSWORD });
}

/** What the audit says happened, in order. */
export async function auditedActions(desk: Desk): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`select action from audit.entry order by at, id`.execute(
    desk.platform.db,
  );
  return rows.map((r) => r.action);
}

/** That the audit has these actions of identity, and of all it has nothing that names a person or an address. */
export async function expectAudited(desk: Desk, ...actions: string[]): Promise<void> {
  const { rows } = await sql<{ action: string; entry: string }>`
    select e.action, e::text as entry from audit.entry e`.execute(desk.platform.db);
  const all = new Set(rows.map((r) => r.action));
  for (const action of actions) expect(all).toContain(`identity.${action}`);
  const names = (await desk.identity.listAccounts()).map((account) => account.name.toLowerCase());
  expect(names.length).toBeGreaterThan(2);
  const telling = [...names.filter((name) => name.length > 4), 'hotline.example', 'programme.example'];
  expect(rows.filter((r) => telling.some((word) => r.entry.toLowerCase().includes(word)))).toEqual([]);
}
