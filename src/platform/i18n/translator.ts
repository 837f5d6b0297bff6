import { type I18n, type Lang, LOCALE, type LocalText, type MessageParams } from './catalogue.ts';

export interface Translator {
  readonly lang: Lang;
  readonly dir: 'rtl' | 'ltr';
  t(key: string, params?: MessageParams): string;
  /** Picks this language out of a text that is data (country pack). */
  text(value: LocalText): string;
  /** An instant in the country's zone. */
  date(at: Date, style?: 'date' | 'datetime' | 'time' | 'month' | 'day'): string;
  number(n: number, options?: Intl.NumberFormatOptions): string;
  /** A span in its two largest units, such as "6 h 10 min". `ms` in milliseconds. */
  duration(ms: number): string;
}

const STYLES: Record<'date' | 'datetime' | 'time' | 'month' | 'day', Intl.DateTimeFormatOptions> = {
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  datetime: {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  month: { month: 'long', year: 'numeric' },
  day: { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

const formats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(locale: string, zone: string, style: keyof typeof STYLES): Intl.DateTimeFormat {
  const id = `${locale} ${zone} ${style}`;
  let f = formats.get(id);
  if (!f) {
    f = new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone: zone });
    formats.set(id, f);
  }
  return f;
}

export function createTranslator(i18n: I18n, lang: Lang, zone: string): Translator {
  const locale = LOCALE[lang];
  const t = (key: string, params?: MessageParams) => i18n.format(lang, key, params);
  return {
    lang,
    dir: lang === 'ar' ? 'rtl' : 'ltr',
    t,
    text: (value) => value[lang],
    date: (at, style = 'datetime') => dateFormat(locale, zone, style).format(at),
    number: (n, options) => new Intl.NumberFormat(locale, options).format(n),
    duration(ms) {
      const s = Math.max(0, Math.round(ms / 1000));
      const days = Math.floor(s / 86400);
      const hours = Math.floor((s % 86400) / 3600);
      const minutes = Math.floor((s % 3600) / 60);
      if (days > 0) return t('ui.duration.days', { days, hours });
      if (hours > 0) return t('ui.duration.hours', { hours, minutes });
      if (minutes > 0) return t('ui.duration.minutes', { minutes });
      return t('ui.duration.seconds', { seconds: s });
    },
  };
}
