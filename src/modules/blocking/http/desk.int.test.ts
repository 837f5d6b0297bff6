import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../identity/index.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';

let b: Blocks;
let item: string;
let entry: string;
beforeAll(async () => {
  b = await openBlocks({ seed: 48 });
  item = await b.listable('http://photos.sample-host.example/desk/1');
});
afterAll(() => b?.close());

const state = async (id: string) => (await b.blocking.store.get(b.scene.platform.db, id)).state;

describe('the desk', () => {
  it('leads from an item to the list, through three people', async () => {
    const analyst = await b.as('analyst-2', 'analyst');
    const form = await analyst.get(`/desk/blocking/propose/${item}`);
    expect(form.body).toContain('photos[.]sample-host[.]example');
    const at = `/desk/blocking/propose/${item}`;
    const refused = await analyst.post(at, { kind: 'domain', dedicated: 'on', grounds: 'Tout le site.' });
    expect(refused.statusCode).toBe(409);
    // What was typed stays, and the reason is said in words.
    expect(refused.body).toContain('Tout le site.');
    expect(refused.body).toContain('the whole name is not shown to be dedicated');
    expect((await analyst.post(at, { kind: 'hash', target: 'ab', grounds: 'x' })).body).toContain('no index of them');
    const made = await analyst.post(at, { kind: 'url', grounds: 'Personne ne répond.' });
    expect(made.statusCode).toBe(303);
    const path = made.headers.location as string;
    entry = path.split('/').at(-1) as string;
    await analyst.get(path);
    expect((await analyst.post(`${path}/approve`, { reason: 'x' })).statusCode).toBe(403);

    const senior = await b.as('senior-2', 'senior-analyst');
    await senior.get(path);
    expect((await senior.post(`${path}/approve`, { reason: ' ' })).statusCode).toBe(400);
    expect((await senior.post(`${path}/approve`, { reason: 'Vu.' })).statusCode).toBe(303);
    expect((await senior.post(`${path}/release`, { reason: 'x' })).statusCode).toBe(403);
    // Whoever verified the item is refused by the policy already.
    const verifier = await b.as('senior-analyst', 'senior-analyst');
    expect((await verifier.get(path)).body).not.toContain(`action="${path}/release"`);
    expect((await verifier.post(`${path}/release`, { reason: 'x' })).statusCode).toBe(403);

    const supervisor = await b.as('supervisor-2', 'supervisor');
    expect((await supervisor.get(path)).body).toContain(`action="${path}/release"`);
    expect((await supervisor.post(`${path}/release`, { reason: 'Vu à neuf.' })).statusCode).toBe(303);
    expect(await state(entry)).toBe('released');
    const page = await supervisor.get(path);
    expect(page.body).toContain('Personne ne répond.');
    expect(page.body).not.toContain('http://photos.sample-host');
    expect((await supervisor.get('/desk/blocking/feed')).body).toContain('photos[.]sample-host');
  });

  it('shows the list to nobody else; a programme manager sees orders only, and types them in', async () => {
    const gone: Role[] = [
      'helpline',
      'custodian',
      'police',
      'care-worker',
      'observer',
      'administrator',
      'auditor',
      'on-call',
    ];
    for (const role of gone) {
      const browser = await b.as(role, role);
      for (const path of ['', `/${entry}`, '/feed', '/appeals', '/rollback', '/order', `/propose/${item}`])
        expect((await browser.get(`/desk/blocking${path}`)).statusCode, `${role} ${path}`).toBe(403);
    }
    const manager = await b.as('programme-manager', 'programme-manager');
    const list = await manager.get('/desk/blocking');
    expect(list.statusCode).toBe(200);
    expect(list.body).not.toContain('sample-host');
    for (const path of [`/${entry}`, '/feed', '/appeals', '/rollback'])
      expect((await manager.get(`/desk/blocking${path}`)).statusCode, path).toBe(403);
    await manager.get('/desk/blocking/order');
    const order = {
      kind: 'domain',
      target: 'Ordered-Name.example.',
      number: '5/2026',
      court: 'Cour',
      date: '2026-11-20',
      reference: 'Archive 5',
      scope: 'Le nom.',
      expires: '2027-03-01',
      grounds: 'Reçue.',
    };
    const incomplete = await manager.post('/desk/blocking/order', { ...order, reference: '' });
    expect(incomplete.statusCode).toBe(409);
    expect(incomplete.body).toContain('Ordered-Name.example.');
    const made = await manager.post('/desk/blocking/order', order);
    expect(made.statusCode).toBe(303);
    const page = await manager.get(made.headers.location as string);
    expect(page.body).toContain('ordered-name[.]example');
    expect((await manager.post(`${made.headers.location}/approve`, { reason: 'x' })).statusCode).toBe(403);
    expect((await manager.get('/desk/blocking')).body).toContain('ordered-name[.]example');
  });

  it('takes everything of a taken-over account back with one form', async () => {
    const senior = await b.as('senior-3', 'senior-analyst');
    await senior.get('/desk/blocking/rollback');
    const empty = await senior.post('/desk/blocking/rollback', { account: '', hours: '', reason: 'x' });
    expect(empty.statusCode).toBe(400);
    const account = await b.person('supervisor-2', 'supervisor');
    const done = await senior.post('/desk/blocking/rollback', { account, hours: '', reason: 'Compte usurpé.' });
    expect(done.body).toContain('1 block lifted');
    expect(await state(entry)).toBe('removed');
    expect((await b.blocking.feed.snapshot()).listed).toEqual([]);
  });

  it('takes several chosen ones off at once, straight from the list', async () => {
    const chosen = [(await b.released()).entry, (await b.released()).entry];
    const kept = (await b.released()).entry;
    const senior = await b.as('senior-3', 'senior-analyst');
    expect((await senior.get('/desk/blocking')).body).toMatch(
      new RegExp(`value="${chosen[0]}"[^>]*form="rollback-chosen"`),
    );
    const done = await senior.post('/desk/blocking/rollback', { entry: chosen, reason: 'Une liste fausse.' });
    expect(done.body).toContain('2 blocks lifted');
    for (const id of chosen) expect(await state(id)).toBe('removed');
    expect(await state(kept)).toBe('released');
  });

  it('knows no other entry and no other way', async () => {
    const senior = await b.as('senior-3', 'senior-analyst');
    for (const id of ['nothing', '01900000-0000-7000-8000-000000000000'])
      expect((await senior.get(`/desk/blocking/${id}`)).statusCode).toBe(404);
    expect((await senior.get('/desk/blocking/appeals/nothing')).statusCode).toBe(404);
    await senior.get(`/desk/blocking/${entry}`);
    expect((await senior.post(`/desk/blocking/${entry}/suspend`, { reason: 'x' })).statusCode).toBe(409);
  });
});
