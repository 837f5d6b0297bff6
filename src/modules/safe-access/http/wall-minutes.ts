const MINUTES = 1440;

/** Minutes of the day in a zone. */
function minuteOfDay(at: Date, zone: string): number {
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const;
  const [hours = '0', minutes = '0'] = new Intl.DateTimeFormat('en-GB', format).format(at).split(':');
  return Number(hours) * 60 + Number(minutes);
}

/**
 * Minutes from now until the clock on the wall next shows `time` (HH:MM), 1 to 1,440; undefined for what is no time. Over
 * a change of the clock it is an hour off, as a kitchen timer would be. Pure.
 */
export function minutesUntil(time: string, now: Date, zone: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!match) return undefined;
  const wanted = Number(match[1]) * 60 + Number(match[2]);
  return ((wanted - minuteOfDay(now, zone) + MINUTES - 1) % MINUTES) + 1;
}
