/** The instant at which a day begins in a time zone; `date` is YYYY-MM-DD. Undefined for what is no date. */
export function startOfDay(date: string, zone: string): Date | undefined {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(utc)) return undefined;
  // Twice: the offset that counts is the one at the beginning of the day there, not here.
  const guess = utc - offset(utc, zone);
  return new Date(utc - offset(guess, zone));
}

/** The start of the day after, so that "up to and with" a day means all of it. */
export function endOfDay(date: string, zone: string): Date | undefined {
  const start = startOfDay(date, zone);
  if (!start) return undefined;
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return startOfDay(next.toISOString().slice(0, 10), zone);
}

/** Milliseconds that a zone is ahead of UTC at an instant. */
function offset(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find((it) => it.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
