import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Desk, firstAdministrator, invite, openDesk, register, signIn } from './testing/desk.ts';
import { codeNow, enrolByPassword, expectAudited, half } from './testing/password.ts';
import type { SoftwareAuthenticator } from './testing/software-authenticator.ts';

const MINUTE = 60_000;

let desk: Desk;
let admin: { browser: Browser; device: SoftwareAuthenticator };

beforeAll(async () => {
  desk = await openDesk();
  admin = await firstAdministrator(desk);
});
afterAll(() => desk.close());

describe('passkeys: ways around that must stay closed', () => {
  it('a half session (right password, no code) can neither ask for nor register one', async () => {
    await enrolByPassword(desk, await invite(admin.browser, 'Halfway', ['observer']));
    const browser = desk.browser();
    await half(browser, 'halfway@hotline.example');
    await browser.get('/desk/sign-in/code');
    const asked = await browser.json('/desk/account/passkeys/options', {});
    expect([asked.statusCode, asked.json().code]).toEqual([403, 'IDENTITY_HALF_SESSION']);
    const stolen = await admin.browser.json('/desk/account/passkeys/options', {});
    const answer = await browser.json('/desk/account/passkeys', { response: desk.device().register(stolen.json()) });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'IDENTITY_HALF_SESSION']);
    for (const [path, fields] of [
      ['/desk/account/password', { password: 'another long password' }],
      ['/desk/account/totp/start', {}],
    ] as const)
      expect((await browser.post(path, fields)).statusCode).toBe(403);
  });

  it('a challenge works once, for the session that asked, within five minutes', async () => {
    await admin.browser.get('/desk/account');
    const ask = async () => (await admin.browser.json('/desk/account/passkeys/options', {})).json();
    const send = async (response: unknown) =>
      (await admin.browser.json('/desk/account/passkeys', { response, device: 'x' })).statusCode;

    const options = await ask();
    const device = desk.device();
    expect(await send(device.register(options))).toBe(200);
    await admin.browser.get('/desk/account');
    expect(await send(desk.device().register(options))).toBe(400);

    // Registering gave the session a new token: a challenge of the session before is nobody's.
    const stale = await ask();
    await register(admin.browser, desk.device());
    await admin.browser.get('/desk/account');
    expect(await send(desk.device().register(stale))).toBe(400);

    const old = await ask();
    desk.platform.clock.advance(5 * MINUTE);
    expect(await send(desk.device().register(old))).toBe(400);
  });

  it('an assertion is refused when replayed, for another origin or site, unverified, or signed by another key', async () => {
    const link = await invite(admin.browser, 'Salma', ['analyst']);
    const device = desk.device();
    const owner = desk.browser();
    await owner.get(link);
    await owner.post(link);
    await owner.get('/desk/account/passkey');
    await register(owner, device);

    const browser = desk.browser();
    await browser.get('/desk/sign-in');
    const ask = async () => (await browser.json('/desk/sign-in/passkey/options', {})).json();
    const send = async (response: unknown) => (await browser.json('/desk/sign-in/passkey', { response })).statusCode;
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

    expect(await send(device.authenticate(await ask(), { origin: 'https://evil.example' }))).toBe(400);
    expect(await send(device.authenticate(await ask(), { rpId: 'evil.example' }))).toBe(400);
    expect(await send(device.authenticate(await ask(), { userVerified: false }))).toBe(400);
    expect(await send(device.authenticate(await ask(), { signWith: other }))).toBe(400);
    expect(await send(device.authenticate(await ask(), { challenge: 'AAAA' }))).toBe(400);
    expect(await send(desk.device().authenticate(await ask()))).toBe(400);
    expect(browser.cookies.has('ss')).toBe(false);

    const right = device.authenticate(await ask());
    expect(await send(right)).toBe(200);
    expect(await send(right)).toBe(400);
    // A clone of the device is at a counter that was seen.
    device.counter = 1;
    expect(await send(device.authenticate(await ask()))).toBe(400);
  });

  it('asking ten thousand times holds nobody up and leaves nothing behind', async () => {
    const { db } = desk.platform;
    const kept = async () =>
      (
        await sql<{ n: number }>`select (select count(*) from identity.challenge)::int
          + (select count(*) from identity.spent_challenge)::int as n`.execute(db)
      ).rows[0]?.n;
    const before = await kept();
    const browser = desk.browser();
    await browser.get('/desk/sign-in');
    for (let i = 0; i < 10_000; i++) await desk.identity.signIn.passkeyOptions();
    const options = (await browser.json('/desk/sign-in/passkey/options', {})).json();
    // An answer with a credential that nobody registered is refused without a trace too.
    const unknown = await browser.json('/desk/sign-in/passkey', { response: desk.device().authenticate(options) });
    expect(unknown.statusCode).toBe(400);
    expect(await kept()).toBe(before);
    expect((await signIn(browser, admin.device)).statusCode).toBe(200);
  });

  it('a question is answered within five minutes and is ours', async () => {
    const browser = desk.browser();
    await browser.get('/desk/sign-in');
    const ask = async () => (await browser.json('/desk/sign-in/passkey/options', {})).json();
    const answer = async (options: Parameters<SoftwareAuthenticator['authenticate']>[0], change = {}) =>
      (await browser.json('/desk/sign-in/passkey', { response: admin.device.authenticate(options, change) }))
        .statusCode;
    const old = await ask();
    desk.platform.clock.advance(5 * MINUTE);
    expect(await answer(old)).toBe(400);
    const fresh = await ask();
    const later = Buffer.from(fresh.challenge, 'base64url');
    later.writeUIntBE(later.readUIntBE(16, 6) + 60_000, 16, 6);
    expect(await answer(fresh, { challenge: later.toString('base64url') })).toBe(400);
    expect(await answer(fresh)).toBe(200);
  });

  it('a challenge to sign in can not be spent on registering, nor the other way round', async () => {
    await admin.browser.get('/desk/account');
    const toSignIn = (await admin.browser.json('/desk/sign-in/passkey/options', {})).json();
    const toRegister = (await admin.browser.json('/desk/account/passkeys/options', {})).json();
    const registered = await admin.browser.json('/desk/account/passkeys', {
      response: desk.device().register(toSignIn),
    });
    const signedIn = await admin.browser.json('/desk/sign-in/passkey', {
      response: admin.device.authenticate(toRegister),
    });
    expect([registered.statusCode, signedIn.statusCode]).toEqual([400, 400]);
  });

  it('a known credential is not registered twice', async () => {
    const link = await invite(admin.browser, 'Copy', ['observer']);
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/passkey');
    expect((await register(browser, admin.device)).statusCode).toBe(400);
  });

  it('whoever reads reports reaches only the page that adds one, until there is one', async () => {
    const { secret } = await enrolByPassword(desk, await invite(admin.browser, 'Phished', ['analyst']));
    desk.platform.clock.advance(MINUTE);
    const browser = desk.browser();
    await half(browser, 'phished@hotline.example');
    await browser.get('/desk/sign-in/code');
    await browser.post('/desk/sign-in/code', { code: codeNow(desk, secret) });
    for (const path of ['/desk', '/desk/queue'])
      expect((await browser.get(path)).headers.location).toBe('/desk/account/passkey');
    await browser.get('/desk/account/passkey');
    expect((await register(browser, desk.device())).statusCode).toBe(200);
    expect((await browser.get('/desk/queue')).body).toBe('the queue');

    // From now on password and code, stolen together, open nothing and add nothing.
    desk.platform.clock.advance(MINUTE);
    const thief = desk.browser();
    await half(thief, 'phished@hotline.example');
    await thief.get('/desk/sign-in/code');
    await thief.post('/desk/sign-in/code', { code: codeNow(desk, secret) });
    await thief.get('/desk/account');
    const answer = await register(thief, desk.device());
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'IDENTITY_PASSKEY_FIRST']);
    expect((await thief.get('/desk/queue')).headers.location).toBe('/desk/account/passkey');
  });
});

it('writes each of it into the audit, without names or addresses', () =>
  expectAudited(desk, 'passkey.added', 'session.opened'));
