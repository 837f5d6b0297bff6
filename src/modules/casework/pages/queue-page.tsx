import type { ComponentChildren } from 'preact';
import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import {
  Bdi,
  type Column,
  DataTable,
  DeskColumns,
  Details,
  EmptyState,
  Field,
  FigureCard,
  FigureRow,
  FilterBar,
  Link,
  Pagination,
  Tag,
} from '../../../platform/ui/index.ts';
import type { RiskCategory } from '../../country/index.ts';
import { DueMark } from '../clocks/due-mark.tsx';
import { COUNT_LIMIT, type QueueCounts } from '../index.ts';
import { type ClockRow, ITEM_KINDS, ITEM_STATES, type ItemRow, type ItemState } from '../schema.ts';
import { Keys } from './keys.tsx';
import { ShortReasons } from './priority.tsx';
import { ItemName, isDanger, PriorityTag, StateTag } from './words.tsx';

export interface QueueRow {
  item: ItemRow;
  platform: string;
  category: string;
  /** Whoever works on it now. */
  holder: string | undefined;
  /** What is waited for, soonest first. */
  clocks: readonly ClockRow[] | undefined;
  href: string;
}

export interface QueuePageProps {
  rows: readonly QueueRow[];
  filter: { state: ItemState; category: string; kind: string; host: string };
  counts: QueueCounts;
  medians: { assessMs: number | undefined; withdrawMs: number | undefined };
  categories: readonly RiskCategory[];
  /** The first page of another state under the same filters. */
  stateHref(state: ItemState): string;
  previous: string | undefined;
  next: string | undefined;
  now: Date;
  selected: string | undefined;
  panel: ComponentChildren;
}

/** A count that stops counting: "1,000+". */
export function counted(tr: Translator, n: number): string {
  return n >= COUNT_LIMIT ? tr.t('casework.queue.andMore', { n: tr.number(COUNT_LIMIT) }) : tr.number(n);
}

function Figures(props: Pick<QueuePageProps, 'counts' | 'medians'>) {
  const tr = useI18n();
  const { counts, medians } = props;
  const span = (ms: number | undefined) => (ms === undefined ? tr.t('casework.figures.none') : tr.duration(ms));
  return (
    <FigureRow>
      <FigureCard value={counted(tr, counts.states.waiting)} label={tr.t('casework.figures.waiting')} />
      <FigureCard
        value={counted(tr, counts.danger)}
        label={tr.t('casework.figures.danger', { count: counts.danger })}
        {...(counts.danger > 0 ? { tone: 'danger' as const } : {})}
      />
      <FigureCard value={span(medians.assessMs)} label={tr.t('casework.figures.assess')} />
      <FigureCard value={span(medians.withdrawMs)} label={tr.t('casework.figures.withdraw')} />
    </FigureRow>
  );
}

/** The states as tabs, with what is in each. Changing the state keeps the other filters. */
function States(props: Pick<QueuePageProps, 'filter' | 'counts' | 'stateHref'>) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <nav aria-label={t('casework.field.state')}>
      <ul class="flex flex-wrap gap-2">
        {ITEM_STATES.map((state) => (
          <li key={state}>
            <a
              href={props.stateHref(state)}
              aria-current={state === props.filter.state ? 'page' : undefined}
              class="inline-flex min-h-9 items-center gap-2 rounded-pill border border-line bg-surface px-3 text-sm hover:border-field aria-[current]:border-green aria-[current]:bg-green-soft aria-[current]:text-green pointer-coarse:min-h-12"
            >
              {t(`casework.state.${state}`)}
              <span class="num text-muted">{counted(tr, props.counts.states[state])}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Filters(props: Pick<QueuePageProps, 'filter' | 'categories'> & { open: boolean }) {
  const tr = useI18n();
  const { t } = tr;
  const { filter } = props;
  return (
    <Details summary={t('casework.filter.label')} open={props.open}>
      <FilterBar action="/desk" label={t('casework.filter.label')}>
        <input type="hidden" name="state" value={filter.state} />
        <Field
          name="category"
          type="select"
          label={t('casework.field.category')}
          value={filter.category}
          placeholder={t('casework.filter.all')}
          options={props.categories.map((c) => ({ value: c.id, label: tr.text(c.name) }))}
        />
        <Field
          name="kind"
          type="select"
          label={t('casework.field.kind')}
          value={filter.kind}
          placeholder={t('casework.filter.all')}
          options={ITEM_KINDS.map((k) => ({ value: k, label: t(`casework.kind.${k}`) }))}
        />
        <Field
          name="host"
          type="search"
          dir="ltr"
          label={t('casework.filter.host')}
          value={filter.host}
          maxLength={2100}
        />
      </FilterBar>
    </Details>
  );
}

function columns(tr: Translator, now: Date): Column<QueueRow>[] {
  const { t } = tr;
  return [
    {
      key: 'priority',
      header: t('casework.field.priority'),
      cell: (r) => <PriorityTag urgency={r.item.urgency} />,
    },
    {
      key: 'item',
      header: t('casework.field.address'),
      rowHeader: true,
      cell: (r) => (
        <>
          <a href={r.href} data-row={r.item.id}>
            <ItemName item={r.item} platform={r.platform} max={40} />
          </a>
          <ShortReasons item={r.item} />
          <DueMark clocks={r.clocks} now={now} />
        </>
      ),
    },
    {
      key: 'category',
      header: t('casework.field.category'),
      // A table that may break words anywhere would break these first.
      cell: (r) => <span class="inline-block min-w-[7rem] [overflow-wrap:break-word]">{r.category}</span>,
    },
    { key: 'reports', header: t('casework.field.count'), numeric: true, cell: (r) => tr.number(r.item.reports) },
    {
      key: 'age',
      header: t('casework.field.age'),
      numeric: true,
      cell: (r) => (
        <time dateTime={r.item.first_reported_at.toISOString()} title={tr.date(r.item.first_reported_at)}>
          {tr.duration(now.getTime() - r.item.first_reported_at.getTime())}
        </time>
      ),
    },
    {
      key: 'state',
      header: t('casework.field.state'),
      cell: (r) => (
        <span class="flex flex-wrap gap-1">
          <StateTag state={r.item.state} />
          {r.holder && (
            <Tag icon="lock">
              <span class="vh">{t('casework.lock.with')} </span>
              <Bdi>{r.holder}</Bdi>
            </Tag>
          )}
        </span>
      ),
    },
  ];
}

/** The queue: what waits, most urgent first; beside it what is chosen. */
export function QueuePage(props: QueuePageProps) {
  const tr = useI18n();
  const { t } = tr;
  const { filter } = props;
  const filtered = filter.category !== '' || filter.kind !== '' || filter.host !== '';
  return (
    <DeskColumns panelLabel={t('casework.panel.label')} panel={props.panel}>
      <h1 class="vh">{t('casework.queue.title')}</h1>
      <Figures counts={props.counts} medians={props.medians} />
      <States filter={filter} counts={props.counts} stateHref={props.stateHref} />
      <Filters filter={filter} categories={props.categories} open={filtered} />
      <DataTable
        caption={t('casework.queue.title')}
        captionHidden
        columns={columns(tr, props.now)}
        rows={props.rows}
        rowKey={(r) => r.item.id}
        selected={(r) => r.item.id === props.selected}
        danger={(r) => isDanger(r.item)}
        empty={
          <EmptyState
            icon={filtered ? 'search-x' : 'inbox'}
            title={t(filtered ? 'casework.queue.noMatch' : 'casework.queue.empty')}
          >
            <p>{t(filtered ? 'casework.queue.noMatchNext' : 'casework.queue.emptyNext')}</p>
            {filtered && <Link href={`/desk?state=${filter.state}`}>{t('casework.queue.clear')}</Link>}
          </EmptyState>
        }
      />
      <Pagination
        {...(props.previous !== undefined ? { previous: props.previous } : {})}
        {...(props.next !== undefined ? { next: props.next } : {})}
      />
      <Keys />
    </DeskColumns>
  );
}
