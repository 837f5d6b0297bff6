import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  type Column,
  DataTable,
  Details,
  EmptyState,
  ErrorSummary,
  Field,
  Form,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { CountryPack } from '../../country/index.ts';
import { HOLD_KINDS, type HoldKind } from '../hold.ts';
import type { HoldView } from '../index.ts';
import type { PurgeRow } from '../schema.ts';

type Rule = CountryPack['retention']['rules'][number] & { due: number };

export interface TypedHold {
  type: string;
  id: string;
  kind: HoldKind;
  authority: string;
  reference: string;
  reason: string;
  /** YYYY-MM-DD, or empty. */
  until: string;
}

export interface RetentionPageProps {
  holds: readonly HoldView[];
  purges: readonly PurgeRow[];
  rules: readonly Rule[];
  /** Rules that nothing acts on. */
  unhandled: ReadonlySet<string>;
  subjectTypes: readonly string[];
  mayManage: boolean;
  verified: boolean;
  typed: TypedHold;
  error: string | undefined;
}

/** A catalogue key has no dots in it. */
const keyOf = (type: string) => type.replace('.', '-');

export function RetentionPage(props: RetentionPageProps) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('retention.page.title')}</h1>
      <p>{t('retention.page.lead')}</p>
      {!props.verified && (
        <Callout tone="warn" title={t('retention.page.unverifiedTitle')}>
          <p>{t('retention.page.unverified')}</p>
        </Callout>
      )}
      <h2>{t('retention.page.holds')}</h2>
      {props.error && <ErrorSummary errors={[{ field: 'reason', message: props.error }]} />}
      <Holds {...props} />
      {props.mayManage && <NewHold {...props} />}
      <h2>{t('retention.page.rules')}</h2>
      <Rules rules={props.rules} unhandled={props.unhandled} />
      <h2>{t('retention.page.purges')}</h2>
      {props.purges.length > 0 && <p class="hint">{t('retention.page.purgesHint')}</p>}
      <Purges purges={props.purges} />
    </>
  );
}

function Holds({ holds, mayManage }: RetentionPageProps) {
  const { t, date } = useI18n();
  const columns: Column<HoldView>[] = [
    {
      key: 'record',
      rowHeader: true,
      header: t('retention.hold.record'),
      cell: (h) => (
        <>
          {t(`retention.subject.${keyOf(h.subject_type)}`)}
          <br />
          <Ltr>{h.subject}</Ltr>
        </>
      ),
    },
    {
      key: 'why',
      header: t('retention.hold.why'),
      cell: (h) => (
        <>
          <strong>{t(`retention.kind.${h.kind}`)}</strong> · <bdi>{h.authority}</bdi> · <bdi>{h.reference}</bdi>
          <p class="pre" dir="auto">
            {h.reason}
          </p>
          {h.endReason && (
            <p class="pre hint" dir="auto">
              {h.endReason}
            </p>
          )}
        </>
      ),
    },
    {
      key: 'state',
      header: t('retention.hold.state'),
      cell: (h) => (
        <>
          <Tag tone={h.state === 'open' ? 'wait' : 'neutral'}>{t(`retention.state.${h.state}`)}</Tag>
          <br />
          {h.state === 'open'
            ? h.until
              ? t('retention.hold.untilDay', { day: date(h.until, 'day') })
              : t('retention.hold.noEnd')
            : h.ended_at && date(h.ended_at, 'day')}
        </>
      ),
    },
    {
      key: 'actions',
      headerHidden: true,
      header: t('retention.hold.actions'),
      cell: (h) => (mayManage && h.state === 'open' ? <HoldForms hold={h} /> : null),
    },
  ];
  return (
    <DataTable
      caption={t('retention.page.holds')}
      captionHidden
      columns={columns}
      rows={holds}
      rowKey={(h) => h.id}
      empty={
        <EmptyState icon="archive" title={t('retention.hold.empty')}>
          <p>{t('retention.hold.emptyNext')}</p>
        </EmptyState>
      }
    />
  );
}

function HoldForms({ hold }: { hold: HoldView }) {
  const { t } = useI18n();
  return (
    <>
      {hold.until && (
        <Details summary={t('retention.hold.extend')}>
          <Form action={`/desk/retention/holds/${hold.id}/extend`}>
            <Field type="date" id={`until-${hold.id}`} name="until" label={t('retention.hold.until')} width="short" />
            <Button small>{t('retention.hold.extend')}</Button>
          </Form>
        </Details>
      )}
      <Details summary={t('retention.hold.release')}>
        <Form action={`/desk/retention/holds/${hold.id}/release`}>
          <Field
            type="textarea"
            rows={2}
            id={`reason-${hold.id}`}
            name="reason"
            label={t('retention.hold.releaseReason')}
            maxLength={2000}
          />
          <Button small variant="danger">
            {t('retention.hold.release')}
          </Button>
        </Form>
      </Details>
    </>
  );
}

function NewHold({ typed, subjectTypes, error }: RetentionPageProps) {
  const { t } = useI18n();
  const form = (
    <Form action="/desk/retention/holds">
      <Field
        type="select"
        name="type"
        label={t('retention.hold.recordType')}
        value={typed.type}
        options={subjectTypes.map((type) => ({ value: type, label: t(`retention.subject.${keyOf(type)}`) }))}
      />
      <Field name="id" label={t('retention.hold.id')} hint={t('retention.hold.idHint')} value={typed.id} dir="ltr" />
      <Field
        type="select"
        name="kind"
        label={t('retention.hold.kind')}
        value={typed.kind}
        options={HOLD_KINDS.map((kind) => ({ value: kind, label: t(`retention.kind.${kind}`) }))}
      />
      <Field name="authority" label={t('retention.hold.authority')} value={typed.authority} maxLength={200} />
      <Field name="reference" label={t('retention.hold.reference')} value={typed.reference} maxLength={200} />
      <Field
        type="textarea"
        rows={3}
        name="reason"
        label={t('retention.hold.reason')}
        value={typed.reason}
        maxLength={2000}
      />
      <Field
        type="date"
        name="until"
        label={t('retention.hold.until')}
        hint={t('retention.hold.untilHint')}
        value={typed.until}
        width="short"
      />
      <Actions>
        <Button>{t('retention.hold.open')}</Button>
      </Actions>
    </Form>
  );
  return (
    <Details summary={t('retention.hold.new')} open={Boolean(error || typed.id)}>
      {form}
    </Details>
  );
}

function Rules({ rules, unhandled }: { rules: readonly Rule[]; unhandled: ReadonlySet<string> }) {
  const { t, text, number } = useI18n();
  const columns: Column<Rule>[] = [
    {
      key: 'what',
      rowHeader: true,
      header: t('retention.rule.what'),
      cell: (r) => (
        <>
          {text(r.name)}
          {unhandled.has(r.id) && (
            <>
              {' '}
              <Tag tone="danger">{t('retention.rule.unhandled')}</Tag>
            </>
          )}
        </>
      ),
    },
    { key: 'after', header: t('retention.rule.after'), cell: (r) => t('retention.rule.months', { months: r.months }) },
    { key: 'basis', header: t('retention.rule.basis'), cell: (r) => text(r.basis) },
    { key: 'due', numeric: true, header: t('retention.rule.due'), cell: (r) => number(r.due) },
  ];
  return (
    <DataTable
      caption={t('retention.page.rules')}
      captionHidden
      columns={columns}
      rows={rules}
      rowKey={(r) => r.id}
      empty={<p />}
    />
  );
}

function Purges({ purges }: { purges: readonly PurgeRow[] }) {
  const { t, date } = useI18n();
  const columns: Column<PurgeRow>[] = [
    { key: 'at', header: t('retention.purge.at'), cell: (p) => date(p.at) },
    {
      key: 'record',
      header: t('retention.hold.record'),
      cell: (p) => (
        <>
          {t(`retention.subject.${keyOf(p.record_type)}`)}
          <br />
          <Ltr>{p.record}</Ltr>
        </>
      ),
    },
    {
      key: 'keys',
      header: t('retention.purge.keys'),
      cell: (p) =>
        p.key_digests.length === 0
          ? t('retention.purge.noKey')
          : p.key_digests.map((digest) => <Ltr key={digest}>{digest.slice(0, 16)}…</Ltr>),
    },
  ];
  return (
    <DataTable
      caption={t('retention.page.purges')}
      captionHidden
      columns={columns}
      rows={purges}
      rowKey={(p) => p.id}
      empty={
        <EmptyState icon="archive" title={t('retention.purge.empty')}>
          <p>{t('retention.page.purgesHint')}</p>
        </EmptyState>
      }
    />
  );
}
