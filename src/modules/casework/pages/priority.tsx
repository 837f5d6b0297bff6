import { useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, Button, Callout, Card, Details, Field, Form } from '../../../platform/ui/index.ts';
import { MAX_REASON, type PriorityChange } from '../priority/priority.ts';
import { factsOfOld, judgeUrgency, type Reason } from '../priority/urgency.ts';
import { type ItemRow, URGENCY_RANK } from '../schema.ts';
import { priorityOf } from './words.tsx';

/** Reasons on a row of the queue; all of them are on the item's page. */
const SHORT = 2;

const reasonsOf = (item: ItemRow): readonly Reason[] =>
  item.reasons.length > 0 ? item.reasons : judgeUrgency(item.facts ?? factsOfOld(item)).reasons;

/** Why an item is where it is in the queue, in a few words. */
export function ShortReasons(props: { item: ItemRow }) {
  const { t } = useI18n();
  const { item } = props;
  const all = [...(item.set_urgency === null ? [] : (['set'] as const)), ...reasonsOf(item)];
  return (
    <span class="mt-1 block font-normal text-muted text-sm [overflow-wrap:break-word]">
      {all
        .slice(0, SHORT)
        .map((r) => t(`casework.urgency.r.${r}`))
        .join(' · ')}
    </span>
  );
}

export interface PriorityCardProps {
  item: ItemRow;
  may: boolean;
  changes: readonly (PriorityChange & { by: string })[];
  error?: string | undefined;
  typed?: { urgency: string; reason: string } | undefined;
}

/** All reasons of the priority, what people set, and the form to set it. */
export function PriorityCard(props: PriorityCardProps) {
  const { t, date } = useI18n();
  const { item, changes } = props;
  const byFacts = judgeUrgency(item.facts ?? factsOfOld(item)).urgency;
  return (
    <Card title={t('casework.urgency.why')} icon="list-ordered" id="priority">
      {item.set_urgency !== null && (
        <p>{t('casework.urgency.setNow', { priority: t(`casework.priority.${byFacts}`) })}</p>
      )}
      <ul class="list-disc ps-5">
        {reasonsOf(item).map((r) => (
          <li key={r}>{t(`casework.urgency.r.${r}`)}</li>
        ))}
      </ul>
      {changes.map((c) => (
        <p key={c.id}>
          {t('casework.urgency.by', {
            name: c.by,
            priority: t(`casework.priority.${priorityOf(c.to)}`),
            at: date(c.at, 'day'),
          })}
          <br />
          <span class="text-muted">{c.reason ? <Bdi>{c.reason}</Bdi> : t('casework.urgency.purged')}</span>
        </p>
      ))}
      {props.may && (
        <Details summary={t('casework.urgency.set')} open={props.error !== undefined}>
          {props.error && <Callout tone="danger" title={props.error} level={3} live />}
          <Form action={`/desk/items/${item.id}/priority`}>
            <Field
              name="urgency"
              type="select"
              label={t('casework.urgency.to')}
              value={props.typed?.urgency ?? priorityOf(item.urgency)}
              options={Object.keys(URGENCY_RANK).map((p) => ({ value: p, label: t(`casework.priority.${p}`) }))}
            />
            <Field
              name="reason"
              type="textarea"
              rows={3}
              label={t('casework.urgency.reason')}
              hint={t('casework.urgency.reasonHint')}
              value={props.typed?.reason ?? ''}
              maxLength={MAX_REASON}
              counter
            />
            <Button variant="secondary">{t('casework.urgency.save')}</Button>
          </Form>
        </Details>
      )}
    </Card>
  );
}
