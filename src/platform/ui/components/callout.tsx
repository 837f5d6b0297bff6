import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';
import { safeHref } from '../safe-href.ts';
import { Icon, type IconName } from './icon.tsx';

export type CalloutTone = 'help' | 'warn' | 'danger' | 'done';
const CALLOUT_ICON: Record<CalloutTone, IconName> = {
  help: 'message-circle',
  warn: 'triangle-alert',
  danger: 'siren',
  done: 'circle-check',
};

/** Something to read first: a message, help, a warning, a success. Never by colour alone: it has an icon and words. */
export function Callout(props: {
  tone: CalloutTone;
  title?: string;
  icon?: IconName;
  level?: 2 | 3;
  /** Read out as soon as the page opens: only for what just happened. */
  live?: boolean;
  id?: string;
  children?: ComponentChildren;
}) {
  const Heading = props.level === 3 ? 'h3' : 'h2';
  const icon = <Icon name={props.icon ?? CALLOUT_ICON[props.tone]} size={24} />;
  return (
    <div class={`callout callout-${props.tone}`} id={props.id} role={props.live ? 'status' : undefined}>
      {props.title ? (
        <Heading class="callout-title">
          {icon}
          <span>{props.title}</span>
        </Heading>
      ) : (
        icon
      )}
      {props.children && <div class="callout-body">{props.children}</div>}
    </div>
  );
}

export type TagTone = 'done' | 'help' | 'wait' | 'danger' | 'neutral';

/** A state in one or two words. */
export function Tag(props: { tone?: TagTone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`tag tag-${props.tone ?? 'neutral'}`}>
      {props.icon && <Icon name={props.icon} size={16} />}
      {props.children}
    </span>
  );
}

/** A box with a heading. `keep` marks a card made to be printed and kept. */
export function Card(props: {
  title?: string;
  icon?: IconName;
  level?: 2 | 3;
  keep?: boolean;
  id?: string;
  class?: string;
  children: ComponentChildren;
}) {
  const Heading = props.level === 3 ? 'h3' : 'h2';
  const classes = ['card', props.keep ? 'card-keep' : '', props.class ?? ''].filter(Boolean).join(' ');
  return (
    <section class={classes} id={props.id}>
      {props.title && (
        <Heading class="card-title">
          {props.icon && <Icon name={props.icon} size={24} />}
          <span>{props.title}</span>
        </Heading>
      )}
      {props.children}
    </section>
  );
}

/** Nothing here: why, and the next step. */
export function EmptyState(props: { icon?: IconName; title: string; level?: 2 | 3; children?: ComponentChildren }) {
  const Heading = props.level === 3 ? 'h3' : 'h2';
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon ?? 'inbox'} size={28} />
      </span>
      <Heading>{props.title}</Heading>
      {props.children}
    </div>
  );
}

/** One figure and what it counts. */
export function FigureCard(props: {
  value: ComponentChildren;
  label: string;
  note?: string;
  href?: string;
  tone?: 'danger';
}) {
  const inside = (
    <>
      <span class="figure-value">{props.value}</span>
      <span class="figure-label">{props.label}</span>
      {props.note && <span class="figure-note">{props.note}</span>}
    </>
  );
  const classes = props.tone ? `figure figure-${props.tone}` : 'figure';
  return props.href === undefined ? (
    <div class={classes}>{inside}</div>
  ) : (
    <a class={classes} href={safeHref(props.href)}>
      {inside}
    </a>
  );
}

/** Figures side by side. */
export function FigureRow(props: { children: ComponentChildren }) {
  return <div class="figures">{props.children}</div>;
}

/** More for who wants it; closed at first. Works without JavaScript. */
export function Details(props: { summary: ComponentChildren; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="details" open={props.open}>
      <summary>
        <Icon name="chevron-down" />
        <span>{props.summary}</span>
      </summary>
      <div class="details-body">{props.children}</div>
    </details>
  );
}

/** What an item is, term by term. */
export function DefinitionList(props: {
  items: readonly { term: string; value: ComponentChildren }[];
  /** Term and value in one line each, as in the desk's panel. */
  compact?: boolean;
}) {
  return (
    <dl class={props.compact ? 'facts facts-compact' : 'facts'}>
      {props.items.map((item) => (
        <div key={item.term}>
          <dt>{item.term}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

const NEXT_STEP = {
  403: 'ui.error.next.refused',
  404: 'ui.error.next.notFound',
  413: 'ui.error.next.change',
  429: 'ui.error.next.wait',
  503: 'ui.error.next.wait',
} as const;

/** Something went wrong: what, and the next step. The lines to call stay in the bar above. */
export function ErrorPage(props: { code: string; message: string; status: number }) {
  const { t, lang } = useI18n();
  const known = NEXT_STEP[props.status as keyof typeof NEXT_STEP];
  const next = known ?? (props.status >= 500 ? 'ui.error.next.internal' : 'ui.error.next.change');
  return (
    <div class="error-page">
      <span class="empty-icon">
        <Icon name={props.status === 404 ? 'search-x' : props.status >= 500 ? 'cloud-off' : 'circle-alert'} size={28} />
      </span>
      <h1>{props.message}</h1>
      <p>{t(next)}</p>
      <div class="actions">
        <a class="btn btn-primary" href={`/${lang}`}>
          <span>{t('ui.error.home')}</span>
        </a>
        <a class="btn btn-secondary" href={`/${lang}/report`}>
          <span>{t('ui.error.report')}</span>
        </a>
      </div>
      <p class="hint">
        {t('ui.error.code')} <bdi dir="ltr">{props.code}</bdi>
      </p>
    </div>
  );
}
