import { describe, expect, it } from 'vitest';
import { applyOverlay, type OverlayEntry, putEntry } from './overlay.ts';
import { helpLinesOf, lawOf, platformForHost, providerForHost } from './pack-view.ts';
import { moroccanPack, simpleCalendar } from './test-pack.ts';
import { zoneDisagreements } from './zone-check.ts';

const { raw, pack } = moroccanPack();
const apply = (...entries: OverlayEntry[]) => applyOverlay(raw, pack, entries);
const line = (id: string) => ({ ...pack.helpLines.helpLines.find((l) => l.id === 'samu'), id, active: true });

describe('applyOverlay', () => {
  it('changes one value and leaves the pack on disk alone', () => {
    const before = structuredClone(raw);
    const { pack: merged, problems } = apply({ key: 'helpLines.onde-2511.tel', value: '0800002511' });
    expect(problems).toEqual([]);
    expect(merged.helpLines.helpLines.find((l) => l.id === 'onde-2511')?.tel).toBe('0800002511');
    expect(raw).toEqual(before);
  });

  it('reaches dates, texts and hours', () => {
    const { pack: merged, problems } = apply(
      { key: 'calendar.religiousHolidays.eid-al-fitr-2027.date', value: '2027-03-11' },
      { key: 'law.articles.penal-497.title.en', value: 'Other title' },
      { key: 'helpLines.emc-helpline.hours', value: null },
    );
    expect(problems).toEqual([]);
    expect(merged.calendar.religiousHolidays.find((h) => h.id === 'eid-al-fitr-2027')?.date).toBe('2027-03-11');
    expect(merged.law.articles.find((a) => a.id === 'penal-497')?.title.en).toBe('Other title');
    expect(merged.helpLines.helpLines.find((l) => l.id === 'emc-helpline')?.hours).toBeNull();
  });

  it('adds an entry under a new id, and removes one', () => {
    const { pack: merged, problems } = apply(
      { key: 'helpLines.new-line', value: line('new-line') },
      { key: 'providers.cloudflare', value: null },
    );
    expect(problems).toEqual([]);
    expect(helpLinesOf(merged, 'self-harm', 'child').map((l) => l.id)).toContain('new-line');
    expect(merged.providers.providers.map((p) => p.id)).not.toContain('cloudflare');
  });

  it('lets entries need each other, whatever their order', () => {
    const named = [...(pack.categories.categories.find((c) => c.id === 'self-harm')?.helpLines ?? []), 'new-line'];
    const { pack: merged, problems } = apply(
      { key: 'categories.self-harm.helpLines', value: named },
      { key: 'helpLines.new-line', value: line('new-line') },
      { key: 'helpLines.gone.tel', value: '1' },
    );
    expect(problems.map((p) => p.key)).toEqual(['helpLines.gone.tel']);
    expect(helpLinesOf(merged, 'self-harm', 'adult').map((l) => l.id)).toContain('new-line');
  });

  it('leaves out what does not fit, says why, and keeps the rest', () => {
    const { pack: merged, problems } = apply(
      { key: 'helpLines.police.tel', value: 'nineteen' },
      { key: 'helpLines.gendarmerie.tel', value: '178' },
      { key: 'helpLines.onde-2511', value: null },
    );
    expect(merged.helpLines.helpLines.find((l) => l.id === 'police')?.tel).toBe('19');
    expect(merged.helpLines.helpLines.find((l) => l.id === 'gendarmerie')?.tel).toBe('178');
    expect(problems.map((p) => p.key)).toEqual(['helpLines.police.tel', 'helpLines.onde-2511']);
    expect(problems[0]?.problems[0]).toMatch(/^help-lines\.json: helpLines\[police\]\.tel: /);
    expect(problems[1]?.problems).toContain('risk-categories.json[sextortion]: there is no help line "onde-2511"');
  });
});

describe('putEntry', () => {
  it.each([
    ['nowhere.police.tel', 'there is no part "nowhere"'],
    ['helpLines', '"helpLines" names a whole part'],
    ['helpLines.fire.tel', 'there is no "fire" in "helpLines.fire.tel"'],
    ['helpLines.police.tel.digits', '"helpLines.police.tel.digits" leads into a text'],
    ['helpLines.__proto__.polluted', '"helpLines.__proto__.polluted" is not a path'],
    ['helpLines.constructor.prototype', 'there is no "constructor" in "helpLines.constructor.prototype"'],
    ['', '"" is not a path'],
    ['helpLines..tel', '"helpLines..tel" is not a path'],
  ])('refuses %s', (key, problem) => {
    expect(putEntry(raw, { key, value: 'x' })).toEqual({ problem });
  });

  it('wants a new entry to carry its id, and an entry to remove to be there', () => {
    expect(putEntry(raw, { key: 'helpLines.new', value: { id: 'old' } })).toEqual({
      problem: 'the entry must carry the id "new"',
    });
    expect(putEntry(raw, { key: 'helpLines.new', value: null })).toEqual({ problem: 'there is no "new" to remove' });
  });
});

describe('questions to the pack', () => {
  it('gives the law as it stood on a day', () => {
    expect(lawOf(pack, ['penal-447-1', 'nothing', 'lanzarote-23'], '2018-09-11').map((a) => a.id)).toEqual([
      'lanzarote-23',
    ]);
    expect(lawOf(pack, ['penal-447-1'], '2018-09-12').map((a) => a.number)).toEqual(['447-1']);
    const two = structuredClone(pack);
    two.law.articles = two.law.articles.flatMap((a) =>
      a.id === 'penal-447-1'
        ? [
            { ...a, validTo: '2030-01-01' },
            { ...a, validFrom: '2030-01-01', number: '447-1 new' },
          ]
        : [a],
    );
    expect(lawOf(two, ['penal-447-1'], '2029-12-31').map((a) => a.number)).toEqual(['447-1']);
    expect(lawOf(two, ['penal-447-1'], '2030-01-01').map((a) => a.number)).toEqual(['447-1 new']);
  });

  it.each([
    ['www.instagram.com', 'meta', 'instagram'],
    ['INSTAGRAM.COM.', 'meta', 'instagram'],
    ['notinstagram.com', undefined, undefined],
    ['drive.google.com', 'google', 'google-drive'],
    ['www.google.com', 'google', 'google-search'],
    ['my-site.pages.dev', 'cloudflare', undefined],
    ['pages.example', undefined, undefined],
  ])('finds provider and platform of %s', (host, provider, platform) => {
    expect([providerForHost(pack, host)?.id, platformForHost(pack, host)?.id]).toEqual([provider, platform]);
  });
});

describe('zoneDisagreements', () => {
  it('tells when the zone data expect another clock, also if only for some weeks', () => {
    const clock = simpleCalendar().clock.map((c) => ({ ...c, from: new Date('2026-01-01T00:00:00Z') }));
    const problems = zoneDisagreements(simpleCalendar({ clock }));
    expect(problems).toEqual([
      'Africa/Casablanca at 2026-02-19T00:00:00.000Z: the zone data say UTC+00:00, the calendar says UTC+01:00 (law)',
    ]);
  });
});
