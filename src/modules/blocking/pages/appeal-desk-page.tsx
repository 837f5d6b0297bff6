import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DataTable,
  DefinitionList,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  PageHead,
  Tag,
} from '../../../platform/ui/index.ts';
import { decisionsFor } from '../appeal/appeal.ts';
import type { AppealView } from '../appeal/appeals.ts';
import { StateTag, Target } from './tags.tsx';

/** Appeals: the one whose time ends first stands first. */
export function AppealListPage(props: { appeals: readonly AppealView[]; now: Date }) {
  const { t, date } = useI18n();
  return (
    <>
      <PageHead back={{ href: '/desk/blocking', text: t('blocking.list.title') }} title={t('blocking.appeals.title')} />
      <p class="hint">{t('blocking.appeals.lead')}</p>
      <DataTable
        caption={t('blocking.appeals.title')}
        captionHidden
        rows={props.appeals}
        rowKey={(a) => a.id}
        empty={
          <EmptyState icon="scale" title={t('blocking.appeals.empty')}>
            <p>{t('blocking.appeals.emptyNext')}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'address',
            header: t('blocking.list.target'),
            rowHeader: true,
            cell: (a) => <Target target={a.address || null} />,
          },
          { key: 'who', header: t('blocking.appeal.who'), cell: (a) => t(`blocking.appeal.who-${a.who}`) },
          {
            key: 'state',
            header: t('blocking.list.state'),
            cell: (a) =>
              a.decision ? (
                <Tag tone="done">{t(`blocking.appeals.decision-${a.decision}`)}</Tag>
              ) : (
                <Tag tone={a.due_at <= props.now ? 'danger' : 'wait'}>
                  {t(a.due_at <= props.now ? 'blocking.appeals.late' : 'blocking.appeals.waiting')}
                </Tag>
              ),
          },
          { key: 'due', header: t('blocking.appeals.due'), cell: (a) => date(a.due_at, 'day') },
          {
            key: 'open',
            header: t('blocking.list.open'),
            headerHidden: true,
            cell: (a) => <Link href={`/desk/blocking/appeals/${a.id}`}>{t('blocking.list.open')}</Link>,
          },
        ]}
      />
    </>
  );
}

/** One appeal: what was said, which entries it concerns, and the decision. */
export function AppealDeskPage(props: {
  appeal: AppealView;
  names: ReadonlyMap<string, string>;
  mayDecide: boolean;
  now: Date;
  error: string | undefined;
  typed: string;
}) {
  const { t, date } = useI18n();
  const { appeal } = props;
  const base = `/desk/blocking/appeals/${appeal.id}`;
  return (
    <>
      <PageHead
        back={{ href: '/desk/blocking/appeals', text: t('blocking.appeals.title') }}
        title={t('blocking.appeals.one')}
      />
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Card title={t('blocking.appeals.said')} icon="message-circle">
        <DefinitionList
          items={[
            { term: t('blocking.list.target'), value: <Target target={appeal.address || null} /> },
            { term: t('blocking.appeal.who'), value: t(`blocking.appeal.who-${appeal.who}`) },
            {
              term: t('blocking.appeal.words'),
              value: (
                <span class="pre" dir="auto">
                  {appeal.words || t('blocking.destroyed')}
                </span>
              ),
            },
            { term: t('blocking.appeals.received'), value: date(appeal.created_at, 'day') },
            { term: t('blocking.appeals.due'), value: date(appeal.due_at, 'day') },
            {
              term: t('blocking.appeals.control'),
              value: t(appeal.proven ? 'blocking.appeals.proven' : 'blocking.appeals.notProven'),
            },
            {
              term: t('blocking.appeals.answer'),
              value: t(appeal.hasContact ? 'blocking.appeals.byMail' : 'blocking.appeals.noMail'),
            },
          ]}
        />
      </Card>
      <Card title={t('blocking.appeals.concerned')} icon="ban">
        {appeal.entries.length === 0 && <p>{t('blocking.appeals.nothing')}</p>}
        {appeal.entries.map((row) => (
          <p key={row.id}>
            <StateTag state={row.state} /> <Target target={row.target} />{' '}
            <Link href={`/desk/blocking/${row.id}`}>{t('blocking.list.open')}</Link>
          </p>
        ))}
      </Card>
      {appeal.decision ? (
        <Card title={t('blocking.appeals.decided')} icon="gavel">
          <DefinitionList
            items={[
              { term: t('blocking.log.decision'), value: t(`blocking.appeals.decision-${appeal.decision}`) },
              { term: t('blocking.appeals.by'), value: <Bdi>{props.names.get(appeal.decided_by ?? '') ?? ''}</Bdi> },
              {
                term: t('blocking.entry.reason'),
                value: (
                  <span class="pre" dir="auto">
                    {appeal.reason}
                  </span>
                ),
              },
            ]}
          />
        </Card>
      ) : props.mayDecide ? (
        <Card title={t('blocking.entry.now')} icon="gavel">
          <Form action={`${base}/decide`}>
            <Field
              name="decision"
              type="select"
              width="half"
              label={t('blocking.log.decision')}
              placeholder={t('blocking.appeals.choose')}
              options={decisionsFor(appeal.entries.length).map((d) => ({
                value: d,
                label: t(`blocking.appeals.decision-${d}`),
              }))}
            />
            <Field
              name="reason"
              type="textarea"
              rows={4}
              label={t('blocking.entry.reason')}
              hint={t(appeal.proven ? 'blocking.appeals.reasonTold' : 'blocking.appeals.reasonKept')}
              value={props.typed}
              required
            />
            <Actions>
              <Button>{t('blocking.appeals.decide')}</Button>
            </Actions>
          </Form>
          {!appeal.proven && (
            <Details summary={t('blocking.appeals.prove')}>
              <p class="hint">{t('blocking.appeals.proveText')}</p>
              <Form action={`${base}/prove`}>
                <Field
                  name="reason"
                  id="reason-prove"
                  type="textarea"
                  rows={2}
                  label={t('blocking.appeals.proveHow')}
                  required
                />
                <Actions>
                  <Button variant="secondary">{t('blocking.appeals.prove')}</Button>
                </Actions>
              </Form>
            </Details>
          )}
        </Card>
      ) : (
        <Callout tone="help" title={t('blocking.appeals.notYou')} />
      )}
    </>
  );
}
