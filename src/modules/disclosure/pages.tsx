import { useI18n } from '../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  CsrfField,
  DefinitionList,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  PageHead,
  Tag,
  type TagTone,
} from '../../platform/ui/index.ts';
import type { RequestView } from './index.ts';
import { FIELDS, HOURS, type IdentityField, openAt, possible, type RequestState } from './request.ts';

export interface IdentitiesPageProps {
  rows: readonly (RequestView & { mine: boolean; mayDecide: boolean })[];
  names: ReadonlyMap<string, string>;
  decides: boolean;
  now: Date;
  error: string | undefined;
  done: boolean;
  opened: { id: string; fields: Partial<Record<IdentityField, string>> } | undefined;
}

const LOOK: Record<RequestState, TagTone> = {
  asked: 'wait',
  approved: 'done',
  refused: 'danger',
  withdrawn: 'neutral',
  revoked: 'neutral',
};

/** Requests: one's own, or for the custodian all of them, what waits first. */
export function IdentitiesPage(props: IdentitiesPageProps) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('disclosure.title')}</h1>
      <p class="hint">{t(props.decides ? 'disclosure.leadCustodian' : 'disclosure.lead')}</p>
      {props.done && <Callout tone="done" title={t('disclosure.done')} live />}
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.rows.length === 0 && (
        <EmptyState icon="user-lock" title={t('disclosure.empty')}>
          <p>{t('disclosure.emptyNext')}</p>
        </EmptyState>
      )}
      {props.rows.map((row) => (
        <RequestCard key={row.id} {...props} row={row} />
      ))}
    </>
  );
}

function RequestCard(props: IdentitiesPageProps & { row: IdentitiesPageProps['rows'][number] }) {
  const { t, date } = useI18n();
  const { row, now } = props;
  const open = openAt(row, now);
  const over = row.state === 'approved' && !open;
  const base = `/desk/identities/${row.id}`;
  return (
    <Card
      title={t('disclosure.request', { at: date(row.requested_at, 'day') })}
      icon="user-lock"
      level={2}
      id={`request-${row.id}`}
    >
      <p class="flex flex-wrap gap-2">
        <Tag tone={over ? 'neutral' : LOOK[row.state]}>
          {t(over ? 'disclosure.state.expired' : `disclosure.state.${row.state}`)}
        </Tag>
        {open && row.expires_at && <span>{t('disclosure.until', { at: date(row.expires_at, 'day') })}</span>}
      </p>
      <DefinitionList
        items={[
          row.referral
            ? {
                term: t('disclosure.for'),
                value: <Link href={`/desk/referrals/${row.referral}`}>{t('disclosure.referral')}</Link>,
              }
            : { term: t('disclosure.report'), value: <Ltr>{row.report ?? ''}</Ltr> },
          { term: t('disclosure.by'), value: <Bdi>{props.names.get(row.requested_by) ?? ''}</Bdi> },
          { term: t('disclosure.fields'), value: row.fields.map((f) => t(`disclosure.field.${f}`)).join(' · ') },
          {
            term: t('disclosure.reason'),
            value: (
              <span class="pre" dir="auto">
                {row.reason}
              </span>
            ),
          },
          ...(row.decided_by
            ? [{ term: t('disclosure.decidedBy'), value: <Bdi>{props.names.get(row.decided_by) ?? ''}</Bdi> }]
            : []),
          ...(row.decisionReason
            ? [
                {
                  term: t('disclosure.why'),
                  value: (
                    <span class="pre" dir="auto">
                      {row.decisionReason}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {props.opened?.id === row.id && (
        <Callout tone="warn" icon="user-round" level={3} title={t('disclosure.openedTitle')}>
          {row.fields.map((f) => (
            <p key={f}>
              {t(`disclosure.field.${f}`)}: <bdi class="mono">{props.opened?.fields[f] || t('disclosure.nothing')}</bdi>
            </p>
          ))}
        </Callout>
      )}
      {row.mine && (
        <div class="flex flex-wrap gap-2">
          {open && row.report && (
            <form method="post" action={`${base}/open`}>
              <CsrfField />
              <Button icon="eye">{t('disclosure.open')}</Button>
            </form>
          )}
          {possible(row.state, 'withdraw') && !over && (
            <form method="post" action={`${base}/withdraw`}>
              <CsrfField />
              <Button variant="secondary">{t('disclosure.withdraw')}</Button>
            </form>
          )}
        </div>
      )}
      {row.mayDecide && possible(row.state, 'approve') && (
        <>
          <Form action={`${base}/approve`}>
            {row.fields.map((f) => (
              <Checkbox
                key={f}
                id={`field-${row.id}-${f}`}
                name="field"
                value={f}
                label={t(`disclosure.field.${f}`)}
                checked
              />
            ))}
            <Field
              name="hours"
              id={`hours-${row.id}`}
              type="select"
              width="half"
              label={t('disclosure.howLong')}
              value="8"
              options={HOURS.map((h) => ({ value: String(h), label: t('disclosure.hours', { h }) }))}
            />
            <Actions>
              <Button>{t('disclosure.approve')}</Button>
            </Actions>
          </Form>
          <Details summary={t('disclosure.refuse')}>
            <Form action={`${base}/refuse`}>
              <Field name="reason" id={`refuse-${row.id}`} type="textarea" rows={2} label={t('disclosure.why')} />
              <Button variant="danger">{t('disclosure.refuse')}</Button>
            </Form>
          </Details>
        </>
      )}
      {row.mayDecide && open && (
        <form method="post" action={`${base}/revoke`}>
          <CsrfField />
          <Button variant="secondary">{t('disclosure.revoke')}</Button>
        </form>
      )}
    </Card>
  );
}

/** Asking: what, and why. */
export function AskPage(props: {
  report: string;
  typed: { fields: string[]; reason: string };
  error: string | undefined;
}) {
  const { t } = useI18n();
  return (
    <>
      <PageHead back={{ href: '/desk/identities', text: t('disclosure.title') }} title={t('disclosure.ask.title')} />
      <p>{t('disclosure.ask.lead')}</p>
      <Form action={`/desk/identities/for/${props.report}`}>
        {FIELDS.map((f) => (
          <Checkbox
            key={f}
            id={`field-${f}`}
            name="field"
            value={f}
            label={t(`disclosure.field.${f}`)}
            checked={props.typed.fields.includes(f)}
          />
        ))}
        <Field
          name="reason"
          type="textarea"
          rows={4}
          label={t('disclosure.reason')}
          hint={t('disclosure.ask.reasonHint')}
          value={props.typed.reason}
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('disclosure.ask.send')}</Button>
        </Actions>
      </Form>
    </>
  );
}
