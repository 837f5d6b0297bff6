import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../identity/index.ts';
import { openFamilies, type TestFamilies } from '../testing/families.ts';

let f: TestFamilies;
let mother: Actor;
/** A child at home: its profile. */
let child: string;
beforeAll(async () => {
  f = await openFamilies();
  mother = await f.person('mother', 'parent');
  const family = (await f.safeAccess.families.create(mother)).id;
  const made = await f.safeAccess.profiles.create(mother, { family }, { label: 'Lapin', band: '9-12', lang: 'fr' });
  child = made.profile.id;
});
afterAll(() => f.close());

describe('lines of schools', () => {
  const row = (label: string, networks?: string[]) => ({ label, band: '9-12' as const, lang: 'ar' as const, networks });
  async function aSchool(name: string) {
    const school = await f.organisation('school', name);
    return { school, teacher: await f.person(`teacher-${name}`, 'teacher', school) };
  }

  it('are entered by an administrator, small, and one school’s', async () => {
    const { networks } = f.safeAccess;
    const { school, teacher } = await aSchool('Line');
    const { school: other } = await aSchool('Line2');
    const admin = await f.person('line-admin', 'administrator');
    await networks.add(admin, school, '203.0.113.77/26');
    await networks.add(admin, school, '203.0.113.64/26');
    await networks.add(admin, school, '2001:db8:1::5');
    expect(await networks.list(admin)).toMatchObject([
      { network: '203.0.113.64/26', school, schoolName: 'Line', classes: 0 },
      { network: '2001:db8:1::5/128', school },
    ]);
    for (const part of ['203.0.113.70', '203.0.113.0/24'])
      await expect(networks.add(admin, other, part)).rejects.toThrow('SAFE_ACCESS_NETWORK_TAKEN');
    for (const wrong of ['203.0.0.0/16', '2001:db8::/32', '1.2', 'x', '203.0.113.1/40', '100.64.0.1'])
      await expect(networks.add(admin, other, wrong)).rejects.toThrow('SAFE_ACCESS_NETWORK_WRONG');
    await expect(networks.add(teacher, school, '203.0.113.1')).rejects.toThrow('IDENTITY_FORBIDDEN');
    for (const none of [
      f.platform.random.bytes(4).toString('hex'),
      child,
      await f.organisation('programme', 'Ministry'),
    ])
      await expect(networks.add(admin, none, '198.51.100.1')).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
    // Two who enter the same at once: it is one's.
    const both = await Promise.allSettled([school, other].map((s) => networks.add(admin, s, '198.51.100.0/28')));
    expect(both.map((b) => b.status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const { network } of await networks.list(admin)) await networks.remove(admin, network);
    await expect(networks.remove(admin, '203.0.113.64/26')).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
  });

  it('are divided among its classes by the school, and no others', async () => {
    const { networks, profiles } = f.safeAccess;
    const { school, teacher } = await aSchool('Divide');
    const { teacher: stranger } = await aSchool('Divide2');
    const admin = await f.person('divide-admin', 'administrator');
    await networks.add(admin, school, '203.0.113.0/25');
    const [a, b] = await profiles.importClasses(teacher, school, [row('A', ['203.0.113.0/28']), row('B')]);
    const [first, second] = [a?.id as string, b?.id as string];
    await expect(networks.setClass(teacher, second, ['203.0.113.128/28'])).rejects.toThrow('NETWORK_OUTSIDE');
    await expect(networks.setClass(teacher, second, ['203.0.113.0/28'])).rejects.toThrow('NETWORK_TAKEN');
    await expect(networks.setClass(teacher, second, ['nonsense'])).rejects.toThrow('NETWORK_WRONG');
    await expect(networks.setClass(stranger, second, ['203.0.113.1'])).rejects.toThrow('IDENTITY_FORBIDDEN');
    await expect(networks.ofSchool(stranger, school)).rejects.toThrow('IDENTITY_FORBIDDEN');
    const many = Array.from({ length: 9 }, (_, i) => `203.0.113.${32 + i}`);
    await expect(networks.setClass(teacher, second, many)).rejects.toThrow('TOO_MANY');
    // One within the other is the school's own wish: the smaller one decides.
    expect(await networks.setClass(teacher, second, ['203.0.113.4/32', ' 203.0.113.17/28'])).toEqual([
      '203.0.113.4/32',
      '203.0.113.16/28',
    ]);
    // The file is sent again: they change hands, nothing else of the classes changes, and one is new.
    const again = await profiles.importClasses(teacher, school, [
      row('A', ['203.0.113.16/28']),
      row('B', ['203.0.113.0/28']),
      row('C'),
    ]);
    expect(again.map((p) => p.id).slice(0, 2)).toEqual([first, second]);
    expect(await profiles.list(teacher, { school })).toHaveLength(3);
    expect((await networks.ofSchool(teacher, school)).classes).toEqual(
      new Map([
        [first, ['203.0.113.16/28']],
        [second, ['203.0.113.0/28']],
      ]),
    );
    // All or none.
    await expect(profiles.importClasses(teacher, school, [row('D'), row('E', ['198.51.100.1'])])).rejects.toThrow(
      'NETWORK_OUTSIDE',
    );
    expect(await profiles.list(teacher, { school })).toHaveLength(3);
    // The line goes, and what lies in no other line of the school with it.
    await networks.add(admin, school, '203.0.113.0/28');
    await networks.remove(admin, '203.0.113.0/25');
    expect((await networks.ofSchool(teacher, school)).classes).toEqual(new Map([[second, ['203.0.113.0/28']]]));
    await networks.remove(admin, '203.0.113.0/28');
  });

  it('never tell a home: neither a service nor the table takes it', async () => {
    await expect(f.safeAccess.networks.setClass(mother, child, ['203.0.113.1'])).rejects.toThrow('SAFE_ACCESS_UNKNOWN');
    await expect(
      sql`insert into safe_access.network values ('203.0.113.1/32', ${child}, ${f.platform.clock.now()})`.execute(
        f.platform.db,
      ),
    ).rejects.toThrow('never to a home');
  });
});
