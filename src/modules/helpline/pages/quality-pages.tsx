import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  CsrfField,
  DataTable,
  EmptyState,
  FigureCard,
  FigureRow,
  Form,
  PageHead,
} from '../../../platform/ui/index.ts';
import type { Figures } from '../quality.ts';

/** How soon we answer: over 30 days, by language, and what waits now. */
export function FiguresPage(props: {
  figures: Figures;
  languageName(id: string): string;
  checks: readonly { id: string; name: string }[];
  lateMinutes: number;
}) {
  const tr = useI18n();
  const { t } = tr;
  const { byLanguage, waiting, quality } = props.figures;
  const span = (ms: number | null | undefined) => (ms === null || ms === undefined ? '—' : tr.duration(ms));
  const all = byLanguage.find((r) => r.language === null);
  return (
    <>
      <PageHead back={{ href: '/desk/helpline', text: t('helpline.toList') }} title={t('helpline.figures.title')} />
      <FigureRow>
        <FigureCard
          value={tr.number(waiting.reduce((n, w) => n + w.waiting, 0))}
          label={t('helpline.figures.waiting')}
        />
        <FigureCard value={span(all?.medianMs)} label={t('helpline.figures.median')} />
        <FigureCard value={span(all?.p90Ms)} label={t('helpline.figures.p90')} />
        <FigureCard
          value={tr.number(all?.late ?? 0)}
          label={t('helpline.figures.late', { minutes: props.lateMinutes })}
          {...((all?.late ?? 0) > 0 ? { tone: 'danger' as const } : {})}
        />
      </FigureRow>
      <DataTable
        caption={t('helpline.figures.byLanguage')}
        columns={[
          {
            key: 'language',
            header: t('helpline.field.language'),
            rowHeader: true,
            cell: (r) => props.languageName(r.language ?? ''),
          },
          {
            key: 'answered',
            header: t('helpline.figures.answered'),
            numeric: true,
            cell: (r) => tr.number(r.answered),
          },
          { key: 'median', header: t('helpline.figures.median'), numeric: true, cell: (r) => span(r.medianMs) },
          { key: 'p90', header: t('helpline.figures.p90'), numeric: true, cell: (r) => span(r.p90Ms) },
          {
            key: 'waiting',
            header: t('helpline.figures.waiting'),
            numeric: true,
            cell: (r) => tr.number(waiting.find((w) => w.language === r.language)?.waiting ?? 0),
          },
        ]}
        rows={byLanguage.filter((r) => r.language !== null)}
        rowKey={(r) => r.language ?? ''}
        empty={<p class="hint">{t('helpline.figures.none')}</p>}
      />
      <Card title={t('helpline.quality.title')} icon="list-checks">
        <p>{t('helpline.quality.counted', { reviewed: quality.reviewed, passed: quality.passed })}</p>
        {props.checks.some((c) => quality.failed[c.id]) && (
          <ul class="plain">
            {props.checks.flatMap((c) =>
              quality.failed[c.id] ? (
                <li key={c.id}>
                  {c.name}: <span class="num">{tr.number(quality.failed[c.id] ?? 0)}</span>
                </li>
              ) : (
                []
              ),
            )}
          </ul>
        )}
        <p class="hint">{t('helpline.figures.how')}</p>
      </Card>
    </>
  );
}

/** Reading an answer again, one at a time, chosen by chance. */
export function QualityPage(props: {
  sample: string | undefined;
  opened: { text: string; by: string; language: string; child: boolean; category: string; at: Date } | undefined;
  checks: readonly { id: string; name: string }[];
  done: boolean;
}) {
  const { t, date } = useI18n();
  const { opened, sample } = props;
  return (
    <>
      <PageHead back={{ href: '/desk/helpline', text: t('helpline.toList') }} title={t('helpline.quality.title')} />
      {props.done && <Callout tone="done" title={t('helpline.quality.kept')} live />}
      <p class="hint">{t('helpline.quality.how')}</p>
      {!sample && !opened && (
        <EmptyState icon="list-checks" title={t('helpline.quality.empty')}>
          <p>{t('helpline.quality.emptyNext')}</p>
        </EmptyState>
      )}
      {sample && !opened && (
        <form method="post" action={`/desk/helpline/quality/${sample}/open`}>
          <CsrfField />
          <Button icon="shuffle">{t('helpline.quality.draw')}</Button>
        </form>
      )}
      {sample && opened && (
        <Card title={opened.category} icon="message-circle">
          <p class="hint">
            <Bdi>{opened.by}</Bdi> · {opened.language} · {t(opened.child ? 'helpline.child' : 'helpline.adult')} ·{' '}
            {date(opened.at, 'day')}
          </p>
          <p class="pre" dir="auto">
            {opened.text}
          </p>
          <Form action={`/desk/helpline/quality/${sample}`}>
            {props.checks.map((c) => (
              <Checkbox key={c.id} id={`check-${c.id}`} name="passed" value={c.id} label={c.name} />
            ))}
            <Actions>
              <Button>{t('helpline.quality.keep')}</Button>
            </Actions>
          </Form>
        </Card>
      )}
    </>
  );
}
