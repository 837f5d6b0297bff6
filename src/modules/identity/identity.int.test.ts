import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hotp, stepAt } from './credentials/totp.ts';
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
import { enrolByPassword as enrol, PASSWORD } from './testing/enrol.ts';
import type { SoftwareAuthenticator } from './testing/software-authenticator.ts';

const MINUTE = 60_000;

describe('identity, over a real server and database', () => {
  let desk: Desk;
  let admin: { browser: Browser; device: SoftwareAuthenticator };
  const code = (secret: Buffer) => hotp(secret, stepAt(desk.platform.clock.now()));
  const actions = async () =>
    (await sql<{ action: string }>`select action from audit.entry order by at, id`.execute(desk.platform.db)).rows.map(
      (r) => r.action,
    );

  const enrolByPassword = (link: string, browser: Browser) => enrol(desk, link, browser);

  /** Step one of two with a password; the browser then stands at the code. */
  async function half(browser: Browser, email: string) {
    await browser.get('/desk/sign-in');
    return browser.post('/desk/sign-in', { email, password: PASSWORD });
  }

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
        '/desk/account',
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

  describe('password and code', () => {
    it('lead in two steps; each code works once', async () => {
      const { secret } = await enrolByPassword(
        await invite(admin.browser, 'Karim', ['programme-manager']),
        desk.browser(),
      );
      desk.platform.clock.advance(MINUTE);
      const browser = desk.browser();
      expect((await half(browser, 'Karim@Hotline.example ')).headers.location).toMatch('/desk/sign-in/code');
      expect((await browser.get('/desk')).headers.location).toBe('/desk/sign-in/code');
      await browser.get('/desk/sign-in/code');
      const before = browser.cookies.get('ss');
      expect((await browser.post('/desk/sign-in/code', { code: '000000' })).statusCode).toBe(401);
      expect((await browser.post('/desk/sign-in/code', { code: code(secret), next: '/desk' })).headers.location).toBe(
        '/desk',
      );
      expect((await browser.get('/desk')).json()).toMatchObject({ assurance: 'full', factors: ['password', 'totp'] });
      expect(browser.cookies.get('ss')).not.toBe(before);

      const replay = desk.browser();
      await half(replay, 'karim@hotline.example');
      await replay.get('/desk/sign-in/code');
      expect((await replay.post('/desk/sign-in/code', { code: code(secret) })).statusCode).toBe(401);
    });

    it('a recovery code stands in for the app, once', async () => {
      const { recovery } = await enrolByPassword(await invite(admin.browser, 'Rim', ['observer']), desk.browser());
      const use = async () => {
        const browser = desk.browser();
        await half(browser, 'rim@hotline.example');
        await browser.get('/desk/sign-in/code');
        return (await browser.post('/desk/sign-in/code', { code: (recovery[3] as string).toUpperCase() })).statusCode;
      };
      expect([await use(), await use()]).toEqual([303, 401]);
    });

    it('gives the same answer to a wrong password, an unknown address and a suspended account', async () => {
      await enrolByPassword(await invite(admin.browser, 'Gone', ['observer']), desk.browser());
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
      const { secret } = await enrolByPassword(await invite(admin.browser, 'Hassan', ['observer']), own);
      desk.platform.clock.advance(MINUTE);
      const complete = async (browser: Browser) => {
        const answer = await half(browser, 'hassan@hotline.example');
        if (answer.statusCode !== 303) return answer.statusCode;
        await browser.get('/desk/sign-in/code');
        desk.platform.clock.advance(MINUTE);
        return (await browser.post('/desk/sign-in/code', { code: code(secret), next: '/desk' })).statusCode;
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
      for (const value of [device.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')), admin.browser.cookies.get('sd')]) {
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
      const { secret } = await enrolByPassword(await invite(admin.browser, 'Meryem', ['observer']), own);
      desk.platform.clock.advance(MINUTE);
      own.cookies.delete('ss');
      await half(own, 'meryem@hotline.example');
      await own.get('/desk/sign-in/code');
      desk.platform.clock.advance(MINUTE);
      await own.post('/desk/sign-in/code', { code: code(secret) });
      own.cookies.delete('ss');
      await own.get('/desk/sign-in');

      const logged = async () => (await actions()).filter((a) => a === 'identity.sign-in.refused').length;
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

  describe('passkeys: ways around that must stay closed', () => {
    it('a half session (right password, no code) can neither ask for nor register one', async () => {
      await enrolByPassword(await invite(admin.browser, 'Halfway', ['observer']), desk.browser());
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
      const { secret } = await enrolByPassword(await invite(admin.browser, 'Phished', ['analyst']), desk.browser());
      desk.platform.clock.advance(MINUTE);
      const browser = desk.browser();
      await half(browser, 'phished@hotline.example');
      await browser.get('/desk/sign-in/code');
      await browser.post('/desk/sign-in/code', { code: code(secret) });
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
      await thief.post('/desk/sign-in/code', { code: code(secret) });
      await thief.get('/desk/account');
      const answer = await register(thief, desk.device());
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'IDENTITY_PASSKEY_FIRST']);
      expect((await thief.get('/desk/queue')).headers.location).toBe('/desk/account/passkey');
    });
  });

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
      const { secret } = await enrolByPassword(await invite(admin.browser, 'Paper', ['administrator']), desk.browser());
      desk.platform.clock.advance(MINUTE);
      const browser = desk.browser();
      await half(browser, 'paper@hotline.example');
      await browser.get('/desk/sign-in/code');
      await browser.post('/desk/sign-in/code', { code: code(secret) });
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

  it('writes every change into the audit, without names or addresses', async () => {
    const all = new Set(await actions());
    for (const action of [
      'account.created',
      'link.used',
      'passkey.added',
      'password.set',
      'totp.confirmed',
      'recovery-codes.made',
      'recovery-code.used',
      'session.opened',
      'session.ended',
      'sign-in.refused',
      'code.refused',
      'account.roles-changed',
      'account.state-changed',
      'account.sign-in-reset',
      'organisation.created',
    ])
      expect(all).toContain(`identity.${action}`);
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from audit.entry e where e::text ~* 'hotline.example|tiziri|salma|karim'`.execute(
      desk.platform.db,
    );
    expect(rows[0]?.n).toBe(0);
  });
});
