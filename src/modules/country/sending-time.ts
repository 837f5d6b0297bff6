import type { OfficeHours } from './notices-schema.ts';
import type { Calendar, CountryPack } from './pack-schema.ts';
import { addWorkingTime } from './working-time.ts';

/** A calendar out of little: the hours, and the holidays that fall on the same day every year. */
function calendarElsewhere(hours: OfficeHours, like: Calendar): Calendar {
  const name = { ar: '—', fr: '—', en: '—', zgh: '—' };
  return {
    ...like,
    zone: hours.zone,
    // The week says it all: a day without hours is a day off.
    weekend: [],
    workingHours: { ordinary: hours.week, ramadan: hours.week },
    fixedHolidays: hours.holidays.map((day) => ({
      id: `d-${day}`,
      day,
      validFrom: '1900-01-01',
      name,
      verified: false,
      source: 'notices.json',
    })),
    religiousHolidays: [],
    ramadan: [],
  };
}

/**
 * When a letter that is ready at `at` may go: then, when the receiver works, else when they begin again. Pure.
 * @param receiver ISO 3166-1 alpha-2 code, where it is known; the country's own hours for all that the pack doesn't list
 */
export function sendingTime(pack: CountryPack, at: Date, receiver: string | null): Date {
  const elsewhere = pack.notices.elsewhere.find((o) => o.code === receiver?.toUpperCase());
  const calendar = elsewhere ? calendarElsewhere(elsewhere, pack.calendar) : pack.calendar;
  return addWorkingTime(calendar, at, 0);
}
