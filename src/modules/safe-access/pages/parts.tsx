import type { ComponentChildren } from 'preact';
import qrcode from 'qrcode';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  type ButtonVariant,
  Callout,
  CsrfField,
  HelpLines,
  Icon,
  type IconName,
  Ltr,
  useIsland,
  usePage,
} from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { Blocked, Holding } from '../index.ts';
import type { Category, Rules, Window } from '../profile/rules.ts';

/** A QR code as one path, quiet zone included; what it says stands beside it as text. */
export function QrCode(props: { text: string; label: string }) {
  const { modules } = qrcode.create(props.text, { errorCorrectionLevel: 'M' });
  const size = modules.size + 8;
  const path = Array.from(modules.data, (dark, i) =>
    dark ? `M${(i % modules.size) + 4} ${Math.floor(i / modules.size) + 4}h1v1h-1z` : '',
  ).join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} width="200" height="200" role="img" aria-label={props.label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** An address that breaks at its dots and slashes before it breaks inside a word; what is copied of it stays the same. */
const breakable = (address: string, at = /(?=[./])/) =>
  address.split(at).map((part, i) => (
    <>
      {i > 0 && <wbr />}
      {part}
    </>
  ));

/** Networks, each in one piece where there is room, else with its length on the next line. */
export const NetworkList = (props: { networks: readonly string[] }) => (
  <>
    {props.networks.map((network) => (
      <>
        <span class="site">
          <Ltr mono>{breakable(network, /(?=\/)/)}</Ltr>
        </span>{' '}
      </>
    ))}
  </>
);

/** Something to copy into a device: the words, and a button where there is a script. */
export function CopyValue(props: { id: string; value: string; label: string }) {
  const { t } = useI18n();
  const island = useIsland('copy-value');
  return (
    <div class="copy">
      <p class="copy-label" id={`${props.id}-label`}>
        {props.label}
      </p>
      <p>
        <bdi dir="ltr" class="copy-value" id={props.id}>
          {breakable(props.value)}
        </bdi>
      </p>
      <button
        type="button"
        hidden
        class="btn btn-secondary btn-small"
        data-island={island}
        data-from={props.id}
        data-done={t('safe-access.family.copy.done')}
        aria-describedby={`${props.id}-label`}
      >
        <Icon name="copy" />
        <span>{t('safe-access.family.copy.button')}</span>
      </button>
      <span role="status" class="hint" id={`${props.id}-said`} />
    </div>
  );
}

/** One tap: a form of one button. */
export function Tap(props: {
  action: string;
  children: ComponentChildren;
  variant?: ButtonVariant;
  icon?: IconName;
  fields?: Record<string, string>;
  label?: string;
}) {
  return (
    <form method="post" action={props.action} class="tap">
      <CsrfField />
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button
        variant={props.variant ?? 'secondary'}
        {...(props.icon ? { icon: props.icon } : {})}
        {...(props.label ? { 'aria-label': props.label } : {})}
      >
        {props.children}
      </Button>
    </form>
  );
}

/** What has just been done, in one sentence. */
export function DoneNote(props: { done: Done | undefined }) {
  const { t } = useI18n();
  return props.done ? (
    <Callout tone="done" live>
      <p>{t(`safe-access.family.done.${props.done}`)}</p>
    </Callout>
  ) : null;
}

/** A refusal of a form, read out at once. */
export function Refusal(props: { error: string | undefined }) {
  return props.error ? (
    <div class="error-summary" role="alert" tabIndex={-1}>
      <p class="field-error">
        <Icon name="circle-alert" />
        <span>{props.error}</span>
      </p>
    </div>
  ) : null;
}

/** Help first: the lines that answer, with who they are. They can't be closed by anybody. */
export function HelpBox(props: { audience: 'child' | 'parent' }) {
  const { t } = useI18n();
  const { helpLines } = usePage();
  return (
    <Callout tone="help" icon="phone" title={t(`safe-access.family.help.${props.audience}.title`)}>
      <p>{t(`safe-access.family.help.${props.audience}.text`)}</p>
      <HelpLines lines={helpLines} labels />
    </Callout>
  );
}

/** For parents: whoever tells is not punished. On every page where a parent decides something. */
export function TellBox() {
  const { t } = useI18n();
  return (
    <Callout tone="done" icon="heart-handshake" title={t('safe-access.family.tell.title')}>
      <p>{t('safe-access.family.tell.text')}</p>
    </Callout>
  );
}

/** Words for things that pages say again and again. */
export function useWords() {
  const tr = useI18n();
  const { t, lang, date, dir } = tr;
  const comma = dir === 'rtl' ? '، ' : ', ';
  const kinds = (list: readonly Category[]) => list.map((kind) => t(`safe-access.category.${kind}`)).join(comma);
  /** A kind of content as the beginning of a line. */
  const kind = (of: Category) => {
    const [first = '', ...rest] = t(`safe-access.category.${of}`);
    return first.toLocaleUpperCase(lang) + rest.join('');
  };
  const HALF_DAY = 18 * 3_600_000;
  return {
    ...tr,
    kind,
    kinds,
    /** Near times as a time, far ones with their day. */
    until: (at: Date, now: Date) => date(at, at.getTime() - now.getTime() < HALF_DAY ? 'time' : 'day'),
    days(days: readonly Window['days'][number][]): string {
      if (days.length === 7) return t('safe-access.family.days.all');
      return days.map((day) => t(`safe-access.family.day.${day}`)).join(comma);
    },
    what: (what: Blocked['counts'][number]['what']) =>
      what === 'deny' ? t('safe-access.family.blocked.deny') : t(`safe-access.category.${what}`),
    /** A day of the country as it is written (YYYY-MM-DD), in words; noon, so that no zone moves it. */
    calendarDay(day: string): string {
      const at = new Date(`${day}T12:00:00Z`);
      return new Intl.DateTimeFormat(
        lang === 'ar' ? 'ar-MA' : lang === 'fr' ? 'fr-MA' : lang === 'en' ? 'en-GB' : 'zgh',
        {
          weekday: 'long',
          day: 'numeric',
          month: 'long',
          timeZone: 'UTC',
        },
      ).format(at);
    },
  };
}

/** One window as a sentence. */
export function WindowWords(props: { window: Window }) {
  const { t, days, kinds } = useWords();
  const { window } = props;
  const overnight = window.to <= window.from;
  return (
    <>
      <strong>{days(window.days)}</strong> {t('safe-access.family.windows.range', { from: window.from, to: window.to })}
      {overnight && <> ({t('safe-access.family.windows.nextDay')})</>}
      {t('safe-access.family.colon')}{' '}
      {window.closes === 'everything' ? t('safe-access.family.windows.everything') : kinds(window.closes)}
    </>
  );
}

/** What is closed now, and until when: one sentence each, the most important first. */
export function HoldingWords(props: { holding: Holding; rules: Rules; now: Date }) {
  const { t, kinds, until } = useWords();
  const { holding, rules, now } = props;
  const next = holding.nextChangeAt ? until(holding.nextChangeAt, now) : undefined;
  // What is always closed, and what serves safe search, is no news: only what a time closes.
  const timed = (kind: Category) => !rules.closed.includes(kind) && kind !== 'ways-around' && kind !== 'unsafe-search';
  const more = holding.closed === 'everything' ? [] : holding.closed.filter(timed);
  const state = holding.pausedUntil
    ? {
        icon: 'circle-pause' as const,
        text: t('safe-access.family.now.paused', { until: until(holding.pausedUntil, now) }),
      }
    : holding.closed === 'everything'
      ? {
          icon: 'moon' as const,
          text: next ? t('safe-access.family.now.closedUntil', { until: next }) : t('safe-access.family.now.closed'),
        }
      : more.length > 0
        ? {
            icon: 'clock' as const,
            text: next
              ? t('safe-access.family.now.kindsUntil', { kinds: kinds(more), until: next })
              : t('safe-access.family.now.kinds', { kinds: kinds(more) }),
          }
        : {
            icon: 'circle-check' as const,
            text: next ? t('safe-access.family.now.openUntil', { until: next }) : t('safe-access.family.now.open'),
          };
  return (
    <ul class="now">
      <li class="now-state">
        <Icon name={state.icon} size={24} /> <span>{state.text}</span>
      </li>
      {holding.bonus && (
        <li>
          <Icon name="gift" />{' '}
          <span>
            {holding.bonus.opens === 'everything'
              ? t('safe-access.family.now.bonus', { until: until(holding.bonus.until, now) })
              : t('safe-access.family.now.bonusKinds', {
                  until: until(holding.bonus.until, now),
                  kinds: kinds(holding.bonus.opens),
                })}
          </span>
        </li>
      )}
      {holding.opened.map((site) => (
        <li key={site.name}>
          <Icon name="clock" />{' '}
          <span>
            <bdi dir="ltr" class="site">
              {site.name}
            </bdi>{' '}
            {t('safe-access.family.now.siteUntil', { until: until(site.until, now) })}
          </span>
        </li>
      ))}
    </ul>
  );
}
