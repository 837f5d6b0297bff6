import { findRoot } from '../../platform/root.ts';
import { readPack } from './load-pack.ts';
import type { Calendar, CountryPack, RawPack } from './pack-schema.ts';
import { PackError, validatePack } from './validate-pack.ts';

/** For tests: the Moroccan pack as it is in the repository. */
export function moroccanPack(): { raw: RawPack; pack: CountryPack } {
  const raw = readPack(findRoot(), 'ma');
  const checked = validatePack(raw);
  if (!checked.ok) throw new PackError('ma', checked.problems);
  return { raw, pack: checked.pack };
}

/** For tests: a calendar of a made-up country, Monday to Friday 09:00-12:00 and 14:00-18:00, Fridays in the morning. */
export function simpleCalendar(over: Partial<Calendar> = {}): Calendar {
  const day: [string, string][] = [
    ['09:00', '12:00'],
    ['14:00', '18:00'],
  ];
  const name = { ar: 'عيد', fr: 'Fête', en: 'Feast', zgh: 'ⴰⵙⵙ' };
  return {
    verified: true,
    source: 'made up',
    zone: 'Africa/Casablanca',
    weekend: ['sat', 'sun'],
    knownUntil: '2028-12-31',
    workingHours: {
      ordinary: { mon: day, tue: day, wed: day, thu: day, fri: [['09:00', '12:00']] },
      ramadan: {
        mon: [['10:00', '14:00']],
        tue: [['10:00', '14:00']],
        wed: [['10:00', '14:00']],
        thu: [['10:00', '14:00']],
        fri: [['10:00', '12:00']],
      },
    },
    fixedHolidays: [{ id: 'new-year', day: '01-01', validFrom: '1900-01-01', name, verified: true, source: 'made up' }],
    religiousHolidayNames: { feast: name },
    religiousHolidays: [{ id: 'feast-2026', kind: 'feast', date: '2026-03-20', days: 2, verified: true }],
    religiousSource: 'made up',
    ramadan: [{ id: 'ramadan-2026', first: '2026-02-18', last: '2026-03-19', verified: true }],
    clock: [
      { from: new Date('2026-01-01T00:00:00Z'), offsetMinutes: 60, reason: 'law', verified: true, source: 'made up' },
    ],
    clockKnownFrom: new Date('2026-01-01T00:00:00Z'),
    ...over,
  };
}
