import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { type Country, createCountry, PackError } from './index.ts';

const ADMIN = 'account:0190a000-0000-7000-8000-000000000001';

describe('the country in use', () => {
  let platform: TestPlatform;
  let one: Country;
  let two: Country;

  beforeAll(async () => {
    platform = await createTestPlatform();
    one = createCountry(platform);
    two = createCountry(platform);
    await one.start();
    await two.start();
  });
  afterAll(async () => {
    one?.stop();
    two?.stop();
    await platform?.close();
  });

  const tel = (country: Country) => country.pack().helpLines.helpLines.find((l) => l.id === 'onde-2511')?.tel;
  const audit = async () =>
    (
      await platform.pool.query<{ action: string; subject: string; actor: string; detail: unknown }>(
        "select action, subject, actor, detail from audit.entry where action like 'country.%' order by at, id",
      )
    ).rows;

  it('answers from the pack on disk before anything was changed', async () => {
    expect(tel(one)).toBe('2511');
    expect(await one.overlay()).toEqual([]);
    expect(one.localDate(platform.clock.now())).toBe('2026-11-24');
    expect(one.isWorkingTime(platform.clock.now())).toBe(true);
    expect(one.category('grooming').policeHold).toBe(true);
    expect(one.barLines().map((l) => l.tel)).toEqual(['19', '177']);
    expect(one.provinces()).toHaveLength(75);
  });

  it('changes a value for every process, with an audit entry', async () => {
    await one.setOverlay(ADMIN, 'helpLines.onde-2511.tel', '0800002511');
    expect(tel(one)).toBe('0800002511');
    expect(tel(two)).toBe('2511');
    expect(await two.refresh()).toBe(true);
    expect(tel(two)).toBe('0800002511');
    expect(await two.refresh()).toBe(false);
    expect(await one.overlay()).toEqual([
      { key: 'helpLines.onde-2511.tel', value: '0800002511', setBy: ADMIN, setAt: platform.clock.now() },
    ]);
    expect(await audit()).toEqual([
      {
        action: 'country.overlay.set',
        subject: 'country.overlay:helpLines.onde-2511.tel',
        actor: ADMIN,
        detail: { value: '0800002511' },
      },
    ]);
  });

  it('keeps lists, objects, null and false as they are', async () => {
    platform.clock.advance(1000);
    await one.setOverlay(ADMIN, 'calendar.weekend', ['fri', 'sat']);
    await one.setOverlay(ADMIN, 'helpLines.emc-helpline.hours', null);
    await one.setOverlay(ADMIN, 'helpLines.civil-protection.active', false);
    await two.refresh();
    expect(two.pack().calendar.weekend).toEqual(['fri', 'sat']);
    const emc = two.pack().helpLines.helpLines.find((l) => l.id === 'emc-helpline');
    expect(emc && two.openNow(emc, platform.clock.now())).toBeNull();
    expect(two.helpLinesFor('self-harm', 'child').map((l) => l.id)).not.toContain('civil-protection');
  });

  it('refuses what would break the pack, and changes nothing', async () => {
    const before = [await one.overlay(), await audit()];
    await expect(one.setOverlay(ADMIN, 'helpLines.police.tel', 'nineteen')).rejects.toMatchObject({
      code: 'COUNTRY_OVERLAY_INVALID',
      status: 422,
      params: {
        key: 'helpLines.police.tel',
        problems: expect.stringContaining('help-lines.json: helpLines[police].tel'),
      },
    });
    await expect(one.setOverlay(ADMIN, 'helpLines.onde-2511', null)).rejects.toMatchObject({
      code: 'COUNTRY_OVERLAY_INVALID',
    });
    await expect(one.unsetOverlay(ADMIN, 'helpLines.police.tel')).rejects.toMatchObject({
      code: 'COUNTRY_OVERLAY_UNKNOWN',
      status: 404,
    });
    expect([await one.overlay(), await audit()]).toEqual(before);
  });

  it('gives a value back to the pack', async () => {
    platform.clock.advance(1000);
    await two.unsetOverlay(ADMIN, 'helpLines.onde-2511.tel');
    expect(tel(two)).toBe('2511');
    await one.refresh();
    expect(tel(one)).toBe('2511');
    expect((await audit()).at(-1)).toMatchObject({ action: 'country.overlay.unset', detail: {} });
  });

  it('lets two administrators change it at once without losing either', async () => {
    await Promise.all([
      one.setOverlay(ADMIN, 'helpLines.police.free', false),
      two.setOverlay(ADMIN, 'helpLines.gendarmerie.free', false),
    ]);
    await Promise.all([one.refresh(), two.refresh()]);
    for (const country of [one, two]) expect(country.barLines().map((l) => l.free)).toEqual([false, false]);
  });

  it('starts with an old entry that no longer fits, and says so', async () => {
    await platform.pool.query("insert into country.overlay values ('helpLines.retired.tel', '\"1\"', 'system', $1)", [
      platform.clock.now(),
    ]);
    await platform.pool.query('update country.overlay_version set version = version + 1');
    await one.refresh();
    expect(one.overlayProblems()).toEqual([
      { key: 'helpLines.retired.tel', problems: ['there is no "retired" in "helpLines.retired.tel"'] },
    ]);
    expect(one.barLines()).toHaveLength(2);
    await one.unsetOverlay(ADMIN, 'helpLines.retired.tel');
    expect(one.overlayProblems()).toEqual([]);
  });

  it('refuses a country without a pack, naming every missing file', () => {
    const config = { ...platform.config, country: 'zz' };
    expect(() => createCountry({ ...platform, config })).toThrow(PackError);
    expect(() => createCountry({ ...platform, config })).toThrow(/\d+ problem\(s\)[\s\S]*help-lines\.json/);
  });
});
