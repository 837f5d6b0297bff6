import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('sessions', () => {
  it('end when idle for 30 minutes, and after 12 hours in any case', async () => {
    const browser = desk.browser();
    await signIn(browser, admin.device);
    for (let i = 0; i < 25; i++) {
      expect((await browser.get('/desk')).statusCode).toBe(200);
      desk.platform.clock.advance(29 * MINUTE);
    }
    expect((await browser.get('/desk')).statusCode).toBe(303);
    expect(browser.cookies.has('ss')).toBe(false);

    const idle = desk.browser();
    await signIn(idle, admin.device);
    desk.platform.clock.advance(31 * MINUTE);
    expect((await idle.get('/desk')).headers.location).toBe('/desk/sign-in?next=%2Fdesk');
    await signIn(admin.browser, admin.device);
  });

  it('end at once on suspension, sign-out and change of roles', async () => {
    const link = await invite(admin.browser, 'Brief', ['auditor']);
    const device = desk.device();
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/passkey');
    await register(browser, device);
    const id = (await desk.identity.listAccounts()).find((a) => a.name === 'Brief')?.id;

    await admin.browser.get(`/desk/admin/accounts/${id}`);
    await admin.browser.post(`/desk/admin/accounts/${id}/roles`, { roles: ['observer'] });
    expect((await browser.get('/desk')).statusCode).toBe(303);

    await signIn(browser, device);
    expect((await browser.get('/desk')).json().roles).toEqual(['observer']);
    await admin.browser.post(`/desk/admin/accounts/${id}/suspend`);
    expect((await browser.get('/desk')).statusCode).toBe(303);
    expect((await signIn(browser, device)).statusCode).toBe(400);

    await admin.browser.post(`/desk/admin/accounts/${id}/restore`);
    expect((await signIn(browser, device)).statusCode).toBe(200);
    const token = browser.cookies.get('ss') as string;
    await browser.get('/desk/account');
    await browser.post('/desk/sign-out');
    browser.cookies.set('ss', token);
    expect((await browser.get('/desk')).statusCode).toBe(303);
  });

  it('are listed, and the others can be ended', async () => {
    const second = desk.browser();
    await signIn(second, admin.device);
    const page = await second.get('/desk/account');
    expect(page.body).toContain('/desk/account/sessions/end-others');
    await second.post('/desk/account/sessions/end-others');
    expect((await admin.browser.get('/desk')).statusCode).toBe(303);
    expect((await second.get('/desk')).statusCode).toBe(200);
    await signIn(admin.browser, admin.device);
  });

  it('go back only to pages of this site', async () => {
    const browser = desk.browser();
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await browser.get(`/desk/sign-in?next=${encodeURIComponent(next)}`)).body).toContain(
        'name="next" value="/desk/start"',
      );
  });
});

describe('forms', () => {
  it('are refused without the token of the visitor, or from another site', async () => {
    await admin.browser.get('/desk/admin/accounts');
    expect((await admin.browser.post('/desk/sign-out', {}, '')).statusCode).toBe(403);
    expect((await admin.browser.post('/desk/admin/api-keys', { name: 'x' }, 'A'.repeat(43))).statusCode).toBe(403);
    expect((await admin.browser.json('/desk/account/passkeys/options', {}, 'wrong')).json().code).toBe(
      'HTTP_CSRF_FAILED',
    );
    expect((await admin.browser.get('/desk')).statusCode).toBe(200);
  });

  it('of administrators are closed to everybody else, and the own account to oneself', async () => {
    const link = await invite(admin.browser, 'Plain', ['observer']);
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/passkey');
    await register(browser, desk.device());
    await browser.get('/desk/account');
    for (const path of ['/desk/admin/accounts', '/desk/admin/api-keys', '/desk/admin/rota'])
      expect((await browser.get(path)).statusCode).toBe(403);
    expect((await browser.post('/desk/admin/accounts', {})).statusCode).toBe(403);
    const own = (await admin.browser.get('/desk')).json().accountId;
    await admin.browser.get(`/desk/admin/accounts/${own}`);
    expect((await admin.browser.post(`/desk/admin/accounts/${own}/roles`, { roles: ['auditor'] })).statusCode).toBe(
      403,
    );
    expect((await desk.identity.findAccount(own))?.roles).toEqual(['administrator']);
  });

  it('an administrator without a passkey can not hand out access to reports', async () => {
    const { secret } = await enrolByPassword(desk, await invite(admin.browser, 'Paper', ['administrator']));
    desk.platform.clock.advance(MINUTE);
    const browser = desk.browser();
    await half(browser, 'paper@hotline.example');
    await browser.get('/desk/sign-in/code');
    await browser.post('/desk/sign-in/code', { code: codeNow(desk, secret) });
    await expect(invite(browser, 'Mole', ['analyst'])).rejects.toThrow('403');
    expect(await invite(browser, 'Fine', ['observer'])).toMatch('/desk/setup/');
    expect((await desk.identity.listAccounts()).map((a) => a.name)).not.toContain('Mole');
  });

  it('reset removes every old way in and gives a new link', async () => {
    const link = await invite(admin.browser, 'Lost', ['observer']);
    const device = desk.device();
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    await browser.get('/desk/account/passkey');
    await register(browser, device);
    const id = (await desk.identity.listAccounts()).find((a) => a.name === 'Lost')?.id;
    await admin.browser.get(`/desk/admin/accounts/${id}`);
    const answer = await admin.browser.post(`/desk/admin/accounts/${id}/reset`);
    expect((await browser.get('/desk')).statusCode).toBe(303);
    expect((await signIn(browser, device)).statusCode).toBe(400);
    const again = pathOf(/http:\/\/localhost:\d+\/desk\/setup\/[\w-]{43}/.exec(answer.body)?.[0] as string);
    await browser.get(again);
    await browser.post(again);
    await browser.get('/desk/account/passkey');
    expect((await register(browser, desk.device())).statusCode).toBe(200);
    expect((await browser.get('/desk')).statusCode).toBe(200);
  });
});

it('writes each of it into the audit, without names or addresses', () =>
  expectAudited(desk, 'session.ended', 'account.roles-changed', 'account.state-changed', 'account.sign-in-reset'));
