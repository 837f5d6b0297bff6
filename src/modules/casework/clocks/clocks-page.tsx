import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import {
  Callout,
  Card,
  type Column,
  DataTable,
  Details,
  EmptyState,
  FigureCard,
  FigureRow,
  Link,
} from '../../../platform/ui/index.ts';
import type { ClockStep } from '../../country/index.ts';
import { CLOCK_STEPS, type ClockTarget, URGENCIES, type Urgency } from '../../country/index.ts';
import { ItemName, PriorityTag } from '../pages/words.tsx';
import type { OverdueRow, StepMetrics } from './metrics.ts';

export interface ClocksPageProps {
  now: Date;
  overdue: readonly (OverdueRow & { platform: string })[];
  /** Counted with its limit, as the desk counts. */
  overdueCount: string;
  soon: readonly (OverdueRow & { platform: string })[];
  days: number;
  metrics: readonly StepMetrics[];
  toldMeasured: boolean;
  targets: { verified: boolean; of(step: ClockStep, urgency: Urgency): ClockTarget };
}

function clockColumns(tr: Translator, now: Date, overdue: boolean): Column<ClocksPageProps['overdue'][number]>[] {
  const { t } = tr;
  return [
    { key: 'priority', header: t('casework.field.priority'), cell: (r) => <PriorityTag urgency={r.item.urgency} /> },
    {
      key: 'item',
      header: t('casework.field.address'),
      rowHeader: true,
      cell: (r) => (
        <a href={`/desk/items/${r.item.id}`}>
          <ItemName item={r.item} platform={r.platform} max={40} />
        </a>
      ),
    },
    { key: 'step', header: t('casework.clocks.stepHeader'), cell: (r) => t(`casework.clocks.step.${r.clock.step}`) },
    {
      key: 'due',
      header: t(overdue ? 'casework.clocks.since' : 'casework.clocks.left'),
      numeric: true,
      cell: (r) =>
        r.clock.due_at && (
          <time dateTime={r.clock.due_at.toISOString()} title={tr.date(r.clock.due_at)}>
            {tr.duration(Math.abs(now.getTime() - r.clock.due_at.getTime()))}
          </time>
        ),
    },
  ];
}

function Metrics(props: Pick<ClocksPageProps, 'metrics' | 'days' | 'toldMeasured'>) {
  const tr = useI18n();
  const { t } = tr;
  const span = (ms: number | null) => (ms === null ? '–' : tr.duration(ms));
  const share = (value: number | null, of: number) =>
    value === null
      ? '–'
      : t('casework.clocks.share', {
          share: tr.number(value, { style: 'percent', maximumFractionDigits: 0 }),
          of: tr.number(of),
        });
  const columns: Column<StepMetrics>[] = [
    {
      key: 'step',
      rowHeader: true,
      header: t('casework.clocks.stepHeader'),
      cell: (m) => t(`casework.clocks.way.${m.step}`),
    },
    { key: 'done', numeric: true, header: t('casework.clocks.done'), cell: (m) => tr.number(m.done) },
    { key: 'median', numeric: true, header: t('casework.clocks.median'), cell: (m) => span(m.medianMs) },
    { key: 'p90', numeric: true, header: t('casework.clocks.p90'), cell: (m) => span(m.p90Ms) },
    { key: 'within24', numeric: true, header: t('casework.clocks.within24'), cell: (m) => share(m.within24, m.of24) },
    { key: 'within72', numeric: true, header: t('casework.clocks.within72'), cell: (m) => share(m.within72, m.of72) },
  ];
  return (
    <Card title={t('casework.clocks.metrics', { days: props.days })} icon="chart-column">
      <DataTable
        caption={t('casework.clocks.metrics', { days: props.days })}
        captionHidden
        columns={columns}
        rows={props.metrics}
        rowKey={(m) => m.step}
      />
      {!props.toldMeasured && <p class="hint">{t('casework.clocks.toldNot')}</p>}
      <Details summary={t('casework.clocks.how')}>
        <p>{t('casework.clocks.howText')}</p>
      </Details>
    </Card>
  );
}

function Targets(props: Pick<ClocksPageProps, 'targets'>) {
  const tr = useI18n();
  const { t } = tr;
  const shown = (target: ClockTarget) =>
    t(target.time === 'working' ? 'casework.clocks.workingTime' : 'casework.clocks.anyTime', {
      hours: tr.number(target.minutes / 60, { maximumFractionDigits: 1 }),
    });
  const columns: Column<ClockStep>[] = [
    {
      key: 'step',
      rowHeader: true,
      header: t('casework.clocks.stepHeader'),
      cell: (s) => t(`casework.clocks.way.${s}`),
    },
    ...URGENCIES.map((u) => ({
      key: u,
      header: t(`casework.priority.${u}`),
      cell: (s: ClockStep) => shown(props.targets.of(s, u)),
    })),
  ];
  return (
    <Details summary={t('casework.clocks.targets')}>
      <DataTable
        caption={t('casework.clocks.targets')}
        captionHidden
        columns={columns}
        rows={[...CLOCK_STEPS]}
        rowKey={(s) => s}
      />
    </Details>
  );
}

/** `/desk/clocks`: what is overdue, what will be soon, and how fast the work was. */
export function ClocksPage(props: ClocksPageProps) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <>
      <h1>{t('casework.clocks.title')}</h1>
      <p>{t('casework.clocks.lead')}</p>
      {!props.targets.verified && (
        <Callout tone="warn" title={t('casework.clocks.unverifiedTitle')}>
          <p>{t('casework.clocks.unverified')}</p>
        </Callout>
      )}
      <FigureRow>
        <FigureCard
          value={props.overdueCount}
          label={t('casework.clocks.overdueNow')}
          {...(props.overdue.length > 0 ? { tone: 'danger' as const } : {})}
        />
        <FigureCard value={tr.number(props.soon.length)} label={t('casework.clocks.soon')} />
      </FigureRow>
      <h2>{t('casework.clocks.overdueTitle')}</h2>
      <DataTable
        caption={t('casework.clocks.overdueTitle')}
        captionHidden
        columns={clockColumns(tr, props.now, true)}
        rows={props.overdue}
        rowKey={(r) => r.clock.id}
        empty={
          <EmptyState icon="circle-check" title={t('casework.clocks.none')}>
            <Link href="/desk">{t('casework.item.toQueue')}</Link>
          </EmptyState>
        }
      />
      {props.soon.length > 0 && (
        <>
          <h2>{t('casework.clocks.soonTitle')}</h2>
          <DataTable
            caption={t('casework.clocks.soonTitle')}
            captionHidden
            columns={clockColumns(tr, props.now, false)}
            rows={props.soon}
            rowKey={(r) => r.clock.id}
          />
        </>
      )}
      <Metrics {...props} />
      <Targets targets={props.targets} />
    </>
  );
}
