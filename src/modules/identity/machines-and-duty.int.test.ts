import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGS } from '../../platform/i18n/index.ts';
import { Jobs } from '../../platform/jobs.ts';
import type { StaffActor } from './actor.ts';
import { ROLES } from './index.ts';
import { type Browser, type Desk, firstAdministrator, invite, openDesk, pathOf, register } from './testing/desk.ts';

const HOUR = 3_600_000;

describe('machines, duty and first start', () => {
  let desk: Desk;
  let admin: Browser;
  let actor: StaffActor;
  let organisationId: string;
  const call = (authorization?: string) =>
    desk.app.inject({ method: 'POST', url: '/api/v1/try', headers: authorization ? { authorization } : {} });

  beforeAll(async () => {
    desk = await openDesk();
    admin = (await firstAdministrator(desk)).browser;
    actor = (await admin.get('/desk')).json();
    organisationId = actor.organisationId;
  });
  afterAll(() => desk.close());

  it('the database knows the same roles as the code', async () => {
    const { rows } = await sql<{ definition: string }>`
      select pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = 'identity.account'::regclass and contype = 'c'`.execute(desk.platform.db);
    const roles = rows.map((r) => r.definition).find((d) => d.includes("'learner'"));
    expect([...(roles ?? '').matchAll(/'([a-z-]+)'/g)].map((m) => m[1])).toEqual([...ROLES]);
  });

  describe('API keys', () => {
    const make = (over = {}) =>
      desk.identity.createApiKey(actor, { organisationId, name: 'ISP', scopes: ['reports:write'], ...over });

    it('are made on the page, shown once, and open the machine interface', async () => {
      await admin.get('/desk/admin/api-keys');
      const page = await admin.post('/desk/admin/api-keys', {
        name: 'Platform',
        organisation: organisationId,
        scopes: ['reports:write', 'reports:read'],
      });
      const key = /esk_[a-z2-7]{8}_[\w-]{43}/.exec(page.body)?.[0] as string;
      expect((await admin.get('/desk/admin/api-keys')).body).not.toContain(key.slice(13));
      const answer = await call(`Bearer ${key}`);
      expect(answer.json()).toMatchObject({
        kind: 'machine',
        organisationId,
        scopes: ['reports:write', 'reports:read'],
      });
      const stored = await sql<{ row: string }>`select k::text as row from identity.api_key k`.execute(
        desk.platform.db,
      );
      expect(stored.rows.map((r) => r.row).join()).not.toContain(key.slice(13));
    });

    it('answer 401 alike to missing, malformed, unknown and wrong ones, with the scheme', async () => {
      const { secretText } = await make();
      const wrong = `${secretText.slice(0, -1)}${secretText.endsWith('A') ? 'B' : 'A'}`;
      const unknown = `esk_zzzzzzzz_${'A'.repeat(43)}`;
      for (const header of [undefined, 'Bearer x', `Bearer ${unknown}`, `Basic ${secretText}`, `Bearer ${wrong}`]) {
        const answer = await call(header);
        expect([answer.statusCode, answer.json().code]).toEqual([401, 'IDENTITY_API_KEY_INVALID']);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="e-Salama", error="invalid_token"');
      }
    });

    it('of another scope are forbidden, not unknown', async () => {
      const { secretText } = await make({ scopes: ['reports:read'] });
      expect((await call(`Bearer ${secretText}`)).statusCode).toBe(403);
    });

    it('stop at once when revoked here, and within ten seconds elsewhere', async () => {
      const { id, secretText } = await make();
      expect((await call(`Bearer ${secretText}`)).statusCode).toBe(200);
      await desk.identity.apiKeys.revoke(actor, id);
      expect((await call(`Bearer ${secretText}`)).statusCode).toBe(401);

      const other = await make();
      expect((await call(`Bearer ${other.secretText}`)).statusCode).toBe(200);
      const revokedAt = desk.platform.clock.now();
      await sql`update identity.api_key set revoked_at = ${revokedAt} where id = ${other.id}`.execute(desk.platform.db);
      expect((await call(`Bearer ${other.secretText}`)).statusCode).toBe(200);
      desk.platform.clock.advance(10_001);
      expect((await call(`Bearer ${other.secretText}`)).statusCode).toBe(401);
    });

    it('have a rate of their own, and say when to come back', async () => {
      const { secretText } = await make({ ratePerMinute: 3 });
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await call(`Bearer ${secretText}`)).statusCode);
      expect(statuses).toEqual([200, 200, 200, 429]);
      expect((await call(`Bearer ${secretText}`)).headers['retry-after']).toBe('20');
      desk.platform.clock.advance(20_000);
      expect((await call(`Bearer ${secretText}`)).statusCode).toBe(200);
    });

    it("a browser's session opens no machine interface", async () => {
      const cookie = `ss=${admin.cookies.get('ss')}`;
      expect((await desk.app.inject({ method: 'POST', url: '/api/v1/try', headers: { cookie } })).statusCode).toBe(401);
    });
  });

  describe('the rota', () => {
    const now = () => desk.platform.clock.now();
    let nora: string;
    let idir: string;

    beforeAll(async () => {
      for (const name of ['Nora', 'Idir']) {
        const browser = desk.browser();
        const link = await invite(admin, name, ['on-call']);
        await browser.get(link);
        await browser.post(link);
        await browser.get('/desk/account/passkey');
        await register(browser, desk.device());
      }
      const accounts = await desk.identity.listAccounts();
      nora = accounts.find((a) => a.name === 'Nora')?.id as string;
      idir = accounts.find((a) => a.name === 'Idir')?.id as string;
    });

    it('says on its page that nobody is there, takes shifts in local time, and then says who', async () => {
      expect((await admin.get('/desk/admin/rota')).body).toContain('Nobody is on duty');
      expect(await desk.identity.onDuty(now())).toEqual({});
      // 24 November 2026, 9 h UTC: the default form begins at the next full hour of the country.
      const add = (account: string, position: string, from: string, to: string) =>
        admin.post('/desk/admin/rota', { account, position, from, to });
      expect((await add(nora, '1', '2026-11-24T08:00', '2026-11-24T20:00')).statusCode).toBe(303);
      expect((await add(idir, '2', '2026-11-24T08:00', '2026-11-24T20:00')).statusCode).toBe(303);
      const duty = await desk.identity.onDuty(now());
      expect([duty.first?.name, duty.second?.name]).toEqual(['Nora', 'Idir']);
      expect(duty.first?.email).toBe('nora@hotline.example');
      expect((await admin.get('/desk/admin/rota')).body).toContain('On duty now: Nora');
    });

    it('refuses a second person in the same place, the past, and people without the role', async () => {
      const add = (account: string, from: string, to: string) =>
        admin.post('/desk/admin/rota', { account, position: '1', from, to });
      expect((await add(idir, '2026-11-24T19:00', '2026-11-24T23:00')).statusCode).toBe(409);
      expect((await add(idir, '2026-11-23T08:00', '2026-11-23T20:00')).statusCode).toBe(422);
      expect((await add(idir, '2026-11-25T08:00', '2026-11-25T07:00')).statusCode).toBe(422);
      expect((await add(idir, '2026-11-25T08:00', '2027-11-25T08:00')).statusCode).toBe(422);
      expect((await add(idir, 'tomorrow', '2026-11-25T08:00')).statusCode).toBe(422);
      expect((await add(actor.accountId, '2026-11-25T08:00', '2026-11-25T20:00')).statusCode).toBe(404);
      // Touching is not overlapping.
      expect((await add(idir, '2026-11-24T20:00', '2026-11-25T08:00')).statusCode).toBe(303);
    });

    it('hands over at the minute, and skips who was suspended', async () => {
      const end = new Date('2026-11-24T20:00:00Z');
      const before = await desk.identity.onDuty(new Date(end.getTime() - 1));
      const after = await desk.identity.onDuty(end);
      expect([before.first?.name, after.first?.name, after.second]).toEqual(['Nora', 'Idir', undefined]);
      await desk.identity.directory.suspend(actor, nora);
      expect((await desk.identity.onDuty(now())).first).toBeUndefined();
    });

    it('two administrators at once can not fill the same place twice', async () => {
      const shift = {
        accountId: idir,
        position: 1 as const,
        startsAt: new Date(now().getTime() + 100 * HOUR),
        endsAt: new Date(now().getTime() + 110 * HOUR),
      };
      const tries = await Promise.allSettled(Array.from({ length: 6 }, () => desk.identity.rota.add(actor, shift)));
      expect(tries.filter((t) => t.status === 'fulfilled')).toHaveLength(1);
    });

    it('ends a running shift now and takes out a coming one', async () => {
      const [running, ...coming] = await desk.identity.rota.upcoming(now());
      await desk.identity.rota.remove(actor, running?.id as string);
      await desk.identity.rota.remove(actor, coming.at(-1)?.id as string);
      expect((await desk.identity.rota.upcoming(now())).map((s) => s.id)).not.toContain(running?.id);
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from identity.oncall_shift where id = ${running?.id}`.execute(desk.platform.db);
      expect(rows[0]?.n).toBe(1);
    });
  });

  it('every page is there in every language', async () => {
    const pages = ['/desk/account', '/desk/account/passkey', '/desk/account/password', '/desk/admin/accounts'];
    pages.push(`/desk/admin/accounts/${(await desk.identity.accountsWithRole('on-call'))[0]?.id}`);
    pages.push(`/desk/admin/accounts/${actor.accountId}`, '/desk/admin/api-keys', '/desk/admin/rota');
    for (const lang of LANGS) {
      admin.cookies.set('lang', lang);
      for (const page of pages) {
        const answer = await admin.get(page);
        expect([page, lang, answer.statusCode]).toEqual([page, lang, 200]);
        expect(answer.body).toContain(`<html lang="${lang}"`);
        expect(answer.body).not.toMatch(/identity\.[a-z]+\.[a-zA-Z]/);
      }
      const visitor = desk.browser();
      visitor.cookies.set('lang', lang);
      expect((await visitor.get('/desk/sign-in')).statusCode).toBe(200);
    }
    admin.cookies.delete('lang');
  });

  it('purges what is over and keeps what lives', async () => {
    const count = async (table: string) =>
      (
        await sql<{ n: number }>`select count(*)::int as n from ${sql.table(`identity.${table}`)}`.execute(
          desk.platform.db,
        )
      ).rows[0]?.n;
    await admin.get('/desk/account');
    await admin.json('/desk/account/passkeys/options', {});
    expect(await count('challenge')).toBeGreaterThan(0);
    await desk.platform.ticks.run('identity.purge');
    expect(await count('session')).toBeGreaterThan(0);
    desk.platform.clock.advance(13 * HOUR);
    await desk.platform.ticks.run('identity.purge');
    expect([await count('session'), await count('challenge')]).toEqual([0, 0]);
    expect(await count('setup_link')).toBeGreaterThan(0);
  });
});

describe('the demonstration', () => {
  it('prints doors that work again and again, act only by POST, and close with the next start', async () => {
    const desk = await openDesk({ env: { SALAMA_DEMO: '1' } });
    const accounts = await desk.identity.createDemoAccounts();
    expect(accounts.map((a) => a.role)).toEqual(
      expect.arrayContaining(['analyst', 'senior-analyst', 'on-call', 'administrator', 'auditor']),
    );
    // Whoever judged or verified may not decide an appeal or a dispute: somebody else can.
    const seniors = accounts.filter((a) => a.role === 'senior-analyst');
    expect(seniors.map((a) => a.name)).toEqual(['Idir', 'Zineb']);
    expect(new Set(accounts.map((a) => a.email)).size).toBe(accounts.length);
    const door = pathOf(accounts.find((a) => a.role === 'analyst')?.url as string);
    for (let i = 0; i < 2; i++) {
      const browser = desk.browser();
      await browser.get(door);
      expect(browser.cookies.has('ss')).toBe(false);
      expect((await browser.post(door)).headers.location).toBe('/desk/start');
      expect((await browser.get('/desk/queue')).body).toBe('the queue');
    }
    const duty = await desk.identity.onDuty(desk.platform.clock.now());
    expect([duty.first?.roles, duty.second?.roles]).toEqual([['on-call'], ['senior-analyst', 'on-call']]);

    const key = await desk.identity.createDemoApiKey();
    const call = (secret: string) =>
      desk.app.inject({ method: 'POST', url: '/api/v1/try', headers: { authorization: `Bearer ${secret}` } });
    expect((await call(key)).statusCode).toBe(200);

    const again = await desk.identity.createDemoAccounts();
    expect(again.map((a) => a.email)).toEqual(accounts.map((a) => a.email));
    expect((await desk.browser().get(door)).statusCode).toBe(404);
    await desk.close();
  });

  it('does not exist on a real server, and its sessions and links open nothing there', async () => {
    const desk = await openDesk({ env: { SALAMA_DEMO: '1' } });
    const [first] = await desk.identity.createDemoAccounts();
    const door = pathOf(first?.url as string);
    const browser = desk.browser();
    await browser.get(door);
    await browser.post(door);
    expect((await browser.get('/desk')).statusCode).toBe(200);

    // The same database, opened by a server that is no demonstration.
    const { createIdentity } = await import('./index.ts');
    const real = createIdentity({
      ...desk.platform,
      jobs: new Jobs(desk.platform.log),
      config: { ...desk.platform.config, demo: false },
    });
    await expect(real.createDemoAccounts()).rejects.toThrow('demonstration');
    await expect(real.createDemoApiKey()).rejects.toThrow('demonstration');
    await expect(real.signIn.withDemoLink(door.split('/').at(-1) as string)).rejects.toThrow('IDENTITY_LINK_INVALID');
    expect(await real.sessions.actorOf(browser.cookies.get('ss') as string)).toBeUndefined();
    await desk.close();
  });
});

describe('behind https', () => {
  it('marks the session cookie Secure', async () => {
    const desk = await openDesk({ env: { PUBLIC_ORIGIN: 'https://desk.example.org' } });
    const { browser } = await firstAdministrator(desk);
    expect(browser.cookies.has('ss')).toBe(true);
    const link = await invite(browser, 'Far', ['observer']);
    const other = desk.browser();
    await other.get(link);
    expect(String((await other.post(link)).headers['set-cookie'])).toMatch(
      /^ss=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await desk.close();
  });
});
