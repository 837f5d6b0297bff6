import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';
import { safeHref } from '../safe-href.ts';
import { Icon } from './icon.tsx';

/** Where one is in a form of one question per page. */
export function Progress(props: { step: number; of: number }) {
  const { t, number } = useI18n();
  const label = t('ui.progress.step', { step: number(props.step), of: number(props.of) });
  return (
    <div class="progress">
      <span id="progress-label">{label}</span>
      <progress value={props.step} max={props.of} aria-labelledby="progress-label" />
    </div>
  );
}

export interface TimelineItem {
  state: 'done' | 'now' | 'next';
  title: string;
  /** When it happened, as people read it; `iso` for machines. */
  at?: { iso: string; text: string };
  detail?: ComponentChildren;
}

/** What happened, what is going on, what comes. The state is said in words to those who don't see it. */
export function Timeline(props: { items: readonly TimelineItem[]; label: string }) {
  const { t } = useI18n();
  return (
    <ol class="timeline" aria-label={props.label}>
      {props.items.map((item, i) => (
        <li key={i} class={`timeline-${item.state}`} aria-current={item.state === 'now' ? 'step' : undefined}>
          <span class="timeline-dot">{item.state === 'done' && <Icon name="check" size={14} />}</span>
          <p class="timeline-title">
            {item.title} <span class="vh">({t(`ui.timeline.${item.state}`)})</span>
          </p>
          {item.at && (
            <p class="hint">
              <time dateTime={item.at.iso}>{item.at.text}</time>
            </p>
          )}
          {item.detail && <div class="hint">{item.detail}</div>}
        </li>
      ))}
    </ol>
  );
}

/** What to do, in order. */
export function Steps(props: { items: readonly ComponentChildren[] }) {
  return (
    <ol class="steps">
      {props.items.map((item, i) => (
        <li key={i}>{item}</li>
      ))}
    </ol>
  );
}

/** The way here; the last entry is this page. */
export function Breadcrumb(props: { items: readonly { href?: string; label: string }[] }) {
  const { t } = useI18n();
  return (
    <nav class="breadcrumb" aria-label={t('ui.breadcrumb.label')}>
      <ol>
        {props.items.map((item, i) => (
          <li key={i}>
            {item.href === undefined ? (
              <span aria-current="page">{item.label}</span>
            ) : (
              <>
                <a href={safeHref(item.href)}>{item.label}</a>
                <Icon name="chevron-right" size={16} />
              </>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

export interface PaginationProps {
  /** Addresses of the neighbours; undefined at the ends. */
  previous?: string;
  next?: string;
  /** Which part this is, in words ("1 to 50 of 14"). */
  children?: ComponentChildren;
}

/** To the part before and after; works for numbered pages and for keyset queues alike. */
export function Pagination(props: PaginationProps) {
  const { t } = useI18n();
  if (props.previous === undefined && props.next === undefined && !props.children) return null;
  return (
    <nav class="pagination" aria-label={t('ui.pagination.label')}>
      {props.previous !== undefined && (
        <a class="btn btn-quiet" rel="prev" href={safeHref(props.previous)}>
          <Icon name="arrow-left" />
          <span>{t('ui.pagination.previous')}</span>
        </a>
      )}
      {props.children && <span class="pagination-status">{props.children}</span>}
      {props.next !== undefined && (
        <a class="btn btn-quiet" rel="next" href={safeHref(props.next)}>
          <span>{t('ui.pagination.next')}</span>
          <Icon name="arrow-right" />
        </a>
      )}
    </nav>
  );
}
