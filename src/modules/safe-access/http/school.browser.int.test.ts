import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../platform/testkit/pages.ts';
import { type FamilySite, openFamilySite } from '../testing/family-site.ts';

let site: FamilySite;
let browser: Browser;

beforeAll(async () => {
  site = await openFamilySite({ seed: 73 });
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe('a school’s file, without JavaScript', { timeout: 120_000 }, () => {
  it('is uploaded as a spreadsheet writes it, corrected on the page, looked at, and made', async () => {
    const school = await site.school('Toubkal');
    const { actor, token } = await site.person('ustada', 'teacher', school.id);
    const admin = (await site.person('tech', 'administrator', school.id)).actor;
    await site.safeAccess.networks.add(admin, school.id, '198.51.100.0/24');
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
    const page = await context.newPage();
    const main = () => page.locator('main').textContent();
    await context.addCookies([{ name: 'ss', value: token, url: site.origin }]);
    await page.goto(`${site.origin}/fr/school/import`);
    // Windows-1252, as a French spreadsheet saves it.
    const file = Buffer.from('Classe;Âge;Réseau\r\n6ème A;9-12;198.51.100.0/28\r\n6ème B;9-12;10.0.0.1\r\n', 'latin1');
    await page.setInputFiles('input[type=file]', { name: 'classes.csv', mimeType: 'text/csv', buffer: file });
    await page.getByRole('button', { name: 'Vérifier' }).click();
    expect(await main()).toContain('Ligne 3, colonne «\u00a0Réseau\u00a0»');
    expect(await main()).toContain('6ème A');
    expect(await page.getByRole('button', { name: 'Créer' }).count()).toBe(0);
    const typed = await page.inputValue('textarea[name=csv]');
    await page.fill('textarea[name=csv]', typed.replace('10.0.0.1', '198.51.100.16/28'));
    await page.getByRole('button', { name: 'Vérifier' }).click();
    expect(await site.safeAccess.profiles.list(actor, { school: school.id })).toEqual([]);
    await page.getByRole('button', { name: 'Créer 2 classes' }).click();
    expect(new URL(page.url()).pathname).toBe('/fr/school');
    expect(await main()).toContain('198.51.100.16/28');
    const classes = await site.safeAccess.profiles.list(actor, { school: school.id });
    expect(classes.map((c) => c.label)).toEqual(['6ème A', '6ème B']);

    // Whoever asks from there has the class's rules; the smallest network decides.
    const resolver = site.safeAccess.resolver();
    await resolver.follower.once();
    const at = (address: string) =>
      resolver.registry.find({ transport: 'udp', address, id: undefined })?.profile.facts.id;
    expect([at('198.51.100.3'), at('198.51.100.20'), at('198.51.100.99')]).toEqual([
      classes[0]?.id,
      classes[1]?.id,
      undefined,
    ]);
    await page.goto(`${site.origin}/fr/school/import`);
    const answer = await page.request.get(`${site.origin}/fr/school/import/example.csv`);
    expect(await answer.text()).toContain('class,band,lang,network');
    await context.close();
  });
});
