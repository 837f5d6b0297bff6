import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DefinitionList,
  Details,
  Field,
  Form,
  Link,
  Ltr,
  PageHead,
  Timeline,
} from '../../../platform/ui/index.ts';
import type { Under } from '../../casework/index.ts';
import { PERSONS_REASONS, possible } from '../entry/entry.ts';
import type { DecisionView, Opened } from '../entry/store.ts';
import type { EntryRow } from '../schema.ts';
import { StateTag, Target } from './tags.tsx';

export interface Abilities {
  approve: boolean;
  release: boolean;
  review: boolean;
  reject: boolean;
  remove: boolean;
  opening: boolean;
  withdrawApproval: boolean;
}

export interface EntryPageProps {
  row: EntryRow;
  opened: Opened | undefined;
  items: readonly string[];
  under: Under | undefined;
  lookalike: string | undefined;
  disputed: boolean;
  notices: readonly { id: string; state: string; provider_name: string | null; sent_at: Date | null }[];
  history: readonly DecisionView[];
  names: ReadonlyMap<string, string>;
  lines: readonly number[];
  appeals: readonly string[];
  appealLink: string | undefined;
  may: Abilities;
  now: Date;
  error: string | undefined;
  typed: string;
}

/** By which ways it counts: pages of a court and of abuse go different ones. */
const reachOf = ({ kind, basis }: EntryRow) => (kind === 'url' ? (`${kind}-${basis}` as const) : kind);

/** One entry: what is blocked and why, what is known, who decided, and what can be done now. */
export function EntryPage(props: EntryPageProps) {
  const { t, date } = useI18n();
  const { row, opened } = props;
  const overdue = row.state === 'released' && row.review_at !== null && row.review_at <= props.now;
  return (
    <>
      <PageHead back={{ href: '/desk/blocking', text: t('blocking.list.title') }} title={t('blocking.entry.title')} />
      {props.error && <Callout tone="danger" title={props.error} live />}
      {overdue && <Callout tone="warn" title={t('blocking.entry.overdue')} />}
      {props.disputed && <Callout tone="warn" title={t('blocking.entry.disputed')} />}
      {props.lookalike && (
        <Callout tone="warn" title={t('blocking.entry.lookalike', { name: props.lookalike })}>
          <p>{t('blocking.entry.lookalikeText')}</p>
        </Callout>
      )}
      {row.refused.length > 0 && (
        <Callout tone="warn" title={t('blocking.entry.refused')}>
          <ul>
            {row.refused.map((code) => (
              <li key={code}>{t(`blocking.refusal.${code}`)}</li>
            ))}
          </ul>
        </Callout>
      )}
      <Card title={t('blocking.entry.what')} icon="ban">
        <p>
          <StateTag state={row.state} />
        </p>
        <DefinitionList
          items={[
            { term: t('blocking.list.target'), value: <Target target={row.target} /> },
            { term: t('blocking.list.kind'), value: t(`blocking.kind.${row.kind}`) },
            {
              term: t('blocking.zones.reach.title'),
              value: t(`blocking.zones.reach.${reachOf(row)}`),
            },
            { term: t('blocking.log.basis'), value: t(`blocking.basis.${row.basis}`) },
            { term: t('blocking.list.source'), value: t(`blocking.source.${row.source}`) },
            ...(opened?.grounds
              ? [{ term: t('blocking.propose.grounds'), value: <Words text={opened.grounds} /> }]
              : []),
            ...(row.review_at ? [{ term: t('blocking.entry.reviewAt'), value: date(row.review_at, 'day') }] : []),
            ...(row.expires_at ? [{ term: t('blocking.order.expires'), value: date(row.expires_at, 'day') }] : []),
            ...(row.end_reason
              ? [{ term: t('blocking.entry.ended'), value: t(`blocking.why.${row.end_reason}`) }]
              : []),
            ...(row.suspend_reason && row.state === 'suspended'
              ? [{ term: t('blocking.entry.suspended'), value: t(`blocking.why.${row.suspend_reason}`) }]
              : []),
            ...(row.earlier
              ? [
                  {
                    term: t('blocking.entry.earlier'),
                    value: <Link href={`/desk/blocking/${row.earlier}`}>{t('blocking.list.open')}</Link>,
                  },
                ]
              : []),
          ]}
        />
      </Card>
      {opened?.court && (
        <Card title={t('blocking.order.title')} icon="landmark">
          <DefinitionList
            items={(['number', 'court', 'date', 'reference', 'scope'] as const).map((name) => ({
              term: t(`blocking.order.${name}`),
              value: <Words text={opened.court?.[name] ?? ''} />,
            }))}
          />
        </Card>
      )}
      <Known {...props} />
      <Deeds {...props} />
      <Card title={t('blocking.entry.history')} icon="scroll-text">
        <Timeline
          label={t('blocking.entry.history')}
          items={props.history.map((d) => ({
            state: 'done' as const,
            title: t(`blocking.did.${d.what}`),
            at: { iso: d.at.toISOString(), text: date(d.at) },
            detail: (
              <>
                <p>
                  {d.actor === 'system' ? (
                    t('blocking.entry.machine')
                  ) : (
                    <Bdi>{props.names.get(d.actor.slice('account:'.length)) ?? ''}</Bdi>
                  )}
                </p>
                {d.reason && (
                  <p class="pre" dir="auto">
                    {d.reason}
                  </p>
                )}
              </>
            ),
          }))}
        />
        <p>
          {t('blocking.entry.lines')} <Ltr>{props.lines.join(', ') || '–'}</Ltr>
        </p>
      </Card>
    </>
  );
}

function Words(props: { text: string }) {
  return (
    <span class="pre" dir="auto">
      {props.text}
    </span>
  );
}

/** What the rest of the house knows: items, what was tried, what else is on the name. */
function Known(props: EntryPageProps) {
  const { t, number, date } = useI18n();
  const { under } = props;
  if (!under && props.items.length === 0) return null;
  return (
    <Card title={t('blocking.entry.known')} icon="layers">
      {under && (
        <DefinitionList
          compact
          items={[
            { term: t('blocking.entry.listed'), value: number(under.listed) },
            { term: t('blocking.entry.listedUp'), value: number(under.listedUp) },
            { term: t('blocking.entry.others'), value: number(under.others) },
            { term: t('blocking.entry.open'), value: number(under.open) },
          ]}
        />
      )}
      {props.items.length > 0 && (
        <ul>
          {props.items.map((item, i) => (
            <li key={item}>
              <Link href={`/desk/items/${item}`}>{t('blocking.entry.item', { n: i + 1 })}</Link>
            </li>
          ))}
        </ul>
      )}
      {props.notices.length > 0 && (
        <>
          <h3>{t('blocking.entry.ladder')}</h3>
          <ul>
            {props.notices.map((n) => (
              <li key={n.id}>
                <Link href={`/desk/notices/${n.id}`}>
                  <Bdi>{n.provider_name ?? t('blocking.entry.noProvider')}</Bdi>
                </Link>
                {' · '}
                {t(`takedown.state.${n.state}`)}
                {n.sent_at && ` · ${date(n.sent_at, 'day')}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Deeds(props: EntryPageProps) {
  const { t } = useI18n();
  const { row, may } = props;
  const base = `/desk/blocking/${row.id}`;
  const offers = [
    ['approve', may.approve && possible(row.state, 'approve')],
    ['release', may.release && possible(row.state, 'release')],
    ['review', may.review && possible(row.state, 'review')],
    ['withdraw-approval', may.withdrawApproval && possible(row.state, 'withdraw-approval')],
    ['reject', may.reject && possible(row.state, 'reject')],
    ['suspend', may.remove && possible(row.state, 'suspend')],
  ] as const;
  const others = (possible(row.state, 'release') && !may.release) || (possible(row.state, 'approve') && !may.approve);
  return (
    <Card title={t('blocking.entry.now')} icon="gavel">
      {others && <p class="hint">{t('blocking.entry.notYou')}</p>}
      {offers
        .filter(([, offered]) => offered)
        .map(([deed], i) => (
          <Details key={deed} summary={t(`blocking.decision.${deed}`)} open={i === 0 && deed !== 'reject'}>
            <p class="hint">{t(`blocking.means.${deed}`)}</p>
            <Form action={`${base}/${deed}`}>
              <Field
                name="reason"
                id={`reason-${deed}`}
                type="textarea"
                rows={2}
                label={t('blocking.entry.reason')}
                value={props.typed}
                required
              />
              <Actions>
                <Button variant={deed === 'release' ? 'danger' : 'primary'}>{t(`blocking.decision.${deed}`)}</Button>
              </Actions>
            </Form>
          </Details>
        ))}
      {may.remove && possible(row.state, 'remove') && (
        <Details summary={t('blocking.decision.remove')}>
          <p class="hint">{t('blocking.means.remove')}</p>
          <Form action={`${base}/remove`}>
            <Field
              name="why"
              id="why-remove"
              type="select"
              width="half"
              label={t('blocking.log.why')}
              value="mistake"
              options={PERSONS_REASONS.map((why) => ({ value: why, label: t(`blocking.why.${why}`) }))}
            />
            <Field
              name="reason"
              id="reason-remove"
              type="textarea"
              rows={2}
              label={t('blocking.entry.reason')}
              value={props.typed}
              required
            />
            <Actions>
              <Button variant="danger">{t('blocking.decision.remove')}</Button>
            </Actions>
          </Form>
        </Details>
      )}
      {props.appealLink && (row.state === 'released' || row.state === 'suspended') && (
        <Details summary={t('blocking.entry.appealLink')}>
          <p class="hint">{t('blocking.entry.appealLinkText')}</p>
          <p>
            <Ltr>
              <span class="mono break-all">{props.appealLink}</span>
            </Ltr>
          </p>
        </Details>
      )}
      {props.appeals.map((id) => (
        <p key={id}>
          <Link href={`/desk/blocking/appeals/${id}`}>{t('blocking.appeals.one')}</Link>
        </p>
      ))}
      {may.opening && props.opened && (
        <Details summary={t('blocking.entry.opening')}>
          <p class="hint">{t('blocking.entry.openingText')}</p>
          <form method="post" action={`${base}/opening`}>
            <CsrfField />
            <Button variant="secondary" icon="file-down">
              {t('blocking.entry.openingGive')}
            </Button>
          </form>
        </Details>
      )}
    </Card>
  );
}
