import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, transfer } from '../../../../packages/rpz/testing/client.ts';
import { systemClock } from '../../../platform/clock.ts';
import { loadConfig } from '../../../platform/config.ts';
import { openDatabase } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { createLogger } from '../../../platform/log.ts';
import { graveViolations, WALKED } from '../../../platform/testkit/axe.ts';
import { fits, launchBrowser, unfold } from '../../../platform/testkit/pages.ts';
import { pathOf } from '../../identity/testing/desk.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';
import { startZones, type ZonesRole } from '../zones/index.ts';
import { readReport } from '../zones/report.ts';

const SECRET = /secret {5}([A-Za-z0-9+/]{43}=)/;

let b: Blocks;
let role: ZonesRole;
let database: ReturnType<typeof openDatabase>;
let dir: string;
let browser: Chromium;
let origin: string;
const partner = { atlas: '', rif: '' };

beforeAll(async () => {
  b = await openBlocks({ seed: 56 });
  const { platform, identity } = b.scene;
  dir = mkdtempSync(path.join(tmpdir(), 'salama-zones-'));
  database = openDatabase(platform.databaseUrl, { max: 4 });
  const made = async (name: string) => {
    const organisation = { name, kind: 'provider' as const, territory: null };
    return (await identity.directory.insertOrganisation(platform.db, 'system', organisation)).id;
  };
  const terms = {
    contract: 'اتفاقية 12/2026، الخزانة 3',
    from: new Date('2026-01-01'),
    until: undefined,
    tlsOnly: false,
  };
  partner.atlas = await b.blocking.partners.add(
    {
      ...terms,
      organisation: await made('Atlas Télécom'),
      name: 'Atlas Télécom, résolveurs de Rabat',
      bases: ['csam', 'court'],
      addresses: '',
      notify: '127.0.0.1 9\n2001:db8::53',
    },
    'system',
  );
  partner.rif = await b.blocking.partners.add(
    {
      ...terms,
      organisation: await made('Rif Net'),
      name: 'شبكة الريف',
      bases: ['court'],
      addresses: '192.0.2.0/28',
      notify: '192.0.2.7',
    },
    'system',
  );
  const { key, secret } = await b.blocking.partners.createKey(partner.atlas, 'system');
  await b.released();
  role = await startZones({
    config: loadConfig({ SALAMA_DEV: '1', SALAMA_STATE: dir, ZONES_PORT: '0', DATABASE_URL: platform.databaseUrl }),
    clock: systemClock,
    log: createLogger('silent', 'zones'),
    db: database.db,
    keys: platform.keys,
    databaseUrl: platform.databaseUrl,
    localMinute: () => 0,
  });
  const settings = { name: key.name, algorithm: key.algorithm, secret, since: 0 };
  for (const zone of ['hot.csam.rpz.localhost', 'base.court.rpz.localhost'])
    for (let tries = 0; tries < 300; tries++, await sleep(20)) {
      const socket = await connect(role.port());
      const got = await transfer(socket, { name: zone, type: 'AXFR', key: settings }).catch(() => undefined);
      socket.destroy();
      if (got?.messages[0]?.header.rcode === 0) break;
    }
  for (let tries = 0; tries < 500; tries++, await sleep(20))
    if ((await readReport(database.db))?.report.rows.some((r) => r.has !== undefined)) break;
  origin = await b.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await role?.stop();
  await database?.close();
  rmSync(dir, { recursive: true, force: true });
  await b?.close();
});

async function pageIn(lang: Lang, cookies: Iterable<[string, string]>): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 900 } });
  const all: [string, string][] = [...cookies, ['lang', lang]];
  await context.addCookies(all.map(([name, value]) => ({ name, value, url: origin })));
  return context.newPage();
}

/** A person of the partner's organisation, signed in. */
async function ofPartner(organisationId: string) {
  const { platform, identity } = b.scene;
  const given = { name: 'Idir', email: `idir-${organisationId.slice(-6)}@isp.example`, lang: 'fr' as const };
  const { Browser } = await import('../../identity/testing/desk.ts');
  const { addPerson } = await import('../../identity/testing/people.ts');
  const { id, url } = await addPerson(platform, identity, given.name, 'partner');
  await platform.pool.query('update identity.account set organisation = $2 where id = $1', [id, organisationId]);
  const one = new Browser(b.app);
  await one.get(pathOf(url));
  await one.post(pathOf(url));
  return one;
}

describe('the pages of the zones', { timeout: 240_000 }, () => {
  it.each(WALKED)('fit in %s and axe finds nothing serious', async (lang) => {
    const page = await pageIn(lang, (await b.as('everything', 'supervisor')).cookies);
    const paths = {
      zones: '/desk/zones',
      'zones-new': '/desk/zones/partners/new',
      'zones-partner': `/desk/zones/partners/${partner.atlas}`,
      'zones-waits': `/desk/zones/partners/${partner.rif}`,
      'zones-config': `/desk/zones/partners/${partner.atlas}/config?software=knot-resolver`,
      'zones-rebase': '/desk/zones/rebase',
      'zones-unbound': `/desk/zones/partners/${partner.atlas}/config?software=unbound`,
    };
    for (const [name, where] of Object.entries(paths)) {
      const answer = await page.goto(`${origin}${where}`);
      expect(answer?.status(), name).toBe(200);
      await unfold(page);
      await fits(page, `${name}-${lang}`);
      if (lang === 'ar' || lang === 'en') expect(await graveViolations(page), name).toEqual([]);
    }
    await page.context().close();
  });

  it('add a partner, show a key once, and find what is wrong in a configuration', async () => {
    const desk = await b.as('everything', 'supervisor');
    const { id: organisation } = (await b.blocking.partners.providers())[0] as { id: string };
    const form = {
      organisation,
      name: 'Souss',
      contract: 'C-9',
      from: '2026-01-01',
      bases: 'court',
      addresses: '10.0.0.0/8',
      notify: '',
    };
    const refused = await desk.post('/desk/zones/partners/new', form);
    expect(refused.statusCode).toBe(400);
    expect(refused.body).toContain('field-invalid');
    const added = await desk.post('/desk/zones/partners/new', { ...form, addresses: '' });
    const where = added.headers.location as string;
    const shown = await desk.post(`${where}/keys`, { software: 'bind' });
    const secret = SECRET.exec(shown.body)?.[1] as string;
    // Once as such and once in the file.
    expect(shown.body.split(secret)).toHaveLength(3);
    expect(shown.headers['cache-control']).toBe('no-store');
    for (const again of [where, `${where}/config?software=bind`])
      expect((await desk.get(again)).body).not.toContain(secret);
    expect((await desk.get(`${where}/config?software=bind`)).body).toContain('PUT-THE-SECRET-HERE');
    const doctor = await desk.post(`${where}/config`, { software: 'unbound', text: 'server:\n  num-threads: 1\n' });
    expect(doctor.body).toContain('respip');
    // Abusive pictures never without a key.
    const unbound = await desk.get(`/desk/zones/partners/${partner.atlas}/config?software=unbound`);
    expect(unbound.body).not.toContain('allow-notify');
    expect(unbound.body).toContain('software=unbound-behind-knot');
    const rows = await b.scene.platform.pool.query(
      `select action, detail::text from audit.entry where action like 'blocking.partner.%' order by id desc limit 2`,
    );
    expect(rows.rows.map((r) => r.action)).toEqual(['blocking.partner.key-created', 'blocking.partner.added']);
    expect(JSON.stringify(rows.rows)).not.toContain(secret);
  });

  it('bring the large zones up to date when somebody with the right asks twice', async () => {
    const senior = await b.as('senior', 'senior-analyst');
    expect((await senior.get('/desk/zones')).body).not.toContain('/desk/zones/rebase');
    expect((await senior.get('/desk/zones/rebase')).statusCode).toBe(403);
    expect((await senior.post('/desk/zones/rebase', {})).statusCode).toBe(403);
    const desk = await b.as('everything', 'supervisor');
    expect((await desk.get('/desk/zones')).body).toContain('href="/desk/zones/rebase"');
    const before = (await b.blocking.rebase.state()).number;
    expect((await desk.get('/desk/zones/rebase')).body).toContain('action="/desk/zones/rebase"');
    expect((await b.blocking.rebase.state()).number).toBe(before);
    const stamp = async () => (await readReport(database.db))?.report.standing.map((s) => s.rebasedAt).join();
    const old = await stamp();
    expect((await desk.post('/desk/zones/rebase', {})).statusCode).toBe(303);
    expect(await b.blocking.rebase.state()).toMatchObject({ number: before + 1, waiting: true });
    // A second hand meanwhile changes nothing; the page says that it is being done and has no button.
    expect((await desk.post('/desk/zones/rebase', {})).statusCode).toBe(303);
    expect((await desk.get('/desk/zones')).body).not.toContain('href="/desk/zones/rebase"');
    for (let tries = 0; tries < 500 && (await b.blocking.rebase.state()).waiting; tries++) await sleep(20);
    expect(await b.blocking.rebase.state()).toMatchObject({ number: before + 1, waiting: false });
    expect(await stamp()).not.toBe(old);
    const { rows } = await b.scene.platform.pool.query(
      `select actor, detail::text from audit.entry where action = 'blocking.zones.rebase-asked'`,
    );
    expect(rows).toEqual([{ actor: expect.stringMatching(/^account:/), detail: expect.stringContaining('"number"') }]);
  });

  it('let a partner see and turn its own keys, and of others not that they exist', async () => {
    const row = await b.blocking.partners.get(partner.atlas);
    const theirs = await ofPartner(row.organisation);
    const own = `/partner/zones/${partner.atlas}`;
    expect((await theirs.get('/partner/zones')).body + (await theirs.get(own)).statusCode).toContain('200');
    const page = await theirs.get(own);
    expect(page.body).not.toContain('شبكة الريف');
    expect(page.body).not.toContain(`${own}/end`);
    expect((await theirs.get(`/partner/zones/${partner.rif}`)).statusCode).toBe(404);
    expect((await theirs.post(`/partner/zones/${partner.rif}/keys`, { software: 'bind' })).statusCode).toBe(404);
    expect((await theirs.get(`/desk/zones/partners/${partner.atlas}`)).statusCode).toBe(403);
    expect((await theirs.get('/desk/zones')).statusCode).toBe(403);
    const shown = await theirs.post(`${own}/keys`, { software: 'unbound-behind-knot' });
    expect(SECRET.test(shown.body)).toBe(true);
    const [fresh, old] = await b.blocking.partners.keysOf([partner.atlas]);
    expect((await theirs.post(`${own}/keys/${fresh?.id}/activate`, {})).statusCode).toBe(303);
    expect((await theirs.post(`${own}/keys/${old?.id}/retire`, {})).statusCode).toBe(303);
    const states = (await b.blocking.partners.keysOf([partner.atlas])).map((k) => k.state);
    expect(states).toEqual(['active', 'retired']);
    const { rows } = await b.scene.platform.pool.query(
      'select data_key, secret from blocking.partner_key where id = $1',
      [old?.id],
    );
    expect(rows[0]).toEqual({ data_key: null, secret: null });
  });
});
