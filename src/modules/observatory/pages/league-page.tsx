import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  type Column,
  DataTable,
  Details,
  EmptyState,
  Link,
} from '../../../platform/ui/index.ts';
import type { ProviderComment } from '../../takedown/index.ts';
import type { Shown } from '../figures.ts';
import type { LeagueLine } from '../league.ts';
import type { LeagueSnapshot } from '../league-snapshot.ts';
import { Chart } from './figures-page.tsx';

const langOf = { ar: 'rtl', fr: 'ltr', en: 'ltr', zgh: 'ltr' } as const;

/** Who acts and who does not: one sentence, the chart, the table, what they say to it, how it was counted. */
export function LeaguePage(props: { snapshot: LeagueSnapshot | undefined; replies: readonly ProviderComment[] }) {
  const { t, lang, number, duration, date } = useI18n();
  const { snapshot } = props;
  const title = t('observatory.league.title');
  if (!snapshot)
    return (
      <>
        <h1>{title}</h1>
        <EmptyState icon="chart-column" title={t('observatory.empty')}>
          <p>{t('observatory.league.emptyNext')}</p>
        </EmptyState>
      </>
    );
  const { league } = snapshot;
  const hidden = (
    <abbr title={t('observatory.hidden')}>
      <span aria-hidden="true">·</span>
      <span class="vh">{t('observatory.hidden')}</span>
    </abbr>
  );
  const count = (v: Shown) => (v === null ? hidden : number(v));
  const time = (v: Shown) => (v === null ? t('observatory.tooFew') : duration(v));
  const month = (m: string) => date(new Date(`${m}-15T12:00:00Z`), 'month');
  const period = { from: month(league.from), to: month(league.to) };
  const rows: LeagueLine[] = [...league.providers, ...(league.others ? [league.others] : []), league.total];
  const nameOf = (l: LeagueLine) =>
    l.name ?? t(l === league.others ? 'observatory.league.others' : 'observatory.total');
  const columns: Column<LeagueLine>[] = [
    {
      key: 'name',
      header: t('observatory.league.provider'),
      rowHeader: true,
      cell: (l) => <Bdi>{nameOf(l)}</Bdi>,
    },
    { key: 'notices', header: t('observatory.league.notices'), numeric: true, cell: (l) => count(l.notices) },
    { key: 'in-time', header: t('observatory.league.inTime'), numeric: true, cell: (l) => count(l.inTime) },
    { key: 'late', header: t('observatory.league.late'), numeric: true, cell: (l) => count(l.late) },
    { key: 'not-gone', header: t('observatory.league.notGone'), numeric: true, cell: (l) => count(l.notGone) },
    {
      key: 'share',
      header: t('observatory.league.share'),
      numeric: true,
      cell: (l) => (l.shareInTime === null ? hidden : number(l.shareInTime / 100, { style: 'percent' })),
    },
    {
      key: 'reaction',
      header: t('observatory.league.reaction'),
      numeric: true,
      cell: (l) => (l.name === undefined ? '–' : time(l.reactionMs)),
    },
    {
      key: 'withdrawal',
      header: t('observatory.toWithdrawal'),
      numeric: true,
      cell: (l) => (l.name === undefined ? '–' : time(l.withdrawalMs)),
    },
  ];
  const charted = league.providers.some((l) => l.shareInTime !== null);
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">
        {league.providers.length === 0
          ? t('observatory.league.none', { minimum: league.minimum })
          : t('observatory.league.sentence', { ...period, count: league.providers.length, minimum: league.minimum })}
      </p>
      {league.settlingDays !== undefined && !snapshot.running && (
        <p>{t('observatory.league.period', { ...period, days: league.settlingDays })}</p>
      )}
      {snapshot.running && (
        <Callout tone="warn">
          <p>{t('observatory.running')}</p>
        </Callout>
      )}
      {charted && (
        <>
          <h2>{t('observatory.league.chart')}</h2>
          <Chart name="providers-chart/share" lang={lang} alt={t('observatory.league.chart')} />
        </>
      )}
      <h2>{t('observatory.league.table')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard (WCAG 2.1.1) */}
      <section class="scroll" tabIndex={0} aria-label={t('observatory.league.table')}>
        <DataTable
          caption={t('observatory.league.table')}
          captionHidden
          rows={rows}
          rowKey={(l) => l.provider ?? nameOf(l)}
          columns={columns}
        />
      </section>
      <h2>{t('observatory.league.replies')}</h2>
      {props.replies.length === 0 && <p class="hint">{t('observatory.league.noReplies')}</p>}
      {league.providers.flatMap((l) => {
        const reply = props.replies.find((r) => r.provider === l.provider);
        if (!reply) return [];
        return [
          <section key={l.provider}>
            <h3>
              <Bdi>{l.name}</Bdi>
            </h3>
            <blockquote class="prose" lang={reply.language} dir={langOf[reply.language]}>
              {reply.body}
            </blockquote>
          </section>,
        ];
      })}
      <Actions>
        <Button
          variant="secondary"
          icon="download"
          href={`/${lang}/figures/providers.csv`}
          download="e-salama-providers.csv"
        >
          {t('observatory.csv')}
        </Button>
        <Button
          variant="secondary"
          icon="download"
          href={`/${lang}/figures/providers.json`}
          download="e-salama-providers.json"
        >
          {t('observatory.league.json')}
        </Button>
      </Actions>
      <Details summary={t('observatory.how')}>
        <p>{t('observatory.league.how1', { ...period, days: league.settlingDays ?? 0 })}</p>
        <p>{t('observatory.league.how2', { minimum: league.minimum })}</p>
        <p>{t('observatory.how2', { threshold: league.control.threshold })}</p>
        <p>{t('observatory.how3')}</p>
        <p>{t('observatory.league.how3')}</p>
        <p class="hint">{t('observatory.taken', { at: date(snapshot.takenAt) })}</p>
        <p class="hint">
          {t('observatory.control', { small: league.control.hiddenSmall, others: league.control.hiddenToProtect })}
        </p>
      </Details>
      <p>
        <Link href={`/${lang}/figures`}>{t('observatory.title')}</Link>
      </p>
    </>
  );
}
