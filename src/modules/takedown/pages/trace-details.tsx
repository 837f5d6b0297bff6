import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Details, Icon, Ltr, Timeline } from '../../../platform/ui/index.ts';
import type { TraceView } from '../http/desk-view.ts';
import type { Moved, StoredAnswer } from '../schema.ts';

const MAX_SHOWN = 160;

/** The telling part of an answer, short: addresses and names, as they came. */
export function essence(answer: StoredAnswer): string {
  if (answer.outcome !== 'found') return answer.reason ?? '';
  const found: string[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (typeof value === 'string') found.push(value);
    else if (typeof value === 'number') found.push(String(value));
    else if (typeof value === 'object' && value !== null && depth < 4)
      for (const inner of Object.values(value)) walk(inner, depth + 1);
  };
  walk(answer.data, 0);
  const text = [...new Set(found)].join(' · ');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** What differs from the trace before, in words. */
export function MovedNote(props: { moved: readonly Moved[] }) {
  const { t } = useI18n();
  if (props.moved.length === 0) return null;
  return (
    <Callout tone="warn" level={3} title={t('takedown.tracing.moved')}>
      <ul>
        {props.moved.map((m) => (
          <li key={m.what}>
            {t(`takedown.tracing.movedWhat.${m.what}`)}: <Ltr mono>{m.before}</Ltr>{' '}
            <Icon name="arrow-right" size={16} /> <Ltr mono>{m.after}</Ltr>
          </li>
        ))}
      </ul>
    </Callout>
  );
}

/** What every source said about who can act, in the order in which it said so. */
export function TraceDetails(props: { trace: TraceView }) {
  const { t, date, duration } = useI18n();
  const { trace } = props;
  const took = duration(trace.durationMs);
  return (
    <>
      <MovedNote moved={trace.moved} />
      <Details summary={t('takedown.trace.title')}>
        <p class="hint">{t('takedown.trace.when', { at: date(trace.at, 'day'), took })}</p>
        <Timeline
          label={t('takedown.trace.title')}
          items={trace.answers.map((answer) => ({
            state: answer.outcome === 'found' ? ('done' as const) : ('next' as const),
            title: `${t(`takedown.source.${answer.source}`)}: ${t(`takedown.trace.${answer.outcome}`)}${
              answer.of === 'origin' ? ` (${t('takedown.tracing.behindProxy')})` : ''
            }`,
            at: { iso: answer.at, text: date(new Date(answer.at), 'day') },
            detail: (
              <>
                <Ltr mono>{essence(answer)}</Ltr>
                <br />
                {t('takedown.tracing.via')} <Ltr mono>{answer.via}</Ltr>
              </>
            ),
          }))}
        />
        {trace.attribution && (
          <p class="hint" lang="en" dir="ltr">
            {trace.attribution}
          </p>
        )}
      </Details>
    </>
  );
}
