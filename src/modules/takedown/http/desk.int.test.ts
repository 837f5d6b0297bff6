import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 13 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);

async function accountItem(platform: string) {
  const key = `${platform}:made_up_name`;
  const { item, report } = await scene.report({ accounts: [{ platform, name: 'made_up_name', key }] });
  await scene.assess(item);
  return { item, report };
}

describe('the desk', () => {
  it('is closed to visitors, and to people without the action', async () => {
    const visitor = await scene.app.inject('/desk/notices');
    expect(visitor.statusCode).toBe(303);
    const auditor = await scene.signedIn('auditor');
    expect((await auditor.get('/desk/notices')).statusCode).toBe(403);
    const analyst = await scene.signedIn('analyst');
    expect((await analyst.get('/desk/notices')).statusCode).toBe(200);
    expect((await analyst.get('/desk/providers')).statusCode).toBe(403);
    expect((await analyst.get('/desk/notices/00000000-0000-7000-8000-000000000000')).statusCode).toBe(404);
    expect((await analyst.get('/desk/notices/nonsense')).statusCode).toBe(404);
  });

  it('a platform with a form: the text holds the account, its opening is on record, a person marks it sent', async () => {
    const { item, report } = await accountItem('instagram');
    const notice = await scene.notice(item, 'by-hand');
    expect(notice).toMatchObject({ channel: 'form', provider_name: 'Meta', url: null });
    const analyst = await scene.signedIn('analyst');
    const page = await analyst.get(`/desk/notices/${notice.id}`);
    expect(page.body).not.toContain('made_up_name');
    const text = await analyst.get(`/desk/notices/${notice.id}/text`);
    expect(text.body).toContain('made_up_name');
    const { rows } = await scene.platform.pool.query(
      "select count(*)::int as n from audit.entry where action = 'takedown.notice.text-opened' and subject = $1",
      [`takedown.notice:${notice.id}`],
    );
    expect((rows[0] as { n: number }).n).toBe(1);
    await analyst.get(`/desk/notices/${notice.id}`);
    const sent = await analyst.post(`/desk/notices/${notice.id}/sent`, { back: 'https://evil.example/' });
    expect(sent.headers.location).toBe(`/desk/notices/${notice.id}`);
    expect((await get(notice.id)).state).toBe('sent');
    expect((await scene.steps(report)).at(-1)).toBe('asked-site');

    // There is no address to look at: the platform's word, then a person.
    await analyst.post(`/desk/watch/${item}/gone`);
    expect((await scene.casework.item(item)).state).toBe('asked');
    await scene.takedown.answers.answer(notice.id, 'removed', '');
    await analyst.get(`/desk/notices/${notice.id}`);
    expect((await analyst.post(`/desk/watch/${item}/gone`)).statusCode).toBe(303);
    expect((await scene.casework.item(item)).state).toBe('gone');
    expect((await get(notice.id)).state).toBe('closed');
  });

  it('a place that nobody answers for waits visibly, and a person enters a contact', async () => {
    const { item } = await accountItem('some-unknown-app');
    const notice = await scene.notice(item, 'no-contact');
    const analyst = await scene.signedIn('analyst');
    const list = await analyst.get('/desk/notices');
    expect(list.body).toContain(`/desk/notices/${notice.id}`);
    await analyst.get(`/desk/notices/${notice.id}`);
    const wrong = await analyst.post(`/desk/notices/${notice.id}/contact`, {
      channel: 'mail',
      contact: 'nobody at all',
      language: 'fr',
      name: 'Quelqu’un',
    });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('nobody at all');
    expect(wrong.body).toContain('Quelqu’un');
    for (const contact of ['javascript:alert(1)', 'ftp://x.example/'])
      expect(
        (
          await analyst.post(`/desk/notices/${notice.id}/contact`, {
            channel: 'form',
            contact,
            language: 'fr',
            name: '',
          })
        ).statusCode,
      ).toBe(400);
    await analyst.post(`/desk/notices/${notice.id}/contact`, {
      channel: 'mail',
      contact: 'trust@sample-app.example',
      language: 'en',
      name: 'Sample App',
    });
    await scene.pass(0);
    expect(await get(notice.id)).toMatchObject({ state: 'sent', source: 'person', language: 'en' });
  });

  it('only who may decides for the police; anybody of the desk records what the reporter said', async () => {
    const { item } = await scene.report({
      url: 'http://photos.sample-host.example/p/801',
      category: 'sextortion',
      visibility: 'few',
    });
    await scene.assess(item, { category: 'sextortion' });
    const { id } = await scene.notice(item, 'held');
    const analyst = await scene.signedIn('analyst');
    const page = await analyst.get(`/desk/notices/${id}`);
    expect(page.body).not.toContain('The police agree');
    const police = { kind: 'police', decision: 'release' };
    expect((await analyst.post(`/desk/notices/${id}/hold`, police)).statusCode).toBe(403);
    expect((await analyst.post(`/desk/notices/${id}/preservation`)).statusCode).toBe(303);
    expect((await analyst.post(`/desk/notices/${id}/hold`, { kind: 'reporter', decision: 'release' })).statusCode).toBe(
      303,
    );
    const supervisor = await scene.signedIn('supervisor');
    expect((await supervisor.get(`/desk/notices/${id}`)).body).toContain('The police agree');
    expect((await supervisor.post(`/desk/notices/${id}/hold`, police)).statusCode).toBe(303);
    await scene.notice(item, 'queued');
  });

  it('our own table of providers comes before every other source, and says what is not checked', async () => {
    const senior = await scene.signedIn('senior-analyst');
    await senior.get('/desk/providers');
    const provider = {
      name: 'Sample Photos',
      kind: 'host',
      domains: 'photos.sample-host.example\nصور-قطط.example',
      language: 'ar',
      channel: 'mail',
      address: 'photos-abuse@sample-host.example',
      note: '',
    };
    const wrong = await senior.post('/desk/providers', { ...provider, domains: 'not a domain!', address: 'nowhere' });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('nowhere');
    expect(wrong.body).toContain('not a domain!');
    expect((await senior.post('/desk/providers', provider)).statusCode).toBe(303);
    const list = await senior.get('/desk/providers');
    const id = /\/desk\/providers\/([0-9a-f-]{36})/.exec(list.body)?.[1] as string;
    expect(list.body).toContain('To be checked');
    expect(list.body).toContain('xn--');

    const { item } = await scene.report({ url: 'http://photos.sample-host.example/p/802' });
    await scene.assess(item);
    expect(await scene.notice(item, 'queued')).toMatchObject({
      contact: 'photos-abuse@sample-host.example',
      source: 'own-table',
      language: 'ar',
      provider_name: 'Sample Photos',
    });
    const contact = (await scene.takedown.contacts.ofProvider(id))[0]?.id as string;
    const path = `/desk/providers/${id}/contacts`;
    // Whoever says that it is right says how they know.
    expect((await senior.post(`${path}/${contact}/record`, { event: 'recorded', reason: ' ' })).statusCode).toBe(400);
    await senior.post(`${path}/${contact}/record`, { event: 'recorded', reason: 'Called their desk.' });
    const shown = (await senior.get(`/desk/providers/${id}`)).body;
    expect(shown).toContain('Recorded by one of us');
    expect(shown).toContain('Called their desk.');
    expect((await scene.takedown.providers.get(id)).verified_at).not.toBeNull();

    // Another address is not a checked one, and the first stays what it is.
    const more = {
      purpose: 'urgent',
      channel: 'mail',
      address: 'night@sample-host.example',
      language: 'fr',
      second: 'ar',
    };
    expect((await senior.post(path, { ...more, priority: '1' })).statusCode).toBe(303);
    expect((await senior.post(path, { ...more, priority: '1' })).statusCode).toBe(409);
    expect((await senior.post(path, { ...more, address: 'nowhere', priority: '1' })).body).toContain('nowhere');
    const all = await scene.takedown.contacts.ofProvider(id);
    expect(all.map((c) => [c.address, c.purpose, c.standing.state, c.languages])).toEqual([
      ['photos-abuse@sample-host.example', 'abuse', 'verified', ['ar']],
      ['night@sample-host.example', 'urgent', 'unverified', ['fr', 'ar']],
    ]);

    // What else it is; what is refused is kept as typed.
    const data = { ...provider, networks: 'AS64500', countries: 'ma fr', fields: 'Link = address\nYour name' };
    const bad = await senior.post(`/desk/providers/${id}`, { ...data, networks: 'AS0 many' });
    expect(bad.statusCode).toBe(400);
    expect(bad.body).toContain('AS0 many');
    expect((await senior.post(`/desk/providers/${id}`, data)).statusCode).toBe(303);
    expect(await scene.takedown.providers.get(id)).toMatchObject({
      networks: ['64500'],
      countries: ['MA', 'FR'],
      form_fields: [
        { label: 'Link', value: 'address' },
        { label: 'Your name', value: 'other' },
      ],
    });
    await senior.post(`/desk/providers/${id}/agreements`, {
      kind: 'memorandum',
      since: '2026-01-15',
      until: '',
      note: '',
    });
    const wrongDates = { kind: 'hours', since: '2026-03-01', until: '2026-02-01', note: '' };
    expect((await senior.post(`/desk/providers/${id}/agreements`, wrongDates)).statusCode).toBe(400);
    await senior.post(`/desk/providers/${id}/comment`, { comment: 'نعمل كل يوم.', language: 'ar' });
    const page = (await senior.get(`/desk/providers/${id}`)).body;
    for (const words of ['Memorandum', 'نعمل كل يوم.', 'AS64500', 'Address added', 'Agreement added', 'Reply entered'])
      expect(page).toContain(words);

    // Found by any of what is known of it.
    for (const q of ['sample ph', 'NIGHT@', 'as64500', 'photos.sample'])
      expect((await senior.get(`/desk/providers?q=${encodeURIComponent(q)}`)).body, q).toContain(id);
    for (const query of ['q=nobody-has-this', 'kind=isp', 'contact=wrong'])
      expect((await senior.get(`/desk/providers?${query}`)).body, query).not.toContain(id);
  });

  it('an entry of the country’s list is taken over once, and its form is filled in from then on', async () => {
    const senior = await scene.signedIn('senior-analyst');
    await senior.get('/desk/providers');
    const taken = await senior.post('/desk/providers/adopt', { seed: 'telegram' });
    expect(taken.statusCode).toBe(303);
    const [row] = await scene.takedown.providers.list({ text: 'telegram' });
    expect(row).toMatchObject({ seed: 'telegram', kind: 'platform', address: 'abuse@telegram.org' });
    expect((await scene.takedown.providers.findForPlatform('telegram'))?.id).toBe(row?.id);
    expect((await senior.post('/desk/providers/adopt', { seed: 'telegram' })).statusCode).toBe(409);
    expect((await scene.takedown.providers.openSeeds()).map((s) => s.id)).not.toContain('telegram');
  });

  it('who carries whom is written down, and thresholds are kept within their limits', async () => {
    const senior = await scene.signedIn('senior-analyst');
    await senior.get('/desk/providers/networks');
    const network = { asn: 'AS64500', name: 'Sample network', upstreams: '64510 AS64511', note: 'Told by telephone.' };
    expect((await senior.post('/desk/providers/networks', { ...network, asn: 'x' })).statusCode).toBe(400);
    expect((await senior.post('/desk/providers/networks', network)).statusCode).toBe(303);
    expect((await senior.get('/desk/providers/networks')).body).toContain('AS64510 AS64511');
    const rule = { validDays: '365', answerDays: '7', silentNotices: '2', silentDays: '5', leagueNotices: '20' };
    expect((await senior.post('/desk/providers/thresholds', { ...rule, leagueNotices: '2' })).statusCode).toBe(400);
    expect((await senior.post('/desk/providers/thresholds', rule)).statusCode).toBe(303);
    expect(await scene.takedown.providerRule.current()).toMatchObject({ silentNotices: 2, leagueNotices: 20 });
  });

  it('figures by provider, country, network and category, also as CSV; not for everybody', async () => {
    const analyst = await scene.signedIn('analyst');
    expect((await analyst.get('/desk/takedown-figures')).statusCode).toBe(403);
    const manager = await scene.signedIn('programme-manager');
    for (const by of ['provider', 'country', 'network', 'category']) {
      const page = await manager.get(`/desk/takedown-figures?by=${by}`);
      expect(page.statusCode, by).toBe(200);
      const csv = await manager.get(`/desk/takedown-figures.csv?by=${by}`);
      expect(csv.body, by).toMatch(/^\ufeff[^\r\n]+\r\n/);
    }
    const filtered = '/desk/takedown-figures.csv?by=category&from=2020-01-01&to=2020-12-31&country=MA&network=64500';
    expect((await manager.get(filtered)).body.trim().split('\r\n')).toHaveLength(1);
    expect((await manager.get('/desk/takedown-figures?from=nonsense&network=nonsense&by=nonsense')).statusCode).toBe(
      200,
    );
  });

  it('a provider that says "removed" while the content is still there is shown first', async () => {
    const { item } = await scene.report({ url: 'http://photos.sample-host.example/p/803' });
    await scene.assess(item);
    await scene.notice(item, 'queued');
    await scene.pass(0);
    const { id } = await scene.notice(item, 'sent');
    const analyst = await scene.signedIn('analyst');
    expect((await analyst.get('/desk/notices')).body).not.toContain('Said to be removed');
    await scene.takedown.answers.answer(id, 'removed', '');
    await scene.pass(0);
    const list = (await analyst.get('/desk/notices')).body;
    const at = [list.indexOf('Said to be removed'), list.indexOf(id), list.indexOf('A person has to act')];
    expect(at.every((n) => n > 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });

  it('the panel has everything that sources said, and what each look found', async () => {
    const { item } = await scene.report({ url: 'http://forum.sample-host.example/t/12-velo' });
    await scene.assess(item);
    const { id } = await scene.notice(item, 'queued');
    await scene.pass(0);
    const analyst = await scene.signedIn('analyst');
    for (const lang of ['ar', 'fr', 'en', 'zgh']) {
      analyst.cookies.set('lang', lang);
      const page = await analyst.get(`/desk/notices/${id}`);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain('abuse@sample-host.example');
      expect(page.body).toContain('rabat');
      expect(page.body).toContain('IP Geolocation by DB-IP');
      expect((await analyst.get('/desk/notices')).statusCode).toBe(200);
    }
  });
});
