import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Desk, firstAdministrator, invite, openDesk, signIn } from './testing/desk.ts';
import { auditedActions, codeNow, enrolByPassword, expectAudited, half, PASSWORD } from './testing/password.ts';
import type { SoftwareAuthenticator } from './testing/software-authenticator.ts';

const MINUTE = 60_000;

let desk: Desk;
let admin: { browser: Browser; device: SoftwareAuthenticator };

beforeAll(async () => {
  desk = await openDesk();
  admin = await firstAdministrator(desk);
});
afterAll(() => desk.close());

describe('password and code', () => {
  it('lead in two steps; each code works once', async () => {
    const { secret } = await enrolByPassword(desk, await invite(admin.browser, 'Karim', ['programme-manager']));
    desk.platform.clock.advance(MINUTE);
    const browser = desk.browser();
    expect((await half(browser, 'Karim@Hotline.example ')).headers.location).toMatch('/desk/sign-in/code');
    expect((await browser.get('/desk')).headers.location).toBe('/desk/sign-in/code');
    await browser.get('/desk/sign-in/code');
    const before = browser.cookies.get('ss');
    expect((await browser.post('/desk/sign-in/code', { code: '000000' })).statusCode).toBe(401);
    expect(
      (await browser.post('/desk/sign-in/code', { code: codeNow(desk, secret), next: '/desk' })).headers.location,
    ).toBe('/desk');
    expect((await browser.get('/desk')).json()).toMatchObject({ assurance: 'full', factors: ['password', 'totp'] });
    expect(browser.cookies.get('ss')).not.toBe(before);

    const replay = desk.browser();
    await half(replay, 'karim@hotline.example');
    await replay.get('/desk/sign-in/code');
    expect((await replay.post('/desk/sign-in/code', { code: codeNow(desk, secret) })).statusCode).toBe(401);
  });

  it('a recovery code stands in for the app, once', async () => {
    const { recovery } = await enrolByPassword(desk, await invite(admin.browser, 'Rim', ['observer']));
    const use = async () => {
      const browser = desk.browser();
      await half(browser, 'rim@hotline.example');
      await browser.get('/desk/sign-in/code');
      return (await browser.post('/desk/sign-in/code', { code: (recovery[3] as string).toUpperCase() })).statusCode;
    };
    expect([await use(), await use()]).toEqual([303, 401]);
  });

  it('gives the same answer to a wrong password, an unknown address and a suspended account', async () => {
    await enrolByPassword(desk, await invite(admin.browser, 'Gone', ['observer']));
    const gone = (await desk.identity.listAccounts()).find((a) => a.name === 'Gone');
    await admin.browser.get('/desk/admin/accounts');
    await admin.browser.post(`/desk/admin/accounts/${gone?.id}/suspend`);
    const tries: [string, string][] = [
      ['gone@hotline.example', PASSWORD],
      ['rim@hotline.example', 'wrong password here'],
      ['nobody@hotline.example', PASSWORD],
      // The first administrator has no password.
      ['tiziri@programme.example', PASSWORD],
    ];
    const seen = new Set<string>();
    for (const [email, password] of tries) {
      const browser = desk.browser();
      await browser.get('/desk/sign-in');
      const answer = await browser.post('/desk/sign-in', { email, password });
      const page = answer.body
        .replaceAll(email, 'EMAIL')
        .replace(/nonce="[^"]*"|value="[\w-]{43}"|data-csrf="[^"]*"/g, '');
      seen.add(`${answer.statusCode} ${page}`);
      expect(browser.cookies.has('ss')).toBe(false);
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toMatch(/^401 /);
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    const fastest = async (email: (i: number) => string) => {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 4; i++) {
        const start = performance.now();
        const attempt = desk.identity.signIn.withPassword({ email: email(i), password: 'wrong password here' });
        await expect(attempt).rejects.toThrow('IDENTITY_SIGN_IN_REFUSED');
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    // Fastest of four: without the hash an unknown address would answer in a tenth of the time.
    const known = await fastest(() => 'karim@hotline.example');
    const unknown = await fastest((i) => `nobody-${i}@hotline.example`);
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  it('slows guessing down by account, and says how long', async () => {
    const browser = desk.browser();
    await browser.get('/desk/sign-in');
    const guess = () => browser.post('/desk/sign-in', { email: 'target@hotline.example', password: 'no such thing' });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await guess()).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await guess()).headers['retry-after']).toBe('5');
    desk.platform.clock.advance(5_000);
    expect((await guess()).statusCode).toBe(401);
  });

  it('what strangers try on an account does not hold up the browser in which it signed in before', async () => {
    const own = desk.browser();
    const { secret } = await enrolByPassword(desk, await invite(admin.browser, 'Hassan', ['observer']), own);
    desk.platform.clock.advance(MINUTE);
    const complete = async (browser: Browser) => {
      const answer = await half(browser, 'hassan@hotline.example');
      if (answer.statusCode !== 303) return answer.statusCode;
      await browser.get('/desk/sign-in/code');
      desk.platform.clock.advance(MINUTE);
      return (await browser.post('/desk/sign-in/code', { code: codeNow(desk, secret), next: '/desk' })).statusCode;
    };
    own.cookies.delete('ss');
    expect(await complete(own)).toBe(303);
    const device = own.cookies.get('sd') as string;
    expect(device).not.toContain('hassan');

    const stranger = desk.browser();
    await stranger.get('/desk/sign-in');
    const guess = (browser: Browser) =>
      browser.post('/desk/sign-in', { email: 'hassan@hotline.example', password: 'no such thing at all' });
    for (let i = 0; i < 9; i++) {
      while ((await guess(stranger)).statusCode === 401);
      desk.platform.clock.advance(30_000);
    }
    while ((await guess(stranger)).statusCode === 401);
    // Neither a made-up cookie nor the one of somebody else is one of this account.
    // Not the last character: two of its bits mean nothing in base64url.
    const madeUp = device.replace(/.(?=.{5}$)/, (c) => (c === 'A' ? 'B' : 'A'));
    for (const value of [madeUp, admin.browser.cookies.get('sd')]) {
      const other = desk.browser();
      await other.get('/desk/sign-in');
      other.cookies.set('sd', value ?? '');
      expect((await guess(other)).statusCode).toBe(429);
    }
    own.cookies.delete('ss');
    expect(await complete(own)).toBe(303);
    // It opens no door, and guessing with it is slowed like any guessing.
    const thief = desk.browser();
    await thief.get('/desk/sign-in');
    thief.cookies.set('sd', own.cookies.get('sd') as string);
    expect((await thief.get('/desk')).statusCode).toBe(303);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await guess(thief)).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('many strangers at once hold up neither people with a known browser nor passkeys, and do not fill the log', async () => {
    const own = desk.browser();
    const { secret } = await enrolByPassword(desk, await invite(admin.browser, 'Meryem', ['observer']), own);
    desk.platform.clock.advance(MINUTE);
    own.cookies.delete('ss');
    await half(own, 'meryem@hotline.example');
    await own.get('/desk/sign-in/code');
    desk.platform.clock.advance(MINUTE);
    await own.post('/desk/sign-in/code', { code: codeNow(desk, secret) });
    own.cookies.delete('ss');
    await own.get('/desk/sign-in');

    const logged = async () => (await auditedActions(desk)).filter((a) => a === 'identity.sign-in.refused').length;
    const before = await logged();
    const left: string[] = [];
    const flood = Array.from({ length: 150 }, async (_, i) => {
      await desk.identity.signIn
        .withPassword({ email: `spray-${i}@hotline.example`, password: 'one password for all' })
        .catch((error: { code: string }) => left.push(error.code));
    });
    // In the middle of it.
    const [mine, passkey] = await Promise.all([
      own.post('/desk/sign-in', { email: 'meryem@hotline.example', password: PASSWORD }),
      signIn(desk.browser(), admin.device),
    ]);
    expect([mine.statusCode, passkey.statusCode]).toEqual([303, 200]);
    expect(left.length).toBeLessThan(150);
    await Promise.all(flood);
    expect(new Set(left)).toEqual(new Set(['IDENTITY_SIGN_IN_REFUSED', 'IDENTITY_TOO_MANY_TRIES']));

    const refused = left.filter((c) => c === 'IDENTITY_SIGN_IN_REFUSED').length;
    expect((await logged()) - before).toBeLessThanOrEqual(60);
    await desk.platform.ticks.run('identity.refusals');
    const { rows } = await sql<{ n: number }>`
      select coalesce(sum(coalesce((detail->>'times')::int, 1)), 0)::int as n from (
        select detail from audit.entry where action = 'identity.sign-in.refused' order by at, id offset ${before}) x`.execute(
      desk.platform.db,
    );
    expect(rows[0]?.n).toBe(refused);
  });

  it('refuses weak passwords with the reason, and keeps none', async () => {
    const link = await invite(admin.browser, 'Weak', ['observer']);
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/password');
    const answer = await browser.post('/desk/account/password', { password: 'password1234' });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('Too common');
    expect((await browser.get('/desk/account/totp')).headers.location).toBe('/desk/account/password');
  });
});

it('writes each of it into the audit, without names or addresses', () =>
  expectAudited(
    desk,
    'password.set',
    'totp.confirmed',
    'recovery-codes.made',
    'recovery-code.used',
    'sign-in.refused',
    'code.refused',
  ));
