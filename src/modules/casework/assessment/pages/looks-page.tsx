import { useI18n } from '../../../../platform/i18n/index.ts';
import { Callout, DataTable, EmptyState, Tag } from '../../../../platform/ui/index.ts';
import { ItemName, isDanger, PriorityTag } from '../../pages/words.tsx';
import type { ItemRow } from '../../schema.ts';

export interface LookRow {
  id: string;
  item: ItemRow;
  platform: string;
  since: Date;
  blind: boolean;
}

/** What waits for a second person, or for somebody who decides between two. */
export function LooksPage(props: {
  room: 'verify' | 'disagreements';
  rows: readonly LookRow[];
  now: Date;
  done: 'agreed' | 'disagreed' | 'decided' | undefined;
}) {
  const tr = useI18n();
  const { t } = tr;
  const { room } = props;
  const how = (r: LookRow) => (r.blind ? 'blind' : 'open');
  return (
    <>
      <h1>{t(`casework.${room}.title`)}</h1>
      <p class="hint">{t(`casework.${room}.intro`)}</p>
      {props.done && <Callout tone="done" title={t(`casework.verify.done.${props.done}`)} live />}
      <DataTable
        caption={t(`casework.${room}.title`)}
        captionHidden
        rows={props.rows}
        rowKey={(r) => r.id}
        danger={(r) => isDanger(r.item)}
        empty={<EmptyState icon="circle-check" title={t(`casework.${room}.empty`)} />}
        columns={[
          {
            key: 'item',
            header: t('casework.verify.column.item'),
            rowHeader: true,
            cell: (r) => (
              <a class="link [overflow-wrap:anywhere]" href={`/desk/${room}/${r.id}`}>
                <ItemName item={r.item} platform={r.platform} max={70} />
              </a>
            ),
          },
          {
            key: 'priority',
            header: t('casework.verify.column.priority'),
            cell: (r) => <PriorityTag urgency={r.item.urgency} />,
          },
          {
            key: 'how',
            header: t('casework.verify.column.how'),
            cell: (r) => <Tag icon={r.blind ? 'eye-off' : 'eye'}>{t(`casework.verify.how.${how(r)}`)}</Tag>,
          },
          {
            key: 'since',
            header: t('casework.verify.column.since'),
            numeric: true,
            cell: (r) => tr.duration(props.now.getTime() - r.since.getTime()),
          },
        ]}
      />
    </>
  );
}
