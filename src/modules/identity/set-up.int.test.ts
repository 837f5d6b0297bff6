import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from './index.ts';
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
import { expectAudited } from './testing/password.ts';
import type { SoftwareAuthenticator } from './testing/software-authenticator.ts';

const MINUTE = 60_000;

let desk: Desk;
let admin: { browser: Browser; device: SoftwareAuthenticator };

beforeAll(async () => {
  desk = await openDesk();
  admin = await firstAdministrator(desk);
});
afterAll(() => desk.close());

describe('the first administrator', () => {
  it('signs in by the passkey that the set-up link let in, and no more link is printed', async () => {
    const browser = desk.browser();
    expect((await signIn(browser, admin.device)).json()).toEqual({ next: '/desk/start' });
    const actor = (await browser.get('/desk')).json();
    expect(actor).toMatchObject({
      roles: ['administrator'],
      assurance: 'full',
      factors: ['passkey'],
      territory: null,
    });
    expect(await desk.identity.ensureAdministratorLink()).toBeUndefined();
  });

  it('begins in the first room that is open to them', async () => {
    expect((await admin.browser.get('/desk/start')).headers.location).toBe('/desk/admin/accounts');
    expect((await desk.browser().get('/desk/start')).headers.location).toBe('/desk/sign-in?next=%2Fdesk%2Fstart');
    const room = async (role: Role) => {
      const browser = desk.browser();
      const link = await invite(admin.browser, `Room-${role}`, [role]);
      await browser.get(link);
      await browser.post(link);
      expect((await browser.get('/desk/start')).headers.location).toBe('/desk/account/passkey');
      await browser.get('/desk/account/passkey');
      await register(browser, desk.device());
      return (await browser.get('/desk/start')).headers.location;
    };
    expect([await room('analyst'), await room('auditor'), await room('observer'), await room('parent')]).toEqual([
      '/desk',
      '/desk/audit',
      '/en/figures',
      '/en/family',
    ]);
  });

  it('keeps the cookie from scripts and other sites', async () => {
    const browser = desk.browser();
    const answer = await signIn(browser, admin.device);
    const [session, device, ...more] = [answer.headers['set-cookie']].flat();
    expect(session).toMatch(/^ss=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(device).toMatch(
      /^sd=[\w-]{16}\.\w+\.[\w-]{43}; Max-Age=15552000; Path=\/desk\/sign-in; HttpOnly; SameSite=Strict$/,
    );
    expect(more).toEqual([]);
  });

  it('has the token nowhere in the database', async () => {
    const token = admin.browser.cookies.get('ss') as string;
    const { rows } = await sql<{ found: number }>`
      select count(*)::int as found from identity.session s where s::text like ${`%${token}%`}`.execute(
      desk.platform.db,
    );
    expect(rows[0]?.found).toBe(0);
  });
});

describe('set-up links', () => {
  it('are not used up by looking, work once, and not after their time', async () => {
    const link = await invite(admin.browser, 'Once', ['observer']);
    const first = desk.browser();
    expect((await first.get(link)).statusCode).toBe(200);
    expect((await first.get(link)).statusCode).toBe(200);
    expect((await first.post(link)).headers.location).toBe('/desk/account/passkey');
    const second = desk.browser();
    expect((await second.get(link)).statusCode).toBe(404);
    await second.get('/desk/sign-in');
    expect((await second.post(link)).statusCode).toBe(404);
    expect(second.cookies.has('ss')).toBe(false);
  });

  it('expire', async () => {
    const late = await openDesk();
    const url = pathOf((await late.identity.ensureAdministratorLink()) as string);
    late.platform.clock.advance(24 * 60 * MINUTE);
    expect((await late.browser().get(url)).statusCode).toBe(404);
    await late.close();
  });

  it('are revoked by the next start', async () => {
    const again = await openDesk();
    const before = pathOf((await again.identity.ensureAdministratorLink()) as string);
    const after = pathOf((await again.identity.ensureAdministratorLink()) as string);
    expect((await again.browser().get(before)).statusCode).toBe(404);
    expect((await again.browser().get(after)).statusCode).toBe(200);
    await again.close();
  });

  it('open a session that can enrol and nothing else', async () => {
    const link = await invite(admin.browser, 'Early', ['analyst']);
    const browser = desk.browser();
    await browser.get(link);
    await browser.post(link);
    const door = await browser.get('/desk/queue');
    expect([door.statusCode, door.headers.location]).toEqual([303, '/desk/account/passkey']);
    await browser.get('/desk/account/passkey');
    expect((await browser.post('/desk/account/recovery-codes')).statusCode).toBe(401);
    expect((await register(browser, desk.device())).statusCode).toBe(200);
    expect((await browser.get('/desk/queue')).body).toBe('the queue');
  });
});

it('writes each of it into the audit, without names or addresses', () =>
  expectAudited(desk, 'account.created', 'link.used', 'passkey.added', 'session.opened', 'organisation.created'));
