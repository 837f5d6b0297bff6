import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Details, EmptyState } from '../../../platform/ui/index.ts';
import type { PanelData } from '../http/desk-view.ts';
import { LadderCard } from './ladder-card.tsx';
import { NoticeCard, type Typed } from './notice-card.tsx';
import { ByWordCard, UnseenCard, WatchCard } from './watch-card.tsx';

/** All about getting one item removed: the newest notice, the looks, then what was before. */
export function TakedownPanel(props: { data: PanelData; back: string; error?: string; typed?: Typed }) {
  const { t } = useI18n();
  const { data, back } = props;
  const [newest, ...older] = data.notices;
  if (!newest) return <EmptyState icon="send" title={t('takedown.panel.none')} />;
  const round = data.notices.filter((n) => n.row.round === newest.row.round);
  const before = older.filter((n) => n.row.round !== newest.row.round);
  const card = (notice: PanelData['notices'][number]) => (
    <NoticeCard key={notice.row.id} notice={notice} data={data} back={back} typed={props.typed} />
  );
  return (
    <div class="desk-list">
      <LadderCard data={data} back={back} />
      {props.error && <Callout tone="danger" title={props.error} live />}
      {round.map(card)}
      {data.byWord && <ByWordCard item={data.item} back={back} mayConfirm={data.may.prepare} />}
      {data.unseen && <UnseenCard data={data} back={back} />}
      <WatchCard data={data} back={back} />
      {before.length > 0 && <Details summary={t('takedown.panel.before')}>{before.map(card)}</Details>}
    </div>
  );
}
