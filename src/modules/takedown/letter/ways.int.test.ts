import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ABUSE_API_TOKEN } from '../../../../world/index.ts';
import { Browser } from '../../identity/testing/desk.ts';
import { retryDelay } from '../notice/notice.ts';
import { LEASE_MS } from '../notice/outbox.ts';
import { AT_ONCE, openScene, type Scene } from '../testing/scene.ts';
import type { LetterRule } from './letter.ts';

const HOUR: LetterRule = {
  ...AT_ONCE,
  grouping: { ...AT_ONCE.grouping, newContact: 3600, knownContact: 3600, maxNotices: 50 },
};
const MAIL = { channel: 'mail', address: 'abuse@sample-host.example' } as const;

let scene: Scene;
let provider = '';
beforeAll(async () => {
  scene = await openScene({ seed: 33, letterRule: HOUR });
  scene.world.desk.mode = 'silent';
  await settle(MAIL);
});
afterAll(() => scene.close());
afterEach(async () => {
  scene.world.api.refuse(null);
  await scene.pass(2 * 3_600_000);
});

/** The provider of the photo board, as our own table has it. */
async function settle(way: { channel: 'mail' | 'api'; address: string }): Promise<void> {
  const account = await scene.account('senior-analyst');
  const { providers, contacts } = scene.takedown;
  if (!provider) {
    const domains = ['photos.sample-host.example'];
    const base = { name: 'Sample Hosting', kind: 'host', note: '', language: 'fr' } as const;
    provider = await providers.save(account, { ...base, domains, ...way });
    return;
  }
  const before = await contacts.ofProvider(provider);
  if (!before.some((c) => c.address === way.address))
    await contacts.add(account, provider, { ...way, purpose: 'abuse', languages: ['fr'], priority: 1 });
  for (const c of before) if (c.address !== way.address) await contacts.remove(account, provider, c.id);
}
const settings = async (given: Partial<Parameters<Scene['takedown']['settings']['save']>[2]>) =>
  scene.takedown.settings.save(provider, await scene.account('senior-analyst'), {
    attach: 'link',
    extra: {},
    token: 'keep',
    ...given,
  });

let photos = 800;
async function due(category: 'harassment' | 'csam' | 'fraud-impersonation' = 'harassment') {
  const url = `http://photos.sample-host.example/p/${++photos}`;
  const { item } = await scene.report({ url, category: 'harassment' });
  await scene.assess(item, { category });
  const notice = await scene.notice(item, 'queued', 'held');
  if (notice.state === 'held') {
    await scene.takedown.actions.recordPreservation(notice.id, await scene.account('analyst'));
    await scene.takedown.actions.decideHold(notice.id, 'police', 'release', await scene.account('senior-analyst'));
    await scene.notice(item, 'queued');
  }
  await scene.platform.ticks.run('takedown.checks');
  await scene.platform.ticks.run('takedown.send');
  return { item, id: notice.id, url };
}
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);
const mailAbout = (id: string) => scene.world.mail.messages.find((m) => m.text.includes(id));
const letterOf = async (id: string) => (await get(id)).letter ?? '';

describe('the page of a letter', () => {
  it('lists its notices with their exact addresses, offers files, and takes answers for those chosen', async () => {
    const [a, b] = [await due(), await due('fraud-impersonation')];
    await scene.pass(3_600_000);
    const mail = mailAbout(a.id);
    expect(mail?.attachments).toEqual([]);
    const path = /http:\/\/localhost:\d+(\/notice\/letter\/[^\s]+)/.exec(mail?.text ?? '')?.[1] ?? '';
    const page = await scene.app.inject(path);
    expect(page.statusCode).toBe(200);
    for (const { id, url } of [a, b]) {
      expect(page.body).toContain(`data-reported-url="${url}"`);
      expect(page.body).toContain(id);
    }
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(page.headers['x-robots-tag']).toContain('noindex');

    const csv = await scene.app.inject(`${path}/notices.csv`);
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="notices.csv"',
      'cache-control': 'no-store',
    });
    expect(csv.body.startsWith('\uFEFFreference,url,ip,')).toBe(true);
    for (const { id, url } of [a, b]) expect(csv.body).toContain(`${id},${url},127.0.10.3,`);
    expect((await scene.app.inject(`${path}/xarf/${a.id}.json`)).statusCode).toBe(404);
    expect((await scene.app.inject(`${path}/xarf/${b.id}.json`)).json()).toMatchObject({
      category: 'content',
      type: 'fraud',
      report_id: b.id,
      url: b.url,
      source_identifier: '127.0.10.3',
    });

    const browser = new Browser(scene.app);
    await browser.get(path);
    // A GET answered nothing, and nothing chosen is no answer.
    await browser.post(path, { answer: 'removed' });
    expect((await get(a.id)).state).toBe('sent');
    await browser.post(path, { answer: 'removed', notice: a.id });
    expect((await get(a.id)).state).toBe('removed');
    expect((await get(b.id)).state).toBe('sent');
    await browser.post(path, { answer: 'received', notice: b.id });
    expect((await get(b.id)).state).toBe('received');
    expect((await scene.app.inject('/notice/letter/0199a2b4-0000-7000-8000-000000000001.x')).statusCode).toBe(404);
    // The link of a notice opens no letter, nor the other way round.
    expect((await scene.app.inject(`/notice/letter/${scene.takedown.facts.tokenOf(a.id)}`)).statusCode).toBe(404);
  });

  it('no longer says where, once nothing is asked', async () => {
    const a = await due();
    await scene.pass(3_600_000);
    await scene.assess(a.item, { outcome: 'not-actionable', legalArticles: [] });
    const path = `/notice/letter/${scene.takedown.letterFacts.tokenOf(await letterOf(a.id))}`;
    for (const at of [path, `${path}/notices.csv`]) expect((await scene.app.inject(at)).body).not.toContain(a.url);
  });
});

describe('a provider that agreed to it', () => {
  it('gets the exact addresses attached: the table, and XARF where there is a word', async () => {
    await settings({ attach: 'plain', extra: { fr: 'Dossier convenu: service abuse, poste 12.' } });
    const [a, b] = [await due(), await due('fraud-impersonation')];
    await scene.pass(3_600_000);
    const mail = mailAbout(a.id);
    expect(mail?.attachments.map((f) => [f.filename, f.contentType])).toEqual([
      ['notices.csv', 'text/csv'],
      [`xarf-${b.id}.json`, 'application/json'],
    ]);
    expect(mail?.text).toContain('poste 12');
    expect(mail?.text).not.toContain('/p/');
    await settings({ attach: 'link' });
  });

  it('is changed by who may, and keeps its token sealed', async () => {
    await settle({ channel: 'api', address: scene.world.apiUrl });
    const senior = await scene.signedIn('senior-analyst');
    const path = `/desk/providers/${provider}`;
    await senior.get(path);
    expect((await senior.post(`${path}/letters`, { token: 'a b' })).statusCode).toBe(400);
    // Without an address, or for one that is none of the provider's own interfaces, there is no token.
    for (const address of ['', 'https://photos.elsewhere-host.example/', 'abuse@sample-host.example']) {
      const refused = await senior.post(`${path}/letters`, { token: 'first-token-1', 'api-address': address });
      expect([refused.statusCode, refused.body.includes('Choose the interface')]).toEqual([400, true]);
    }
    const given = { token: 'first-token-1', 'api-address': scene.world.apiUrl, attach: 'plain' };
    expect((await senior.post(`${path}/letters`, given)).statusCode).toBe(303);
    const row = await scene.takedown.settings.find(provider);
    expect(row).toMatchObject({ attach: 'plain' });
    expect(row && (await scene.takedown.settings.tokenFor(row, scene.world.apiUrl))).toEqual({
      token: 'first-token-1',
    });
    expect(JSON.stringify(row?.api_token?.toString('latin1'))).not.toContain('first-token');
    const shown = await senior.get(path);
    expect(shown.body).not.toContain('first-token');
    expect(shown.body).toContain('It goes to this address only.');
    const analyst = await scene.signedIn('analyst');
    await analyst.get('/desk');
    expect((await analyst.post(`${path}/letters`, { token: 'other-token-1' })).statusCode).toBe(403);
    await senior.post(`${path}/letters`, { forget: 'on' });
    const emptied = await scene.takedown.settings.find(provider);
    expect(emptied).toMatchObject({ data_key: null, api_token: null, attach: 'link' });
    await settle(MAIL);
  });
});

describe('the interface of a provider', () => {
  const { received } = { received: () => scene.world.api.received };
  beforeAll(async () => {
    await settle({ channel: 'api', address: scene.world.apiUrl });
    await settings({ token: { set: ABUSE_API_TOKEN, address: scene.world.apiUrl } });
  });

  it('gets one array of XARF for a letter, at once, under the letter’s key', async () => {
    const before = received().length;
    const a = await due('fraud-impersonation');
    expect(await get(a.id)).toMatchObject({ state: 'sent', channel: 'api', contact: scene.world.apiUrl });
    const call = received()[before];
    expect(received()).toHaveLength(before + 1);
    expect(call?.headers['idempotency-key']).toBe(await letterOf(a.id));
    expect(call?.headers['user-agent']).toBe('e-Salama');
    expect(call?.body).toMatchObject([{ report_id: a.id, url: a.url, type: 'fraud', answer_url: expect.any(String) }]);
    expect(mailAbout(a.id)).toBeUndefined();
  });

  it('says what has no word in XARF as "other", and what the police released as what it is', async () => {
    const before = received().length;
    await due();
    await due('csam');
    const said = received()
      .slice(before)
      .flatMap((c) => c.body as { type: string; tags: string[] }[]);
    expect(said.map((r) => [r.type, r.tags[0]])).toEqual([
      ['other', 'category:harassment'],
      ['csem', 'category:csam'],
    ]);
  });

  it.each([503, 429, 401])('is tried again after %i, and then has it once', async (status) => {
    scene.world.api.refuse(status);
    const a = await due();
    expect(await get(a.id)).toMatchObject({ state: 'queued', attempts: 1, last_error: `HTTP ${status}` });
    scene.world.api.refuse(null);
    const before = received().length;
    scene.platform.clock.advance(retryDelay(1) * 1.3);
    await scene.platform.ticks.run('takedown.send');
    expect((await get(a.id)).state).toBe('sent');
    expect(received()).toHaveLength(before + 1);
  });

  it.each([400, 404, 302])('has refused for good with %i', async (status) => {
    scene.world.api.refuse(status);
    const a = await due();
    expect(await get(a.id)).toMatchObject({ state: 'failed', last_error: `HTTP ${status}` });
  });

  it('has it once though its answer was lost', async () => {
    const before = received().length;
    const calls = scene.world.api.calls;
    scene.world.api.dropNextReply();
    const a = await due();
    expect((await get(a.id)).state).toBe('queued');
    scene.platform.clock.advance(LEASE_MS);
    await scene.platform.ticks.run('takedown.send');
    expect((await get(a.id)).state).toBe('sent');
    expect(scene.world.api.calls).toBe(calls + 2);
    expect(received()).toHaveLength(before + 1);
  });

  it('is told that a notice no longer stands, by itself and once, without the address', async () => {
    const a = await due();
    expect((await get(a.id)).state).toBe('sent');
    const before = received().length;
    await scene.assess(a.item, { outcome: 'not-actionable', legalArticles: [] });
    expect((await get(a.id)).state).toBe('taken-back');
    await scene.platform.ticks.run('takedown.send');
    for (let i = 0; i < 3; i++) await scene.pass(3_600_000);
    expect(received()).toHaveLength(before + 1);
    const call = received()[before];
    const { counter_letter } = await get(a.id);
    expect(call?.headers['idempotency-key']).toBe(counter_letter);
    expect(call?.body).toEqual([
      {
        ...{ report_id: a.id, status: 'withdrawn', withdrawn_at: expect.any(String) },
        ...{ reporter: expect.any(Object), sender: expect.any(Object) },
        answer_url: expect.stringContaining(`/notice/${a.id}.`),
      },
    ]);
    expect(JSON.stringify(call?.body)).not.toContain(a.url);
    expect(mailAbout(a.id)).toBeUndefined();
    expect(await scene.takedown.letters.find(scene.platform.db, counter_letter ?? '')).toMatchObject({
      ...{ kind: 'taken-back', channel: 'api', state: 'sent' },
    });
  });

  it('gets nothing without a token, and its token goes nowhere else', async () => {
    await settings({ token: 'forget' });
    const a = await due();
    expect(await get(a.id)).toMatchObject({ state: 'failed', last_error: 'no token for this interface' });
    await settings({ token: { set: ABUSE_API_TOKEN, address: scene.world.apiUrl } });
    const calls = scene.world.api.calls;
    const chosen = {
      channel: 'api',
      contact: 'https://photos.elsewhere-host.example/',
      language: 'en',
      name: '',
    } as const;
    await scene.takedown.actions.chooseContact(a.id, chosen, await scene.account('analyst'));
    await scene.platform.ticks.run('takedown.send');
    expect(await get(a.id)).toMatchObject({ state: 'failed', last_error: 'no token for this interface' });
    expect(scene.world.api.calls).toBe(calls);
    const elsewhere = scene.world.requests.filter((r) => r.method === 'POST' && r.host.includes('elsewhere'));
    expect(elsewhere).toEqual([]);
  });

  it('keeps its token from another address of the same provider, however that came there', async () => {
    const other = 'https://photos.elsewhere-host.example/in';
    const { settings: kept, contacts } = scene.takedown;
    const row = async () => (await kept.find(provider)) ?? expect.fail();
    const senior = await scene.signedIn('senior-analyst');
    const account = await scene.account('senior-analyst');
    await contacts.add(account, provider, {
      ...{ channel: 'api', address: other, purpose: 'urgent', languages: ['fr'], priority: 1 },
    });
    expect(await kept.tokenFor(await row(), other)).toEqual({ refused: 'elsewhere' });
    expect(await kept.tokenFor(await row(), scene.world.apiUrl)).toEqual({ token: ABUSE_API_TOKEN });
    // Somebody who can write the row, but has not the key, can't bind it anew.
    await scene.platform.pool.query('update takedown.provider set api_address = $1 where id = $2', [other, provider]);
    expect(await kept.tokenFor(await row(), other)).toEqual({ refused: 'unbound' });
    await scene.platform.pool.query('update takedown.provider set api_address = null where id = $1', [provider]);
    expect(await kept.tokenFor(await row(), scene.world.apiUrl)).toEqual({ refused: 'unbound' });
    expect((await senior.get(`/desk/providers/${provider}`)).body).toContain('Type it in again');
    await settings({ token: { set: ABUSE_API_TOKEN, address: scene.world.apiUrl } });

    // Only the other address is left: the letter fails and says why, and nothing was posted.
    await settle({ channel: 'api', address: other });
    const a = await due();
    expect(await get(a.id)).toMatchObject({
      ...{ state: 'failed', contact: other },
      last_error: 'the token is for an address that the provider no longer has',
    });
    expect((await senior.get(`/desk/providers/${provider}`)).body).toContain('no longer one of this provider');
    expect(scene.world.requests.filter((r) => r.method === 'POST' && r.host.includes('elsewhere'))).toEqual([]);
    await settle({ channel: 'api', address: scene.world.apiUrl });
  });

  it('keeps its token from an address that is known to be wrong, until somebody says otherwise', async () => {
    const { settings: kept, contacts } = scene.takedown;
    const row = async () => (await kept.find(provider)) ?? expect.fail();
    const account = await scene.account('senior-analyst');
    const [own] = await contacts.ofProvider(provider);
    await contacts.record(account, provider, own?.id ?? '', 'not-us', 'Said so by telephone.');
    expect(await kept.tokenFor(await row(), scene.world.apiUrl)).toEqual({ refused: 'unusable' });
    const senior = await scene.signedIn('senior-analyst');
    expect((await senior.get(`/desk/providers/${provider}`)).body).toContain('its address is wrong or does not exist');
    await expect(settings({ token: { set: ABUSE_API_TOKEN, address: scene.world.apiUrl } })).rejects.toThrow(
      'TAKEDOWN_TOKEN_ADDRESS',
    );
    await contacts.record(account, provider, own?.id ?? '', 'recorded', 'Right after all.');
    expect(await kept.tokenFor(await row(), scene.world.apiUrl)).toEqual({ token: ABUSE_API_TOKEN });
  });
});

describe('the desk', () => {
  it('shows what waits and lets it go now', async () => {
    await settle(MAIL);
    const a = await due();
    const analyst = await scene.signedIn('analyst');
    const list = await analyst.get('/desk/letters');
    const id = await letterOf(a.id);
    expect(list.body).toContain(`/desk/letters/${id}`);
    const page = await analyst.get(`/desk/letters/${id}`);
    expect(page.body).toContain(`/desk/notices/${a.id}`);
    expect((await get(a.id)).state).toBe('queued');
    expect((await analyst.post(`/desk/letters/${id}/now`)).statusCode).toBe(303);
    await scene.platform.ticks.run('takedown.send');
    expect((await get(a.id)).state).toBe('sent');
    expect((await analyst.post(`/desk/letters/${id}/now`)).statusCode).toBe(409);
    const officer = await scene.signedIn('police');
    expect((await officer.get('/desk/letters')).statusCode).not.toBe(200);
  });
});
