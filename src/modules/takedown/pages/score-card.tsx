import { useI18n } from '../../../platform/i18n/index.ts';
import { Card, DefinitionList, FigureCard, FigureRow } from '../../../platform/ui/index.ts';
import type { ScoreCard } from '../providers/scores.ts';

/** How one provider acts, in figures; the exact meaning of each stands in the documentation. */
export function ScoreCardView(props: { card: ScoreCard; days: number }) {
  const { t, number, duration } = useI18n();
  const { card } = props;
  const span = (ms: number | null) => (ms === null ? '–' : duration(ms));
  const both = (s: { median: number | null; slow: number | null }) =>
    s.median === null ? '–' : t('takedown.figures.medianSlow', { median: span(s.median), slow: span(s.slow) });
  const share =
    card.due === 0 ? '–' : number(card.withinDeadline / card.due, { style: 'percent', maximumFractionDigits: 0 });
  return (
    <Card title={t('takedown.figures.card', { days: props.days })} icon="gauge">
      <FigureRow>
        <FigureCard value={number(card.notices)} label={t('takedown.figures.notices')} />
        <FigureCard value={span(card.withdrawal.median)} label={t('takedown.figures.withdrawalMedian')} />
        <FigureCard
          value={share}
          label={t('takedown.figures.inTime')}
          note={t('takedown.figures.of', { due: number(card.due) })}
        />
        <FigureCard
          value={number(card.contradictions)}
          label={t('takedown.figures.contradictions')}
          {...(card.contradictions > 0 ? { tone: 'danger' as const } : {})}
        />
      </FigureRow>
      <DefinitionList
        compact
        items={[
          { term: t('takedown.figures.reaction'), value: both(card.reaction) },
          { term: t('takedown.figures.removal'), value: both(card.removal) },
          { term: t('takedown.figures.withdrawal'), value: both(card.withdrawal) },
          { term: t('takedown.figures.reacted'), value: number(card.reacted) },
          { term: t('takedown.figures.saidRemoved'), value: number(card.saidRemoved) },
          { term: t('takedown.figures.gone'), value: number(card.gone) },
          {
            term: t('takedown.figures.disputes'),
            value: t('takedown.figures.disputesOf', {
              open: card.disputes.open,
              upheld: card.disputes.upheld,
              withdrawn: card.disputes.withdrawn,
            }),
          },
          { term: t('takedown.figures.cameBack'), value: number(card.cameBack) },
          { term: t('takedown.figures.failures'), value: number(card.failures) },
          { term: t('takedown.figures.takenBack'), value: number(card.takenBack) },
        ]}
      />
    </Card>
  );
}
