import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedFamilies } from './demonstration.ts';
import { type FamilySite, openFamilySite } from './testing/family-site.ts';

let site: FamilySite;
beforeAll(async () => {
  site = await openFamilySite({ seed: 77, env: { SALAMA_DEMO: '1' } });
}, 120_000);
afterAll(() => site?.close());

describe('the family and the school of the demonstration', { timeout: 60_000 }, () => {
  it('have something on every page, labelled, and are made once', async () => {
    const { identity, safeAccess, platform } = site;
    expect(await seedFamilies(platform, safeAccess, identity)).toBeUndefined();
    const doors = await identity.createDemoAccounts();
    const first = await seedFamilies(platform, safeAccess, identity);
    const again = await seedFamilies(platform, safeAccess, identity);
    if (!first || !again) throw new Error('nothing was made');
    expect(again.dohUrl).toBe(first.dohUrl);
    // The link is made anew, as the sign-in links are.
    const visitor = site.browser();
    expect((await visitor.get(new URL(first.childUrl).pathname)).statusCode).toBe(404);
    const mine = await visitor.get(new URL(again.childUrl).pathname);
    expect(mine.body).toContain('نجمة (عرض تجريبي)');
    for (const kept of ['comics.example', 'loud-videos.example', 'free-skins-download.example'])
      expect(mine.body).toContain(kept);

    const signIn = async (role: string) => {
      const browser = site.browser();
      const door = new URL(doors.find((d) => d.role === role)?.url ?? '').pathname;
      await browser.get(door);
      await browser.post(door);
      return browser;
    };
    const parent = await signIn('parent');
    const home = await parent.get('/fr/family');
    expect(home.body).toContain('Yanis (démonstration)');
    expect(home.body).toContain('comics.example');
    const ids = [...new Set(home.body.match(/\/fr\/family\/child\/[0-9a-f-]{36}/g))];
    expect(ids).toHaveLength(2);
    const pages = await Promise.all(ids.map((at) => parent.get(at)));
    // Names of what was closed for the younger one; for the older one numbers, whatever was handed over.
    expect(pages.map((page) => page.body.includes('lucky-wheel.example'))).toEqual([true, false]);
    const { rows } = await platform.pool.query(
      'select profile, count(*)::int as n from safe_access.blocked_name group by 1',
    );
    expect(rows).toEqual([{ profile: ids[0]?.slice(-36), n: 3 }]);

    const school = await (await signIn('teacher')).get('/fr/school');
    expect(school.body).toContain('6A (démonstration)');
    expect(school.body.replaceAll('<wbr/>', '')).toContain(first.classNetwork);
    const resolver = safeAccess.resolver();
    await resolver.follower.once();
    const device = resolver.registry.find({ transport: 'udp', address: '127.0.0.2', id: undefined });
    expect(device?.profile.facts.rules.band).toBe('9-12');
    expect(resolver.registry.find({ transport: 'udp', address: '127.0.0.1', id: undefined })).toBeUndefined();
  });

  it('do not exist on a real server', async () => {
    const { identity, safeAccess, platform } = site;
    const real = { ...platform, config: { ...platform.config, demo: false } };
    await expect(seedFamilies(real, safeAccess, identity)).rejects.toThrow('demonstration');
  });
});
