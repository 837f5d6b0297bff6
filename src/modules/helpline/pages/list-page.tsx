import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, type Column, DataTable, EmptyState, Link, Pagination } from '../../../platform/ui/index.ts';
import type { ConversationRow } from '../schema.ts';
import { ConversationTag, DangerTag, Who } from './words.tsx';

export const VIEWS = ['waiting', 'mine', 'reporter', 'closed'] as const;
export type View = (typeof VIEWS)[number];

export interface ListPageProps {
  view: View;
  rows: readonly (ConversationRow & { holderName: string; categoryName: string })[];
  languages: readonly { id: string; name: string }[];
  language: string;
  now: Date;
  previous: string | undefined;
  next: string | undefined;
  links: { figures: boolean; quality: boolean; care: boolean };
}

/** The desk's tabs and filters are links, so that each has an address. */
export function Tabs(props: { label: string; items: readonly { href: string; label: string; current: boolean }[] }) {
  return (
    <nav aria-label={props.label}>
      <ul class="flex flex-wrap gap-2">
        {props.items.map((item) => (
          <li key={item.href}>
            <a
              href={item.href}
              aria-current={item.current ? 'page' : undefined}
              class="inline-flex min-h-9 items-center gap-2 rounded-pill border border-line bg-surface px-3 text-sm hover:border-field aria-[current]:border-green aria-[current]:bg-green-soft aria-[current]:text-green pointer-coarse:min-h-12"
            >
              {item.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function columns(tr: Translator, props: ListPageProps): Column<ListPageProps['rows'][number]>[] {
  const { t } = tr;
  const name = new Map(props.languages.map((l) => [l.id, l.name]));
  return [
    {
      key: 'what',
      header: t('helpline.field.about'),
      rowHeader: true,
      cell: (r) => <Link href={`/desk/helpline/${r.report}`}>{r.categoryName}</Link>,
    },
    {
      key: 'state',
      header: t('helpline.field.state'),
      cell: (r) => (
        <span class="flex flex-wrap gap-1">
          {r.danger && <DangerTag />}
          <ConversationTag state={r.state} />
        </span>
      ),
    },
    { key: 'who', header: t('helpline.field.who'), cell: (r) => <Who row={r} /> },
    { key: 'language', header: t('helpline.field.language'), cell: (r) => name.get(r.language) ?? r.language },
    {
      key: 'since',
      header: t('helpline.field.since'),
      numeric: true,
      cell: (r) => tr.duration(props.now.getTime() - (r.waiting_since ?? r.changed_at).getTime()),
    },
    {
      key: 'holder',
      header: t('helpline.field.holder'),
      cell: (r) => (r.holder ? <Bdi>{r.holderName}</Bdi> : <span class="text-muted">{t('helpline.nobody')}</span>),
    },
  ];
}

/** What waits in the mailboxes: danger first, then who has waited longest. */
export function ListPage(props: ListPageProps) {
  const tr = useI18n();
  const { t } = tr;
  const at = (view: View, language: string) => {
    const query = new URLSearchParams([
      ...(view === 'waiting' ? [] : [['view', view]]),
      ...(language ? [['language', language]] : []),
    ] as [string, string][]).toString();
    return query ? `/desk/helpline?${query}` : '/desk/helpline';
  };
  return (
    <>
      <h1>{t('helpline.title')}</h1>
      <Tabs
        label={t('helpline.field.state')}
        items={VIEWS.map((view) => ({
          href: at(view, props.language),
          label: t(`helpline.view.${view}`),
          current: view === props.view,
        }))}
      />
      <Tabs
        label={t('helpline.field.language')}
        items={[{ id: '', name: t('helpline.everyLanguage') }, ...props.languages].map((l) => ({
          href: at(props.view, l.id),
          label: l.name,
          current: l.id === props.language,
        }))}
      />
      <DataTable
        caption={t(`helpline.view.${props.view}`)}
        captionHidden
        columns={columns(tr, props)}
        rows={props.rows}
        rowKey={(r) => r.report}
        danger={(r) => r.danger}
        empty={
          <EmptyState icon="message-circle" title={t('helpline.empty')}>
            <p>{t('helpline.emptyNext')}</p>
          </EmptyState>
        }
      />
      {(props.previous || props.next) && (
        <Pagination
          {...(props.previous !== undefined ? { previous: props.previous } : {})}
          {...(props.next !== undefined ? { next: props.next } : {})}
        />
      )}
      <p class="flex flex-wrap gap-x-6">
        {props.links.figures && <Link href="/desk/helpline/figures">{t('helpline.figures.title')}</Link>}
        {props.links.quality && <Link href="/desk/helpline/quality">{t('helpline.quality.title')}</Link>}
        {props.links.care && <Link href="/desk/care">{t('helpline.care.title')}</Link>}
      </p>
    </>
  );
}
