import { useI18n } from '../../../platform/i18n/index.ts';
import { Tag } from '../../../platform/ui/index.ts';
import type { ClockRow } from '../schema.ts';

/** What has to be done next and how long there is for it; overdue is a tag of its own, never only a colour. */
export function DueMark(props: { clocks: readonly ClockRow[] | undefined; now: Date }) {
  const { t, duration, date } = useI18n();
  const next = props.clocks?.find((c) => c.due_at !== null);
  if (!next?.due_at) return null;
  const left = next.due_at.getTime() - props.now.getTime();
  const step = t(`casework.clocks.step.${next.step}`);
  if (left <= 0)
    return (
      <Tag tone="danger" icon="alarm-clock">
        {t('casework.clocks.overdue', { step, span: duration(-left) })}
      </Tag>
    );
  return (
    <time class="block font-normal text-muted text-sm" dateTime={next.due_at.toISOString()} title={date(next.due_at)}>
      {t('casework.clocks.dueIn', { step, span: duration(left) })}
    </time>
  );
}
