import type { Category, Passing } from './rules.ts';

type Time = Date | number;

/** What holds for a while, from a row or from disk (milliseconds); null and undefined are nothing. Pure. */
export function passingOf(given: {
  readonly pausedUntil?: Time | null | undefined;
  readonly bonus?: { readonly until: Time; readonly opens: 'everything' | readonly Category[] } | null | undefined;
  readonly opened?: readonly { readonly name: string; readonly until: Time }[] | undefined;
}): Passing {
  const { pausedUntil, bonus, opened } = given;
  return {
    ...(pausedUntil == null ? {} : { pausedUntil: new Date(pausedUntil) }),
    ...(bonus ? { bonus: { until: new Date(bonus.until), opens: bonus.opens } } : {}),
    ...(opened && opened.length > 0 ? { opened: opened.map((o) => ({ ...o, until: new Date(o.until) })) } : {}),
  };
}
