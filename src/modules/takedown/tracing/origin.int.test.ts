import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../identity/testing/desk.ts';
import { answersOf, contactsOf, movedOf, tables } from '../schema.ts';
import { openScene, type Scene } from '../testing/scene.ts';

const HOUR = 3_600_000;
let scene: Scene;
let senior: string;
beforeAll(async () => {
  scene = await openScene({ seed: 41, abuseZone: 'abuse-zone.sample-host.example' });
  scene.world.desk.mode = 'silent';
  senior = await scene.account('senior-analyst');
});
afterAll(() => scene.close());

let photos = 5000;
async function sent(url = `http://photos.sample-host.example/p/${++photos}`) {
  const { item } = await scene.report({ url });
  await scene.assess(item, { category: 'csam' });
  const first = await scene.notice(item, 'queued', 'held');
  if (first.state === 'held') {
    await scene.takedown.actions.recordPreservation(first.id, senior);
    await scene.takedown.actions.decideHold(first.id, 'police', 'release', senior);
  }
  await scene.notice(item, 'queued');
  await scene.pass(0);
  return { item, notice: await scene.notice(item, 'sent') };
}
const traceOf = async (id: string | null) =>
  tables(scene.platform.db)
    .selectFrom('takedown.trace')
    .selectAll()
    .where('id', '=', id ?? '')
    .executeTakeFirstOrThrow();
/** A customer of the proxy, to whom it passed the notice on: at the reported site's own name. */
const CUSTOMER = 'owner@photos.sample-host.example';
/** What the desk's page says that it showed of this notice's origin. */
function seenIn(body: string, notice: string): string {
  const form = body.slice(body.indexOf(`/desk/origins/${notice}`));
  return /name="seen"[^>]*value="([^"]*)"/.exec(form)?.[1] ?? expect.fail('no form');
}
async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await read();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error('it did not happen');
}

describe('tracing in the world', () => {
  it('keeps network, country and the network above, asks the zone of abuse contacts, and asks registries once', async () => {
    const before = scene.world.rdap.queries.length;
    const { notice } = await sent();
    // Loopback is in no packaged table: the registry says which network announces it.
    expect(notice).toMatchObject({ network: 64500, hosted_in: 'MA' });
    const trace = await traceOf(notice.trace);
    const sources = answersOf(trace).map((a) => [a.source, a.outcome]);
    expect(sources).toContainEqual(['rdap-parent', 'found']);
    const contacts = contactsOf(trace);
    expect(contacts.find((c) => c.source === 'rdap-parent')).toMatchObject({
      contact: 'abuse@carrier.example',
      reach: 'upstream',
    });
    const asked = scene.world.rdap.queries.slice(before);
    const dns = answersOf(trace).find((a) => a.source === 'dns')?.data as { addresses: string[] };
    const name = `${dns.addresses[0]?.split('.').toReversed().join('.')}.abuse-zone.sample-host.example`;
    scene.world.dns.set(name, 'TXT', [{ type: 'TXT', name, ttl: 60, data: ['zone@sample-host.example, junk'] }]);
    const second = await sent();
    expect(contactsOf(await traceOf(second.notice.trace)).find((c) => c.source === 'abuse-zone')).toMatchObject({
      contact: 'zone@sample-host.example',
      reach: 'host',
    });
    // The same host and domain, within the half day: nobody is asked again, and the answer keeps its time.
    expect(scene.world.rdap.queries.slice(before)).toEqual(asked);
  });

  it('names who carries a network by the operators’ word', async () => {
    await scene.takedown.providers.save(senior, {
      ...{ name: 'Upstream', kind: 'isp', domains: ['upstream.example'], language: 'fr', channel: 'mail', note: '' },
      address: 'noc@registrar.example',
      networks: ['AS64510'],
    });
    await scene.takedown.operatorNetworks.save(senior, {
      ...{ asn: '64500', name: 'Sample network', upstreams: ['AS64510'], proxy: false, note: '' },
    });
    const { notice } = await sent();
    const contacts = contactsOf(await traceOf(notice.trace));
    expect(contacts.find((c) => c.contact === 'noc@registrar.example')).toMatchObject({
      source: 'own-network',
      reach: 'upstream',
      name: 'Upstream',
    });
  });

  it('sees that hosting moved when it is asked again, and shows it', async () => {
    const { notice } = await sent();
    const { platform, takedown, world } = scene;
    // Within a day only the ranking is new.
    await takedown.tracer.refresh(notice.id);
    expect((await takedown.store.get(platform.db, notice.id)).trace).toBe(notice.trace);

    const name = 'photos.sample-host.example';
    const elsewhere = '127.0.30.2';
    world.dns.set(name, 'A', [{ type: 'A', name, ttl: 1, data: elsewhere }]);
    platform.clock.advance(25 * HOUR);
    const contacts = await takedown.tracer.refresh(notice.id);
    expect(contacts.some((c) => c.contact === 'abuse@elsewhere-host.example')).toBe(true);
    const now = await takedown.store.get(platform.db, notice.id);
    expect(now).toMatchObject({ network: 64502, hosted_in: 'NL' });
    expect(movedOf(await traceOf(now.trace))).toContainEqual({ what: 'network', before: 'AS64500', after: 'AS64502' });
    const desk = await scene.signedIn('senior-analyst');
    const page = (await desk.get(`/desk/notices/${notice.id}`)).body;
    expect(page).toContain('The hosting has moved');
    expect(page).toContain('AS64502');
    world.dns.set(name, 'A', [{ type: 'A', name, ttl: 1, data: '127.0.10.3' }]);
  });
});

describe('a reverse proxy', () => {
  it('is asked for the origin with the notice; its answer is traced and joins the ladder', async () => {
    const { takedown, platform, world } = scene;
    world.dns.set('photos.sample-host.example', 'A', [
      { type: 'A', name: 'photos.sample-host.example', ttl: 1, data: '127.0.10.3' },
    ]);
    await takedown.operatorNetworks.save(senior, {
      ...{ asn: '64500', name: 'Sample front', upstreams: [], proxy: true, note: '' },
    });
    const { item, notice } = await sent();
    expect(notice.reach).toBe('proxy');
    const mail = world.mail.messages.find((m) => m.messageId === notice.message_id);
    expect(mail?.text).toContain('hébergeur d’origine');
    expect(await takedown.origins.find(platform.db, notice.id)).toMatchObject({
      state: 'asked',
      proxy: 'Sample front',
    });

    const path = `/notice/${takedown.facts.tokenOf(notice.id)}`;
    const provider = new Browser(scene.app);
    expect((await provider.get(`${path}?lang=en&place=127.0.30.2`)).body).toContain('Where is the content really?');
    const wrong = await provider.post(`${path}/origin?lang=en`, { answer: 'answered', place: '', contact: 'nobody' });
    expect((await provider.get(wrong.headers.location as string)).body).toContain('Write a host name or an IP address');
    // Whoever can't say may say so, and may know later.
    await provider.post(`${path}/origin`, { answer: 'refused' });
    expect(await takedown.origins.find(platform.db, notice.id)).toMatchObject({ state: 'refused' });
    await provider.post(`${path}/origin`, { answer: 'answered', place: 'me.sample-host.example', contact: CUSTOMER });
    expect((await provider.get(`${path}?lang=en`)).body).toContain(
      'One of us looks at it before anybody is written to.',
    );
    // Whoever has the link may be whom it is about: it waits, and nothing is traced or written.
    const before = (await takedown.store.get(platform.db, notice.id)).trace;
    const desk = await scene.signedIn('senior-analyst');
    const first = seenIn((await desk.get('/desk/origins')).body, notice.id);
    await provider.post(`${path}/origin`, { answer: 'answered', place: 'http://127.0.30.2/x', contact: CUSTOMER });
    await scene.pass(HOUR);
    await platform.ticks.run('takedown.ladder');
    const waiting = await takedown.origins.find(platform.db, notice.id);
    expect(waiting).toMatchObject({ state: 'named', place: null, contact: null, trace: null, ended_by: 'provider' });
    expect((await takedown.store.get(platform.db, notice.id)).trace).toBe(before);
    expect(scene.world.mail.messages.some((m) => m.to.includes(CUSTOMER))).toBe(false);
    expect((await scene.notices(item)).map((n) => n.contact)).not.toContain(CUSTOMER);

    // At the desk: by who may, on what was shown, corrected, and on record.
    expect((await desk.get('/desk/notices')).body).toContain('named behind a proxy and waits');
    const helper = await scene.signedIn('helpline');
    expect((await helper.get('/desk/origins')).body).toContain(CUSTOMER);
    const accept = { decision: 'accepted', place: '127.0.30.2', contact: '' };
    expect((await helper.post(`/desk/origins/${notice.id}`, accept)).statusCode).toBe(403);
    const old = await desk.post(`/desk/origins/${notice.id}`, { ...accept, seen: first });
    expect([old.statusCode, old.body.includes('named another one meanwhile')]).toEqual([409, true]);
    const list = (await desk.get('/desk/origins')).body;
    expect(list).toContain('whoever runs the site would read our notice');
    const given = { ...accept, seen: seenIn(list, notice.id) };
    expect((await desk.post(`/desk/origins/${notice.id}`, { ...given, place: '?' })).statusCode).toBe(400);
    expect((await desk.post(`/desk/origins/${notice.id}`, given)).statusCode).toBe(303);
    expect((await desk.get('/desk/origins')).body).not.toContain(notice.id);
    const { rows: audited } = await platform.pool.query<{ actor: string }>(
      `select actor from audit.entry where action = 'takedown.origin.accepted' and subject like $1`,
      [`%${notice.id}`],
    );
    expect(audited.map((r) => r.actor)).toEqual([`account:${senior}`]);
    const request = await eventually(async () => {
      const row = await takedown.origins.find(platform.db, notice.id);
      return row?.trace ? row : undefined;
    });
    expect(request).toMatchObject({
      ...{ state: 'answered', place: '127.0.30.2', contact: null, ended_by: 'provider', decided_by: senior },
      ...{ said_place: '127.0.30.2', said_contact: CUSTOMER },
    });
    const now = await takedown.store.get(platform.db, notice.id);
    expect(now.trace).toBe(request.trace);
    const contacts = contactsOf(await traceOf(now.trace));
    expect(contacts.map((c) => [c.contact, c.reach])).toEqual(
      expect.arrayContaining([
        ['abuse@elsewhere-host.example', 'host'],
        ['abuse@sample-host.example', 'proxy'],
      ]),
    );
    // The host behind comes before the proxy that stands in front.
    expect(contacts.findIndex((c) => c.reach === 'host')).toBeLessThan(contacts.findIndex((c) => c.reach === 'proxy'));
    expect((await provider.get(`${path}?lang=en`)).body).toContain('We turn to the origin host now.');
    expect((await provider.post(`${path}/origin`, { answer: 'refused' })).headers.location).toContain('invalid');

    // It is remembered when everything is asked again.
    platform.clock.advance(25 * HOUR);
    const again = await takedown.tracer.refresh(notice.id);
    expect(again.some((c) => c.contact === 'abuse@elsewhere-host.example' && c.reach === 'host')).toBe(true);
    expect((await scene.notices(item)).length).toBe(1);
    const later = await scene.signedIn('senior-analyst');
    expect((await later.get(`/desk/notices/${notice.id}`)).body).toContain('named the origin host');
    // A correction is traced anew.
    const typed = { place: '', contact: 'abuse@right-host.example' };
    expect((await later.post(`/desk/notices/${notice.id}/origin`, typed)).statusCode).toBe(303);
    const corrected = await eventually(async () => {
      const row = await takedown.origins.find(platform.db, notice.id);
      return row?.trace && row.trace !== request.trace ? row : undefined;
    });
    expect(contactsOf(await traceOf(corrected.trace)).map((c) => c.contact)).toContain('abuse@right-host.example');
    expect(contactsOf(await traceOf(corrected.trace)).map((c) => c.contact)).not.toContain(
      'abuse@elsewhere-host.example',
    );
  });

  it('whose answer one of us does not take gets no letter; naming is slowed down by link', async () => {
    const { takedown, platform } = scene;
    const { notice } = await sent();
    const path = `/notice/${takedown.facts.tokenOf(notice.id)}`;
    const customer = new Browser(scene.app);
    await customer.get(path);
    const name = (n: number) =>
      customer.post(`${path}/origin`, { answer: 'answered', place: '', contact: `${n}.${CUSTOMER}` });
    for (let n = 0; n < 10; n++) expect((await name(n)).statusCode).toBe(303);
    expect((await name(10)).statusCode).toBe(429);
    expect((await takedown.origins.find(platform.db, notice.id))?.said_contact).toBe(`9.${CUSTOMER}`);
    const desk = await scene.signedIn('senior-analyst');
    const seen = seenIn((await desk.get('/desk/origins')).body, notice.id);
    const declined = await desk.post(`/desk/origins/${notice.id}`, { decision: 'declined', seen, contact: 'x' });
    expect(declined.statusCode).toBe(303);
    expect(await takedown.origins.find(platform.db, notice.id)).toMatchObject({
      ...{ state: 'declined', contact: null, trace: null, decided_by: senior },
    });
    expect((await desk.get(`/desk/notices/${notice.id}`)).body).toContain('was not taken');
  });

  it('what it said elsewhere is typed in by staff', async () => {
    const { takedown, platform } = scene;
    const { notice } = await sent();
    const desk = await scene.signedIn('senior-analyst');
    await desk.get(`/desk/notices/${notice.id}`);
    expect((await desk.post(`/desk/notices/${notice.id}/origin`, { place: '?', contact: '' })).statusCode).toBe(400);
    const typed = { place: '', contact: 'abuse@elsewhere-host.example' };
    expect((await desk.post(`/desk/notices/${notice.id}/origin`, typed)).statusCode).toBe(303);
    const row = await takedown.origins.find(platform.db, notice.id);
    expect(row).toMatchObject({ state: 'answered', contact: 'abuse@elsewhere-host.example' });
    expect(row?.ended_by).toMatch(/^account:/);
  });
});
