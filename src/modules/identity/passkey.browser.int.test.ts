import { createServer } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../platform/testkit/pages.ts';
import { hotp, stepAt } from './credentials/totp.ts';
import { type Desk, openDesk } from './testing/desk.ts';

/** A free port: the origin that devices sign for has it in it, so it must be known before the server starts. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

describe('in a real browser', { timeout: 120_000 }, () => {
  let desk: Desk;
  let chrome: Browser;
  let origin: string;
  /** The administrator's session, for the pages that follow. */
  let session: string;

  beforeAll(async () => {
    const port = await freePort();
    desk = await openDesk({ env: { PORT: String(port) } });
    await desk.app.listen({ port, host: '127.0.0.1' });
    origin = desk.platform.config.publicOrigin;
    chrome = await chromium.launch({
      executablePath: CHROMIUM,
      args: FLAGS.split(' '),
    });
  });
  afterAll(async () => {
    await chrome?.close();
    await desk?.close();
  });

  async function withDevice(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return page;
  }
  const at = (path: string) => (url: URL) => url.pathname === path;

  it('the administrator sets up a passkey by the printed link, signs out, and signs in with it', async () => {
    const context = await chrome.newContext({ locale: 'ar-MA' });
    const page = await withDevice(context);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));

    await page.goto((await desk.identity.ensureAdministratorLink()) as string);
    await page.fill('input[name=name]', 'تيزيري');
    await page.fill('input[name=email]', 'tiziri@programme.example');
    await page.click('main button[type=submit]');
    await page.waitForURL(at('/desk/account/passkey'));
    await page.fill('input[name=device]', 'هاتف العمل');
    await page.click('[data-island=passkey] button');
    await page.waitForURL(at('/desk/admin/accounts'));
    await page.click('form[action="/desk/sign-out"] button');
    await page.waitForURL(at('/desk/sign-in'));
    await page.goto(`${origin}/desk/sign-in?next=/desk/account`);
    await page.click('[data-island=passkey] button');
    await page.waitForURL(at('/desk/account'));
    expect(await page.textContent('main')).toContain('هاتف العمل');
    expect(faults).toEqual([]);
    session = (await context.cookies()).find((c) => c.name === 'ss')?.value as string;
    await context.close();
  });

  // What is inside the frame: the frame itself is looked at where it is made.
  for (const lang of ['ar', 'fr'])
    it(`axe finds nothing serious on any page (${lang})`, async () => {
      const context = await chrome.newContext();
      const cookie = (name: string, value: string) => context.addCookies([{ name, value, url: origin }]);
      const page = await context.newPage();
      await cookie('lang', lang);
      const problems: string[] = [];
      const look = async (path: string) => {
        await page.goto(`${origin}/desk/${path}`);
        expect([path, await page.getAttribute('html', 'lang')]).toEqual([path, lang]);
        const { violations } = await new AxeBuilder({ page }).include('main').analyze();
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical') problems.push(`${path} ${id}: ${nodes[0]?.html}`);
      };
      await look('sign-in');
      await cookie('ss', session);
      for (const path of [
        'account',
        'account/passkey',
        'account/password',
        'admin/accounts',
        'admin/api-keys',
        'admin/rota',
      ])
        await look(path);
      expect(problems).toEqual([]);
      await context.close();
    });

  it('a browser without that passkey is told so in words, and can try again', async () => {
    const context = await chrome.newContext({ locale: 'en-GB' });
    const page = await withDevice(context);
    await page.goto(`${origin}/desk/sign-in`);
    await page.click('[data-island=passkey] button');
    await page.waitForFunction(() => document.querySelector('[data-island=passkey] [role=alert]')?.textContent);
    expect(await page.textContent('[data-island=passkey] [role=alert]')).toContain('The device did not answer');
    expect(await page.isEnabled('[data-island=passkey] button')).toBe(true);
    await context.close();
  });

  it('without JavaScript the page says why there is no passkey, and the other way leads in', async () => {
    const administrator = (await desk.identity.listAccounts())[0];
    const { url } = await desk.identity.directory.invite(
      {
        kind: 'staff',
        accountId: administrator?.id as string,
        name: '',
        lang: 'fr',
        roles: ['administrator'],
        organisationId: administrator?.organisationId as string,
        territory: null,
        assurance: 'full',
        factors: ['passkey'],
        sessionId: '',
      },
      {
        name: 'Karim',
        email: 'karim@programme.example',
        lang: 'fr',
        roles: ['programme-manager'],
        organisationId: administrator?.organisationId as string,
      },
    );
    const context = await chrome.newContext({ locale: 'fr-MA', javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    await page.click('main button[type=submit]');
    expect(await page.isVisible('text=JavaScript')).toBe(true);
    expect(await page.isVisible('[data-island=passkey] button')).toBe(false);
    await page.click('a[href="/desk/account/password"]');
    await page.fill('input[name=password]', 'quatre mots sans aucun lien');
    await page.click('main button[type=submit]');
    await page.click('form[action="/desk/account/totp/start"] button');
    expect(await page.isVisible('svg[role=img]')).toBe(true);
    const letters = ((await page.textContent('bdi.mono')) as string).replaceAll(' ', '');
    const bits = [...letters]
      .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
      .join('');
    const secret = Buffer.from((bits.match(/.{8}/g) as string[]).map((b) => Number.parseInt(b, 2)));
    await page.fill('input[name=code]', hotp(secret, stepAt(desk.platform.clock.now())));
    await page.click('main button[type=submit]');
    expect(await page.locator('main li bdi').count()).toBe(10);
    await context.close();
  });
});
