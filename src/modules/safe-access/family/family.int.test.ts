import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../identity/index.ts';
import { openFamilies, type TestFamilies } from '../testing/families.ts';
import { type PactTerms, preset13 } from '../testing/terms.ts';
import { createBlocked } from './blocked.ts';
import { createRows } from './rows.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let f: TestFamilies;
let mother: Actor;
let father: Actor;
let stranger: Actor;
beforeAll(async () => {
  f = await openFamilies();
  mother = await f.person('mother', 'parent');
  father = await f.person('father', 'parent');
  stranger = await f.person('stranger', 'parent');
});
afterAll(() => f.close());

const child = async (over: { band?: 'under-9' | '9-12' | '13-15'; label?: string } = {}) => {
  const [known] = await f.safeAccess.families.mine(mother);
  const family = known ?? (await f.safeAccess.families.create(mother));
  const { band = '9-12', label = 'Lapin' } = over;
  const made = await f.safeAccess.profiles.create(mother, { family: family.id }, { label, band, lang: 'fr' });
  return { family: family.id, ...made, id: made.profile.id };
};

describe('families', () => {
  it('are the parents’ own: a second one joins by a link that works once', async () => {
    const { families } = f.safeAccess;
    const { family } = await child();
    await expect(families.get(stranger, family)).rejects.toThrow('IDENTITY_FORBIDDEN');
    const { token } = await families.invite(mother, family);
    expect((await families.join(father, token)).parents.map((p) => p.name)).toEqual(['mother', 'father']);
    await expect(families.join(stranger, token)).rejects.toThrow('SAFE_ACCESS_LINK_SPENT');
    await expect(families.join(stranger, 'x')).rejects.toThrow('SAFE_ACCESS_LINK_SPENT');
    await families.leave(father, family);
    await expect(families.leave(mother, family)).rejects.toThrow('SAFE_ACCESS_LAST_PARENT');
    const old = await families.invite(mother, family);
    f.platform.clock.advance(8 * DAY);
    await expect(families.join(father, old.token)).rejects.toThrow('SAFE_ACCESS_LINK_SPENT');
  });

  it('nobody of the desk sees one, and nobody makes one but a parent', async () => {
    const { id, family } = await child();
    for (const role of ['supervisor', 'administrator', 'senior-analyst', 'teacher'] as const) {
      const person = await f.person(`desk-${role}`, role);
      await expect(f.safeAccess.profiles.get(person, id)).rejects.toThrow('IDENTITY_FORBIDDEN');
      await expect(f.safeAccess.families.get(person, family)).rejects.toThrow('IDENTITY_FORBIDDEN');
      await expect(f.safeAccess.families.create(person)).rejects.toThrow('IDENTITY_FORBIDDEN');
    }
    await expect(f.safeAccess.profiles.get(stranger, id)).rejects.toThrow('IDENTITY_FORBIDDEN');
    await expect(f.safeAccess.profiles.get(mother, 'nonsense')).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
  });
});

describe('profiles', () => {
  it('begin with the country’s preset; nicknames are sealed', async () => {
    const { profile } = await child({ label: 'Étoile' });
    expect(profile).toMatchObject({ label: 'Étoile', band: '9-12', revision: 1, rules: { safeSearch: true } });
    const { rows } = await sql<{
      label: Buffer;
    }>`select label from safe_access.profile where id = ${profile.id}`.execute(f.platform.db);
    expect(rows[0]?.label.includes('toile')).toBe(false);
  });

  it('rules change by whoever saw the newest; names are what DNS has; history stays', async () => {
    const { id, profile } = await child();
    const { profiles } = f.safeAccess;
    const rules = { ...profile.rules, deny: ['https://www.Bad.example/page'], allow: ['good.example'] };
    const changed = await profiles.setRules(mother, id, rules, 1);
    expect(changed).toMatchObject({ revision: 2, rules: { deny: ['bad.example'] } });
    await expect(profiles.setRules(mother, id, rules, 1)).rejects.toThrow('SAFE_ACCESS_STALE');
    for (const wrong of [{ deny: ['com'] }, { deny: ['good.example'] }, { allow: ['a b'] }])
      await expect(profiles.setRules(mother, id, { ...rules, ...wrong }, 2)).rejects.toThrow('SAFE_ACCESS_INVALID');
    // From 13 on no names, whatever a form says.
    await expect(profiles.setRules(mother, id, { ...rules, band: '13-15', keeps: 'names' }, 2)).rejects.toThrow(
      'SAFE_ACCESS_INVALID',
    );
    expect((await profiles.history(mother, id)).map((h) => [h.revision, h.cause])).toEqual([
      [2, 'changed'],
      [1, 'set-up'],
    ]);
  });

  it('bonus and pause end by themselves; bonus opens nothing dangerous', async () => {
    const { id } = await child();
    const { profiles } = f.safeAccess;
    await expect(profiles.giveBonus(mother, id, { minutes: 30, opens: ['adult'] })).rejects.toThrow('INVALID');
    await expect(profiles.pause(mother, id, 0)).rejects.toThrow('INVALID');
    await expect(profiles.pause(mother, id, 1441)).rejects.toThrow('INVALID');
    const bonus = await profiles.giveBonus(mother, id, { minutes: 30, opens: ['games'] });
    expect(bonus.holding.bonus?.opens).toEqual(['games']);
    const paused = await profiles.pause(mother, id, 10);
    expect(paused.holding.closed).toBe('everything');
    expect(paused.holding.nextChangeAt).toEqual(paused.holding.pausedUntil);
    f.platform.clock.advance(10 * MINUTE);
    expect((await profiles.get(mother, id)).holding.pausedUntil).toBeUndefined();
    f.platform.clock.advance(20 * MINUTE);
    expect((await profiles.get(mother, id)).holding.bonus).toBeUndefined();
    await profiles.pause(mother, id, 10);
    expect((await profiles.resume(mother, id)).holding.pausedUntil).toBeUndefined();
  });

  it('devices have an id of their own, are seen by the day, and are revoked', async () => {
    const { id } = await child();
    const device = await f.safeAccess.devices.add(mother, id, { kind: 'android', label: 'Téléphone' });
    expect(device).toMatchObject({
      dohUrl: `http://localhost:8080/dns-query/${device.id}`,
      dotName: `${device.id}.dns.localhost`,
      lastSeen: undefined,
    });
    expect(device.id).toMatch(/^[a-z2-7]{12}$/);
    await createBlocked(f.platform, createRows(f.platform)).seen(new Map([[device.id, '2026-11-24']]));
    expect((await f.safeAccess.profiles.get(mother, id)).devices).toMatchObject([{ lastSeen: '2026-11-24' }]);
    await expect(f.safeAccess.devices.rename(stranger, device.id, 'x')).rejects.toThrow('IDENTITY_FORBIDDEN');
    expect(await f.safeAccess.devices.known(device.id)).toBe(true);
    await f.safeAccess.devices.revoke(mother, device.id);
    expect(await f.safeAccess.devices.known(device.id)).toBe(false);
  });

  it('a device gets another name, and another id that ends the one before', async () => {
    const { id } = await child();
    const { devices, profiles } = f.safeAccess;
    const before = await devices.add(mother, id, { kind: 'android', label: 'Téléphone' });
    await createBlocked(f.platform, createRows(f.platform)).seen(new Map([[before.id, '2026-11-24']]));
    await devices.rename(mother, before.id, '  Le bleu ');
    for (const wrong of ['', '  ', 'x'.repeat(61)])
      await expect(devices.rename(mother, before.id, wrong)).rejects.toThrow('SAFE_ACCESS_INVALID');
    await expect(devices.readdress(stranger, before.id)).rejects.toThrow('IDENTITY_FORBIDDEN');
    const after = await devices.readdress(mother, before.id);
    expect(after).toMatchObject({ label: 'Le bleu', kind: 'android', profile: id, lastSeen: undefined });
    expect(after.id).not.toBe(before.id);
    expect((await profiles.get(mother, id)).devices).toEqual([after]);
    expect([await devices.known(before.id), await devices.known(after.id)]).toEqual([false, true]);
    await expect(devices.readdress(mother, before.id)).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
    await expect(f.safeAccess.children.askFromDevice(before.id, 'comics.example')).rejects.toThrow('UNKNOWN');
    // Twice at once: one of them wins, and there is one device.
    const twice = await Promise.allSettled([devices.readdress(mother, after.id), devices.readdress(mother, after.id)]);
    expect(twice.map((t) => t.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await profiles.get(mother, id)).devices).toHaveLength(1);
    const said = (await f.audits()).filter((a) => a.subject === `safe-access.profile:${id}`);
    expect(said.map((a) => a.action)).toEqual(
      expect.arrayContaining(['safe-access.device.renamed', 'safe-access.device.readdressed']),
    );
    expect(JSON.stringify(said)).not.toMatch(new RegExp(`${before.id}|${after.id}|bleu`));
  });

  it('of a school: one for each class, by its teachers, all or none', async () => {
    const school = await f.organisation('school', 'School');
    const teacher = await f.person('teacher', 'teacher', school);
    const other = await f.person('other-teacher', 'teacher', await f.organisation('school', 'Other'));
    const row = (label: string) => ({ label, band: '9-12' as const, lang: 'ar' as const });
    const made = await f.safeAccess.profiles.importClasses(teacher, school, [row('CM1 A'), row('CM1 B')]);
    expect(made.map((p) => [p.label, p.owner])).toEqual([
      ['CM1 A', { school }],
      ['CM1 B', { school }],
    ]);
    await expect(f.safeAccess.profiles.importClasses(teacher, school, [row('CM2'), row('')])).rejects.toThrow(
      'INVALID',
    );
    expect(await f.safeAccess.profiles.list(teacher, { school })).toHaveLength(2);
    await expect(f.safeAccess.profiles.list(other, { school })).rejects.toThrow('IDENTITY_FORBIDDEN');
    await expect(f.safeAccess.profiles.list(mother, { school })).rejects.toThrow('IDENTITY_FORBIDDEN');
    // A teacher of what is no school has no classes.
    const ministry = await f.person('no-school', 'teacher');
    await expect(f.safeAccess.profiles.create(ministry, { school: ministry.organisationId }, row('x'))).rejects.toThrow(
      'SAFE_ACCESS_UNKNOWN',
    );
  });
});

describe('the child’s side', () => {
  it('sees the own rules by its link, and not after another was given', async () => {
    const { id, childToken } = await child({ label: 'Renard' });
    const view = await f.safeAccess.children.view(childToken);
    expect(view.profile).toMatchObject({ id, label: 'Renard', rules: { band: '9-12' } });
    expect(Object.keys(view.profile)).not.toContain('devices');
    const token = await f.safeAccess.profiles.newChildLink(mother, id);
    await expect(f.safeAccess.children.view(childToken)).rejects.toThrow('SAFE_ACCESS_LINK_UNKNOWN');
    expect((await f.safeAccess.children.view(token)).profile.id).toBe(id);
    await expect(f.safeAccess.children.view('nonsense')).rejects.toThrow('SAFE_ACCESS_LINK_UNKNOWN');
  });

  it('sees of what was blocked exactly what the parent sees', async () => {
    const { id, childToken, profile } = await child();
    const { profiles, children } = f.safeAccess;
    const blocked = createBlocked(f.platform, createRows(f.platform));
    const line = { profile: id, day: '2026-12-02', what: 'gambling' as const, name: 'casino.example', n: 2 };
    const both = async () => {
      const theirs = await profiles.blocked(mother, id);
      expect((await children.view(childToken)).blocked).toEqual(theirs);
      return theirs;
    };
    await blocked.add([line]);
    expect(await both()).toEqual({ keeps: 'nothing', counts: [], names: [] });
    await profiles.setRules(mother, id, { ...profile.rules, keeps: 'names' }, 1);
    await blocked.add([line, { ...line, what: 'deny', name: 'd.example', n: 1 }]);
    await blocked.add([line]);
    expect(await both()).toEqual({
      keeps: 'names',
      counts: [
        { day: '2026-12-02', what: 'gambling', n: 4 },
        { day: '2026-12-02', what: 'deny', n: 1 },
      ],
      names: [
        { day: '2026-12-02', name: 'casino.example', what: 'gambling', n: 4 },
        { day: '2026-12-02', name: 'd.example', what: 'deny', n: 1 },
      ],
    });
    const { rows } = await sql<{
      name: Buffer;
    }>`select name from safe_access.blocked_name where profile = ${id}`.execute(f.platform.db);
    expect(rows.some((r) => r.name.includes('casino'))).toBe(false);
    // Fewer wishes destroy what was kept, at once.
    await profiles.setRules(mother, id, { ...profile.rules, keeps: 'counts' }, 2);
    expect((await both()).names).toEqual([]);
    await profiles.setRules(mother, id, { ...profile.rules, keeps: 'names' }, 3);
    expect((await both()).names).toEqual([]);
    await blocked.purge(new Date('2027-01-01T00:00:00Z'));
    expect((await both()).counts).toEqual([]);
  });

  it('asks for a site, once while it waits; a parent answers for a time, for good, or with a kind no', async () => {
    const { id, childToken, family } = await child();
    const { children, requests, profiles } = f.safeAccess;
    const asked = await children.ask(childToken, 'https://www.asked.example/x');
    expect((await children.ask(childToken, 'asked.example')).id).toBe(asked.id);
    await expect(children.ask(childToken, 'no site')).rejects.toThrow('SAFE_ACCESS_NAME_INVALID');
    expect((await requests.list(mother, family))[0]).toMatchObject({ name: 'asked.example', state: 'asked' });
    await expect(requests.answer(stranger, asked.id, { kind: 'for-good' })).rejects.toThrow('IDENTITY_FORBIDDEN');
    const no = await requests.answer(mother, asked.id, { kind: 'refused', reason: 'let-us-talk' });
    expect(no).toMatchObject({ state: 'refused', reason: 'let-us-talk' });
    const time = await requests.answer(mother, asked.id, { kind: 'for-a-time', minutes: 60 });
    expect(time).toMatchObject({ state: 'granted-for-a-time', reason: undefined });
    expect((await profiles.get(mother, id)).holding.opened).toEqual([{ name: 'asked.example', until: time.until }]);
    await requests.answer(mother, asked.id, { kind: 'for-good' });
    expect((await profiles.get(mother, id)).rules.allow).toEqual(['asked.example']);
    await expect(requests.answer(mother, asked.id, { kind: 'for-good' })).rejects.toThrow('SAFE_ACCESS_REQUEST_STATE');
    f.platform.clock.advance(60 * MINUTE);
    expect((await profiles.get(mother, id)).holding.opened).toEqual([]);
    for (let i = 0; i < 10; i++) await children.ask(childToken, `site-${i}.example`);
    await expect(children.ask(childToken, 'site-10.example')).rejects.toThrow('SAFE_ACCESS_REQUESTS_MANY');
    f.platform.clock.advance(7 * DAY);
    await f.platform.ticks.run('safe-access.requests');
    expect((await children.view(childToken)).requests.map((r) => r.state)).toContain('expired');
    expect((await children.ask(childToken, 'site-0.example')).state).toBe('asked');
  });

  it('asks from the block page by its device, which is told nothing', async () => {
    const { id, family } = await child();
    const device = await f.safeAccess.devices.add(mother, id, { kind: 'iphone', label: 'Tel' });
    expect(await f.safeAccess.children.askFromDevice(device.id, 'by-device.example')).toBeUndefined();
    expect((await f.safeAccess.requests.list(mother, family)).map((r) => r.name)).toContain('by-device.example');
    await expect(f.safeAccess.children.askFromDevice('aaaaaaaaaaaa', 'x.example')).rejects.toThrow('UNKNOWN');
  });

  it('agrees on a pact: it holds from the moment both said yes', async () => {
    const { id, childToken } = await child({ band: '13-15' });
    const { pacts, children, profiles } = f.safeAccess;
    const terms: PactTerms = { ...preset13, closed: ['adult'], keeps: 'names', parentPromises: ['Je ne crie pas.'] };
    const first = await pacts.propose(mother, id, terms);
    expect((await profiles.get(mother, id)).revision).toBe(1);
    const second = await pacts.propose(mother, id, { ...terms, closed: ['adult', 'gambling'] });
    await expect(children.agree(childToken, first.id)).rejects.toThrow('SAFE_ACCESS_PACT_STALE');
    expect((await children.view(childToken)).pact.proposed?.id).toBe(second.id);
    expect(await children.agree(childToken, second.id)).toMatchObject({ state: 'agreed', version: 2 });
    // Names are never kept from 13 on, also where a pact says so.
    expect(await profiles.get(mother, id)).toMatchObject({
      revision: 2,
      rules: { closed: ['adult', 'gambling'], keeps: 'counts' },
    });
    const third = await pacts.propose(mother, id, terms);
    await children.decline(childToken, third.id);
    expect((await pacts.list(mother, id)).map((p) => [p.version, p.state])).toEqual([
      [3, 'replaced'],
      [2, 'agreed'],
      [1, 'replaced'],
    ]);
    await expect(
      pacts.propose(mother, id, { ...terms, noPunishmentForTelling: false } as unknown as PactTerms),
    ).rejects.toThrow('SAFE_ACCESS_INVALID');
  });
});

describe('contests', () => {
  it('reach the desk without anybody’s name, counted, and free a site', async () => {
    const { id, childToken } = await child();
    const { contests } = f.safeAccess;
    const given = { name: 'www.wrong.example', category: 'gambling' as const };
    await contests.contest(mother, id, given);
    await contests.contestAsChild(childToken, given);
    await expect(contests.waiting(mother)).rejects.toThrow('IDENTITY_FORBIDDEN');
    const desk = await f.person('desk', 'supervisor');
    const [waiting] = await contests.waiting(desk);
    expect(waiting).toMatchObject({ name: 'wrong.example', category: 'gambling', times: 2, state: 'open' });
    await contests.decide(desk, waiting?.id as string, 'taken-off');
    await expect(contests.decide(desk, waiting?.id as string, 'kept')).rejects.toThrow('SAFE_ACCESS_CONTEST_STATE');
    for (let i = 2; i < 20; i++) await contests.contest(mother, id, given);
    await expect(contests.contest(mother, id, given)).rejects.toThrow('SAFE_ACCESS_CONTESTS_MANY');
    const { rows } = await sql<{ column_name: string }>`select column_name from information_schema.columns
      where table_schema = 'safe_access' and table_name = 'contest'`.execute(f.platform.db);
    expect(rows.map((r) => r.column_name)).not.toContain('profile');
  });
});

describe('deletion and trail', () => {
  it('a parent deletes a profile, and a family, with all that was kept', async () => {
    const { id, childToken } = await child();
    await f.safeAccess.children.ask(childToken, 'asked.example');
    await f.safeAccess.profiles.remove(mother, id);
    await expect(f.safeAccess.profiles.get(mother, id)).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
    const { rows } = await sql`select label, data_key, rules->'closed' as closed from safe_access.profile
      where id = ${id}`.execute(f.platform.db);
    expect(rows).toEqual([{ label: null, data_key: null, closed: [] }]);
    const own = await f.safeAccess.families.create(stranger);
    const made = await f.safeAccess.profiles.create(
      stranger,
      { family: own.id },
      { label: 'x', band: '9-12', lang: 'ar' },
    );
    await f.safeAccess.families.close(stranger, own.id);
    await expect(f.safeAccess.children.view(made.childToken)).rejects.toThrow('SAFE_ACCESS_LINK_UNKNOWN');
    expect(await f.safeAccess.families.mine(stranger)).toEqual([]);
    f.platform.clock.advance(3 * DAY);
    await f.platform.ticks.run('safe-access.purge');
    const { rows: left } = await sql`select id from safe_access.profile where removed_at is not null`.execute(
      f.platform.db,
    );
    expect(left).toEqual([]);
  });

  it('families nobody uses go by the country’s rule, answered requests too', async () => {
    const own = await f.safeAccess.families.create(stranger);
    await f.safeAccess.profiles.create(stranger, { family: own.id }, { label: 'x', band: '9-12', lang: 'ar' });
    f.platform.clock.advance(740 * DAY);
    await f.safeAccess.families.mine(mother);
    const [kept] = await f.safeAccess.families.mine(mother);
    await f.safeAccess.families.get(mother, kept?.id as string);
    expect(await f.retention.purgeDue(f.platform.clock.now())).toBeGreaterThan(0);
    expect(await f.safeAccess.families.mine(stranger)).toEqual([]);
    expect(await f.safeAccess.families.mine(mother)).toHaveLength(1);
    const { rows } = await sql`select id from safe_access.request where ended_at is not null`.execute(f.platform.db);
    expect(rows).toEqual([]);
  });

  it('the audit trail holds every change, and neither nickname nor site', async () => {
    const trail = await f.audits();
    const actions = new Set(trail.map((a) => a.action));
    for (const action of ['family.created', 'profile.rules-changed', 'request.answered', 'pact.agreed', 'device.added'])
      expect(actions).toContain(`safe-access.${action}`);
    const text = JSON.stringify(trail);
    for (const secret of ['.example', 'Lapin', 'Renard', 'Étoile', 'CM1', 'Téléphone'])
      expect(text).not.toContain(secret);
  });
});
