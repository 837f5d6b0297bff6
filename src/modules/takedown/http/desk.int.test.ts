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
    await senior.post(`/desk/providers/${id}/verify`);
    expect((await senior.get(`/desk/providers/${id}`)).body).toContain('Checked on');
    // A changed address is not a checked one.
    await senior.post(`/desk/providers/${id}`, { ...provider, address: 'new@sample-host.example' });
    expect((await scene.takedown.providers.get(id)).verified_at).toBeNull();
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
