import { useI18n } from '../../../platform/i18n/index.ts';
import { DefinitionList, Details, Ltr } from '../../../platform/ui/index.ts';
import type { TraceView } from '../http/desk-view.ts';
import type { StoredAnswer } from '../schema.ts';

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

/** What every source said about who can act. */
export function TraceDetails(props: { trace: TraceView }) {
  const { t, date, duration } = useI18n();
  const { trace } = props;
  const took = duration(trace.durationMs);
  return (
    <Details summary={t('takedown.trace.title')}>
      <p class="hint">{t('takedown.trace.when', { at: date(trace.at, 'day'), took })}</p>
      <DefinitionList
        items={trace.answers.map((answer) => ({
          term: `${t(`takedown.source.${answer.source}`)}: ${t(`takedown.trace.${answer.outcome}`)}`,
          value: <Ltr mono>{essence(answer)}</Ltr>,
        }))}
      />
      {trace.attribution && (
        <p class="hint" lang="en" dir="ltr">
          {trace.attribution}
        </p>
      )}
    </Details>
  );
}
