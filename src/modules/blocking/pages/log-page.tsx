import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, DataTable, DefinitionList, Details, EmptyState, Link, Ltr } from '../../../platform/ui/index.ts';
import type { EntryJson, SignedHead } from '../../audit/index.ts';
import type { LogHead } from '../log/public-log.ts';

export type LineJson = EntryJson & { hash: string };
const numberIn = (line: LineJson): number => Number(line.detail.line);

/** Every decision about blocking, without a name. */
export function PublicLogPage(props: {
  head: LogHead;
  audit: SignedHead | undefined;
  lines: readonly LineJson[];
  from: number;
}) {
  const { t, lang, date, number } = useI18n();
  return (
    <>
      <h1>{t('blocking.log.title')}</h1>
      <p>{t('blocking.log.lead')}</p>
      <p>{t('blocking.log.noNames')}</p>
      <DefinitionList
        items={[
          { term: t('blocking.log.count'), value: number(props.head.line) },
          {
            term: t('blocking.log.last'),
            value: (
              <Ltr>
                <span class="mono break-all">{props.head.hash.toString('hex')}</span>
              </Ltr>
            ),
          },
          ...(props.audit ? [{ term: t('blocking.log.sealed'), value: date(props.audit.at) }] : []),
        ]}
      />
      <DataTable
        caption={t('blocking.log.title')}
        captionHidden
        rows={props.lines}
        rowKey={(l) => l.id}
        empty={
          <EmptyState icon="scroll-text" title={t('blocking.log.empty')}>
            <p>{t('blocking.log.emptyNext')}</p>
          </EmptyState>
        }
        columns={[
          { key: 'line', header: t('blocking.log.line'), numeric: true, rowHeader: true, cell: (l) => numberIn(l) },
          { key: 'at', header: t('blocking.log.at'), cell: (l) => date(new Date(l.at)) },
          {
            key: 'decision',
            header: t('blocking.log.decision'),
            cell: (l) => t(`blocking.decision.${String(l.detail.decision)}`),
          },
          { key: 'basis', header: t('blocking.log.basis'), cell: (l) => t(`blocking.basis.${String(l.detail.basis)}`) },
          {
            key: 'why',
            header: t('blocking.log.why'),
            cell: (l) => (l.detail.why ? t(`blocking.why.${String(l.detail.why)}`) : '–'),
          },
          {
            key: 'what',
            header: t('blocking.log.commitment'),
            cell: (l) => (
              <Ltr>
                <span class="mono">{(l.commitment ?? '').slice(0, 16)}</span>
              </Ltr>
            ),
          },
          {
            key: 'proof',
            header: t('blocking.log.proof'),
            cell: (l) => <Link href={`/blocked/log/${numberIn(l)}/proof.json`}>{t('blocking.log.proof')}</Link>,
          },
        ]}
      />
      {props.from > 1 && (
        <p>
          <Link href={`/${lang}/blocked/log?until=${props.from - 1}`}>{t('blocking.log.older')}</Link>
        </p>
      )}
      <Details summary={t('blocking.log.check')}>
        <p>{t('blocking.log.checkText')}</p>
        <p>
          <Ltr>
            <code>npm run salama -- blocking verify log.ndjson --proof proof.json</code>
          </Ltr>
        </p>
        <p class="flex flex-wrap gap-2">
          <Link href="/blocked/log.ndjson">log.ndjson</Link> <Link href="/blocked/log.json">log.json</Link>{' '}
          <Link href={`/${lang}/audit`}>{t('blocking.log.audit')}</Link>
        </p>
      </Details>
      <Callout tone="help" title={t('blocking.log.contest')}>
        <p>
          <Link href={`/${lang}/blocked/appeal`}>{t('blocking.appeal.title')}</Link>
        </p>
      </Callout>
    </>
  );
}
