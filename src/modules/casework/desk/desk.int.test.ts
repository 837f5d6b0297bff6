import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeskRoom, openDeskRoom, STORY } from '../testing/desk-room.ts';

describe('the desk', () => {
  let room: DeskRoom;
  let desk: DeskRoom['desk'];
  let analyst: DeskRoom['analyst'];
  let item: DeskRoom['item'];
  beforeAll(async () => {
    room = await openDeskRoom();
    ({ desk, analyst, item } = room);
  });
  afterAll(() => room?.desk.close());

  it('leads strangers to the sign-in and shows nobody what the policy closes', async () => {
    const { id } = await item();
    const stranger = await desk.server.inject({ method: 'GET', url: `/desk/items/${id}` });
    expect(stranger.statusCode).toBe(303);
    expect(stranger.headers.location).toMatch(/^\/desk\/sign-in\?next=/);
    const auditor = await desk.as('auditor');
    for (const path of ['/desk', `/desk/items/${id}`, '/desk/danger', '/desk/unfinished', '/desk/report/new'])
      expect((await auditor.get(path)).statusCode, path).toBe(403);
  });

  it('shows each person only the rooms that are open to them', async () => {
    const rooms = async (role: Parameters<DeskRoom['desk']['as']>[0]) => {
      const visitor = await desk.as(role);
      const { body } = await visitor.get(role === 'auditor' || role === 'administrator' ? '/desk/account' : '/desk');
      return [...body.matchAll(/<li><a href="(\/[^"]+)"[^>]*><svg/g)].map((m) => m[1]);
    };
    const [first, rest] = [
      ['/desk', '/desk/danger', '/desk/cases'],
      ['/desk/unfinished', '/desk/notices', '/desk/blocking', '/desk/referrals'],
    ];
    const seniors = [...rest.slice(0, -1), '/desk/zones', '/desk/contests', '/desk/referrals'];
    expect(await rooms('analyst')).toEqual([
      ...first,
      ...rest,
      '/desk/report/new',
      '/desk/bulk',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/identities',
    ]);
    expect(await rooms('senior-analyst')).toEqual([
      ...first,
      '/desk/verify',
      '/desk/helpline',
      ...seniors,
      '/desk/providers',
      '/desk/law-lab',
      '/desk/takedown-figures',
      '/desk/evidence',
      '/desk/keys',
      '/desk/report/new',
      '/desk/bulk',
      '/desk/mailbox',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/admin/rota',
      '/desk/identities',
    ]);
    expect(await rooms('supervisor')).toEqual([
      ...first,
      '/desk/clocks',
      '/desk/disagreements',
      '/desk/helpline',
      '/desk/care',
      ...seniors,
      '/desk/providers',
      '/desk/law-lab',
      '/desk/takedown-figures',
      '/desk/evidence',
      '/desk/report/new',
      '/desk/bulk',
      '/desk/mailbox',
      '/desk/quality',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/admin/rota',
      '/desk/lists',
      '/desk/retention',
    ]);
    expect(await rooms('auditor')).toEqual(['/desk/evidence', '/en/figures', '/desk/audit']);
    expect(await rooms('administrator')).toEqual([
      '/desk/zones',
      '/desk/mailbox',
      '/en/figures',
      '/desk/admin/accounts',
      '/desk/admin/api-keys',
      '/desk/admin/rota',
      '/desk/admin/networks',
      '/desk/admin/help-lines',
      '/desk/admin/bodies',
      '/desk/lists',
    ]);
  });

  describe('the queue', () => {
    it('lists danger first and marked, with addresses as text and never as links', async () => {
      const calm = await item({ category: 'relationships' });
      const danger = await item({ danger: true, category: 'privacy' });
      const { body } = await analyst.get('/desk');
      expect(body.indexOf(danger.host)).toBeLessThan(body.indexOf(calm.host));
      expect(body).toMatch(new RegExp(`<tr[^>]*row-danger[^>]*>(?:(?!</tr>).)*${danger.host}`));
      expect(body).not.toMatch(/href="https?:\/\//);
      expect(body).toContain(`/desk/items/${danger.id}#danger`);
      expect(body).not.toContain(STORY);
    });

    it('filters by state, category, kind and host, and keeps the filters in its links', async () => {
      const a = await item({ category: 'csam' }, 'www.filtered.example');
      const b = await item({ category: 'privacy' }, 'other.filtered.example');
      const ids = async (query: string) =>
        [...(await analyst.get(`/desk?${query}`)).body.matchAll(/data-row="([^"]+)"/g)].map((m) => m[1]);
      expect(await ids('host=filtered.example')).toEqual([a.id, b.id]);
      expect(await ids('host=HTTPS://WWW.filtered.example/any')).toEqual([a.id]);
      expect(await ids('host=filtered.example&category=privacy')).toEqual([b.id]);
      expect(await ids('host=filtered.example&kind=account')).toEqual([]);
      expect(await ids('host=filtered.example&state=gone')).toEqual([]);
      const { body } = await analyst.get('/desk?host=filtered.example&category=privacy');
      expect(body).toContain(`href="/desk?category=privacy&amp;host=filtered.example&amp;item=${b.id}#chosen"`);
      // What is not a filter is not one: the whole queue, not an error.
      expect((await analyst.get('/desk?state=x&category=y&kind=z&after=1.2.3&host=%20')).statusCode).toBe(200);
    });

    it('says what to do when nothing matches', async () => {
      const { body } = await analyst.get('/desk?host=nobody-reported.example');
      expect(body).toContain('Nothing matches these filters');
    });

    it('shows the chosen row beside the list, and 404 for a row that never was', async () => {
      const { id, host } = await item();
      const { body } = await analyst.get(`/desk?item=${id}`);
      expect(body).toMatch(new RegExp(`<aside class="desk-panel"(?:(?!</aside>).)*${host}`, 's'));
      expect((await analyst.get('/desk?item=01900000-0000-7000-8000-000000000000')).statusCode).toBe(404);
    });
  });
});
