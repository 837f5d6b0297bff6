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
  if (base32(secret) !== letters) throw new Error('no secret on the page');
  return secret;
}

/** From an invitation to an account with password and code; the browser ends on the recovery codes. */
export async function enrolByPassword(desk: Desk, link: string, browser: Browser) {
  await browser.get(link);
  await browser.post(link);
  await browser.get('/desk/account/password');
  await browser.post('/desk/account/password', { password: PASSWORD });
  await browser.post('/desk/account/totp/start');
  const secret = secretOn((await browser.get('/desk/account/totp')).body);
  const now = desk.platform.clock.now();
  const done = await browser.post('/desk/account/totp', { code: hotp(secret, stepAt(now)) });
  const recovery = [...done.body.matchAll(/>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</g)].map((m) => m[1] as string);
  if (done.statusCode !== 200 || recovery.length !== 10) throw new Error(`not enrolled: ${done.statusCode}`);
  return { secret, recovery };
}
