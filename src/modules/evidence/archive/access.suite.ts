import { describe, expect, it } from 'vitest';
import { ALBUM, type Scene } from '../testing/scene.ts';

/** A scene with sealed captures, one of them of the album. */
export interface AccessSuite {
  scene: Scene;
  /** Account of the senior analyst. */
  senior: string;
  /** Private key that a browser offers. */
  key: string;
}

/** Who may see and open what was captured, and when. */
export function accessSuite(given: () => AccessSuite): void {
  describe('what was captured', () => {
    it('is for those whom the policy lets: page by page', async () => {
      const { scene, key } = given();
      const row = (await scene.archive.newest()).find((c) => c.state === 'sealed' && c.url === ALBUM);
      const page = `/desk/evidence/${row?.id}`;
      const get = async (role: Parameters<Scene['signedIn']>[0], at: string) => (await scene.signedIn(role)).get(at);
      expect((await get('senior-analyst', page)).body).toContain(ALBUM);
      const auditor = await get('auditor', page);
      expect(auditor.statusCode).toBe(200);
      expect(auditor.body).not.toContain(ALBUM);
      expect(auditor.body).toContain('Who touched it');
      expect(auditor.body).not.toContain('/package');
      for (const role of ['on-call', 'helpline', 'custodian', 'administrator'] as const)
        expect([role, (await get(role, page)).statusCode]).toEqual([role, 403]);
      expect((await get('analyst', '/desk/keys')).statusCode).toBe(403);
      const analystPage = await scene.signedIn('analyst');
      const seen = (await analystPage.get(page)).body;
      expect(seen).toContain(ALBUM);
      expect(seen).not.toMatch(/\/package|Who touched it/);
      expect((await analystPage.post(`${page}/package`)).statusCode).toBe(403);
      expect((await analystPage.post(`${page}/open`, { key })).statusCode).toBe(403);
      const verifier = await scene.signedIn('senior-analyst');
      await verifier.get(page);
      const file = await verifier.post(`${page}/package`);
      expect(file.statusCode).toBe(200);
      expect(file.headers['content-disposition']).toContain('.zip.age"');
      expect(file.rawPayload.toString('latin1', 0, 21)).toBe('age-encryption.org/v1');
      const published = await scene.app.inject('/evidence/key.pem');
      expect(published.body).toBe(scene.platform.keys.publicKeyPem);
    });

    it('is not opened on a forced break, nor alone at night; police, who look after their own, are not held up', async () => {
      const { scene, senior, key } = given();
      const { platform, casework, country } = scene;
      const row = (await scene.archive.newest()).find((c) => c.state === 'sealed' && c.url === ALBUM);
      if (!row) throw new Error('a capture is needed');
      const at = `/desk/evidence/${row.id}`;
      const desk = await scene.signedIn('senior-analyst');
      await desk.get('/desk');
      const opened = async () =>
        (await scene.archive.custody.of(platform.db, row.id)).filter((c) => c.what === 'opened').length;
      const before = await opened();
      expect((await desk.post(`${at}/open`, { key })).statusCode).toBe(200);

      const { breakAfter, night } = country.wellbeing();
      await casework.addExposure(senior, breakAfter.seconds * 1000);
      const refused = await desk.post(`${at}/open`, { key });
      expect(refused.statusCode).toBe(409);
      expect(refused.json()).toMatchObject({ code: 'EVIDENCE_REST_FIRST' });
      // Refused before anything is handed over, and on nobody's record as a look.
      expect(await opened()).toBe(before + 1);
      // Everything else works: the page, the package for the file, the custody.
      expect((await desk.get(at)).statusCode).toBe(200);
      expect((await desk.post(`${at}/package`)).statusCode).toBe(200);
      // Nobody else's break.
      const officer = await scene.signedIn('police');
      await officer.get('/desk/keys');
      const me = (await scene.identity.listAccounts()).find((a) => a.roles.includes('police'));
      scene.referrals.push({
        item: row.item,
        record: { organisationId: me?.organisationId as string, territory: null },
      });
      expect((await officer.post(`${at}/open`, { key })).json()).toMatchObject({ code: 'EVIDENCE_KEY_DOES_NOT_OPEN' });
      scene.referrals.length = 0;

      platform.clock.advance((breakAfter.minutes + 1) * 60_000);
      expect((await desk.post(`${at}/open`, { key })).statusCode).toBe(200);

      // Alone on duty at night, with a category that nobody looks at alone.
      const category = night.categories[0] as string;
      await platform.pool.query('update casework.item set category = $2 where id = $1', [row.item, category]);
      const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: scene.zone });
      const inNight = (time: string) => time >= night.from || time < night.to;
      while (!inNight(format.format(platform.clock.now()))) platform.clock.advance(1_800_000);
      const owl = await scene.signedIn('senior-analyst');
      await owl.get('/desk');
      expect((await owl.post(`${at}/open`, { key })).json()).toMatchObject({ code: 'EVIDENCE_REST_FIRST' });
      await platform.pool.query('update casework.item set category = $2 where id = $1', [row.item, 'harassment']);
      expect((await owl.post(`${at}/open`, { key })).statusCode).toBe(200);
    });

    it('is for police only where the item was referred to their organisation: cell by cell', async () => {
      const { scene, key } = given();
      const rows = (await scene.archive.newest()).filter((c) => c.state === 'sealed');
      const row = rows.find((c) => c.url === ALBUM);
      const other = rows.find((c) => c.item !== row?.item);
      if (!row || !other) throw new Error('two captures are needed');
      const me = (await scene.identity.listAccounts()).find((a) => a.roles.includes('police'));
      const officer = await scene.signedIn('police');
      const deeds: [string, 'get' | 'post', string][] = [
        ['page', 'get', ''],
        ['package', 'post', '/package'],
        ['stamp', 'post', '/stamp'],
        ['deposit', 'post', '/deposit'],
        ['open', 'post', '/open'],
        ['look', 'post', '/look'],
      ];
      const answers = async (id: string) => {
        const seen: Record<string, number> = {};
        for (const [name, method, at] of deeds) {
          const url = `/desk/evidence/${id}${at}`;
          const fields = { key, ms: '1000' };
          seen[name] = (await (method === 'get' ? officer.get(url) : officer.post(url, fields))).statusCode;
        }
        return seen;
      };
      await officer.get('/desk/keys');
      const refused = { page: 403, package: 403, stamp: 403, deposit: 403, open: 403, look: 403 };
      // Officers for the whole country, and nothing was referred to them.
      expect(await answers(row.id)).toEqual(refused);
      const empty = await officer.get('/desk/evidence');
      expect(empty.statusCode).toBe(200);
      expect(empty.body).not.toContain(row.id);
      // To another body: nothing of this one's.
      scene.referrals.push({ item: row.item, record: { organisationId: 'another', territory: null } });
      expect(await answers(row.id)).toEqual(refused);
      scene.referrals.push({
        item: row.item,
        record: { organisationId: me?.organisationId as string, territory: null },
      });
      // The door is open; this officer's own browser holds no key that opens it, and that is said.
      const deposit = row.deposit_sha256 ? 200 : 409;
      expect(await answers(row.id)).toEqual({ page: 200, package: 200, stamp: 200, deposit, open: 403, look: 204 });
      expect((await officer.post(`/desk/evidence/${row.id}/open`, { key })).json()).toMatchObject({
        code: 'EVIDENCE_KEY_DOES_NOT_OPEN',
      });
      expect(await answers(other.id)).toEqual(refused);
      const list = (await officer.get('/desk/evidence')).body;
      expect(list).toContain(row.id);
      expect(list).not.toContain(other.id);
      const page = (await officer.get(`/desk/evidence/${row.id}`)).body;
      expect(page).toContain(ALBUM);
      expect(page).not.toContain(`/desk/items/${row.item}`);
      // Nobody of the house is let in by a referral.
      expect((await (await scene.signedIn('on-call')).get(`/desk/evidence/${row.id}`)).statusCode).toBe(403);
      expect((await (await scene.signedIn('on-call')).get('/desk/evidence')).statusCode).toBe(403);
    });
  });
}
