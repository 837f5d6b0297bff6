import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DataTable,
  DefinitionList,
  EmptyState,
  type HelpLine,
  HelpLines,
  Link,
  Ltr,
  PageHead,
  Pagination,
  Tag,
} from '../../../platform/ui/index.ts';
import type { ItemRow } from '../schema.ts';
import { TakeForm } from './item-danger.tsx';
import { DangerKind, ReplyForm } from './item-reports.tsx';
import { ItemName, StateTag } from './words.tsx';

export interface DangerFacts {
  id: string;
  cause: 'report' | 'draft' | 'message' | 'crisis';
  /** The report it belongs to; a draft that was never sent has none. */
  report: string | null;
  /** Left without being sent: what is left of it can be made a report. */
  left: boolean;
  kinds: readonly string[];
  category: string | undefined;
  declared: boolean;
  state: 'waiting' | 'acknowledged';
  raisedAt: Date;
  /** Steps of the ladder that were taken: 1 = the first person was paged. */
  step: number;
}

function Kinds(props: { facts: DangerFacts }) {
  const { t } = useI18n();
  return (
    <span class="flex flex-wrap gap-1">
      {props.facts.declared && (
        <Tag tone="danger" icon="siren">
          {t('casework.danger.declared')}
        </Tag>
      )}
      {props.facts.kinds.map((kind) => (
        <Tag key={kind} tone="danger">
          <DangerKind kind={kind} />
        </Tag>
      ))}
    </span>
  );
}

/** To the prefilled form; sending there is the second click. */
function ReferAtOnce(props: { page: string }) {
  const { t } = useI18n();
  return (
    <Button href={`/desk/referrals/new?danger=${props.page}`} variant="danger" small icon="shield">
      {t('casework.danger.refer')}
    </Button>
  );
}

/** The same for what somebody began and left: its first step makes a report of what is left. */
function TakeOver(props: { page: string; small?: boolean }) {
  const { t } = useI18n();
  return (
    <form method="post" action={`/desk/danger/${props.page}/take-over`}>
      <CsrfField />
      <Button variant="danger" small={props.small ?? false} icon="shield">
        {t('casework.danger.takeOver')}
      </Button>
    </form>
  );
}

/** What nobody has taken yet, oldest first; in a flood in parts, because each of them must be reachable. */
export function DangerListPage(props: {
  pages: readonly DangerFacts[];
  now: Date;
  onDuty: readonly string[];
  previous: string | undefined;
  next: string | undefined;
  mayRefer: boolean;
}) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <>
      <h1>{t('casework.danger.listTitle')}</h1>
      <OnDuty names={props.onDuty} />
      <DataTable
        caption={t('casework.danger.listTitle')}
        captionHidden
        rows={props.pages}
        rowKey={(p) => p.id}
        danger={() => true}
        empty={
          <EmptyState icon="circle-check" title={t('casework.danger.none')}>
            <p>{t('casework.danger.noneNext')}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'cause',
            header: t('casework.danger.cause'),
            rowHeader: true,
            cell: (p) => <Link href={`/desk/danger/${p.id}`}>{t(`casework.danger.from.${p.cause}`)}</Link>,
          },
          { key: 'kinds', header: t('casework.danger.why'), cell: (p) => <Kinds facts={p} /> },
          {
            key: 'category',
            header: t('casework.field.category'),
            cell: (p) => p.category ?? t('casework.danger.noCategory'),
          },
          { key: 'step', header: t('casework.danger.step'), numeric: true, cell: (p) => tr.number(p.step) },
          {
            key: 'age',
            header: t('casework.field.age'),
            numeric: true,
            cell: (p) => tr.duration(props.now.getTime() - p.raisedAt.getTime()),
          },
          ...(props.mayRefer
            ? [
                {
                  key: 'refer',
                  header: t('casework.danger.refer'),
                  headerHidden: true,
                  // What is still being written can't be handed over: the lines to call are on its page.
                  cell: (p: DangerFacts) =>
                    p.report ? (
                      <ReferAtOnce page={p.id} />
                    ) : p.left ? (
                      <TakeOver page={p.id} small />
                    ) : (
                      <span class="hint">{t('casework.danger.referWhenSent')}</span>
                    ),
                },
              ]
            : []),
        ]}
      />
      <Pagination
        {...(props.previous !== undefined ? { previous: props.previous } : {})}
        {...(props.next !== undefined ? { next: props.next } : {})}
      />
    </>
  );
}

function OnDuty(props: { names: readonly string[] }) {
  const { t } = useI18n();
  return props.names.length > 0 ? (
    <p>
      {t('casework.danger.onDuty')}{' '}
      {props.names.map((name, i) => (
        <span key={name}>
          {i > 0 && ' · '}
          <Bdi>{name}</Bdi>
        </span>
      ))}
    </p>
  ) : (
    <Callout tone="warn" title={t('casework.danger.nobodyOnDuty')} />
  );
}

/** One try to tell somebody. `target` is an account's id for mail. */
export interface Delivery {
  id: string;
  step: number;
  channel: 'mail' | 'webhook';
  state: 'due' | 'gathered' | 'sent' | 'failed' | 'dropped';
  attempts: number;
  sent_at: Date | null;
  last_error: string | null;
  target?: string;
}

const DELIVERY_TONE = { due: 'wait', gathered: 'wait', sent: 'done', failed: 'danger', dropped: 'neutral' } as const;
const DELIVERY_ICON = {
  due: 'clock',
  gathered: 'clock',
  sent: 'check',
  failed: 'triangle-alert',
  dropped: 'circle-check',
} as const;

function Deliveries(props: { deliveries: readonly Delivery[]; names: ReadonlyMap<string, string> }) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <Card title={t('casework.danger.told')} icon="bell-ring">
      <DataTable
        caption={t('casework.danger.told')}
        captionHidden
        rows={props.deliveries}
        rowKey={(d) => d.id}
        danger={(d) => d.state === 'failed' || (d.state !== 'dropped' && d.last_error !== null)}
        empty={<p class="hint">{t('casework.danger.toldNobody')}</p>}
        columns={[
          {
            key: 'who',
            header: t('casework.danger.who'),
            rowHeader: true,
            cell: (d) => (
              <>
                {t(`casework.danger.channel.${d.channel}`)} <Bdi>{(d.target && props.names.get(d.target)) ?? ''}</Bdi>
              </>
            ),
          },
          { key: 'step', header: t('casework.danger.step'), numeric: true, cell: (d) => tr.number(d.step + 1) },
          {
            key: 'state',
            header: t('casework.field.state'),
            cell: (d) => (
              <>
                <Tag tone={DELIVERY_TONE[d.state]} icon={DELIVERY_ICON[d.state]}>
                  {t(`casework.danger.delivery.${d.state}`)}
                </Tag>
                {d.last_error && (
                  <p class="hint">
                    {t('casework.danger.tries', { count: d.attempts })} <Ltr>{d.last_error}</Ltr>
                  </p>
                )}
              </>
            ),
          },
          {
            key: 'at',
            header: t('casework.danger.sentAt'),
            numeric: true,
            cell: (d) => (d.sent_at ? tr.date(d.sent_at, 'time') : t('casework.figures.none')),
          },
        ]}
      />
    </Card>
  );
}

export interface DangerPageProps {
  facts: DangerFacts;
  now: Date;
  by: { name: string; at: Date } | undefined;
  onDuty: readonly string[];
  deliveries: readonly Delivery[];
  names: ReadonlyMap<string, string>;
  lines: readonly HelpLine[];
  items: readonly { item: ItemRow; platform: string }[];
  /** There, or not given, or opened just now by the POST that this page answers. */
  whereabouts: { kind: 'sealed' } | { kind: 'none' } | { kind: 'unknown' } | { kind: 'open'; text: string | undefined };
  rights: { take: boolean; whereabouts: boolean; reply: boolean; refer: boolean };
  reply: { text: string; error: string } | undefined;
  done: 'taken' | 'replied' | undefined;
}

function Whereabouts(props: Pick<DangerPageProps, 'whereabouts' | 'rights' | 'facts'>) {
  const { t } = useI18n();
  const { whereabouts: where, rights } = props;
  let body: ComponentChildren;
  if (where.kind === 'open')
    body = where.text ? (
      <p class="whitespace-pre-wrap" dir="auto">
        {where.text}
      </p>
    ) : (
      <p class="hint">{t('casework.danger.where.none')}</p>
    );
  else if (where.kind === 'none') body = <p class="hint">{t('casework.danger.where.none')}</p>;
  else
    body = (
      <>
        <p>{t(`casework.danger.where.${where.kind}`)}</p>
        {rights.whereabouts ? (
          <form method="post" action={`/desk/danger/${props.facts.id}/whereabouts`}>
            <CsrfField />
            <Button variant="secondary" icon="map-pin">
              {t('casework.danger.where.open')}
            </Button>
          </form>
        ) : (
          <p class="hint">{t('casework.danger.where.onlyOnCall')}</p>
        )}
      </>
    );
  return (
    <Card title={t('casework.danger.where.title')} icon="map-pin">
      {body}
    </Card>
  );
}

/** One alert: why, who was told, what to do. */
export function DangerAlertPage(props: DangerPageProps) {
  const tr = useI18n();
  const { t } = tr;
  const { facts, rights } = props;
  return (
    <>
      <PageHead
        back={{ href: '/desk/danger', text: t('casework.danger.toList') }}
        title={t('casework.danger.alertTitle')}
      />
      {props.done && <Callout tone="done" title={t(`casework.done.${props.done}`)} live />}
      {facts.state === 'waiting' ? (
        <Callout tone="danger" title={t('casework.danger.untaken')}>
          <p>{t('casework.danger.callNow')}</p>
          <HelpLines lines={props.lines} labels />
          {rights.take ? (
            <TakeForm page={facts.id} to={`/desk/danger/${facts.id}?done=taken`} />
          ) : (
            <p>{t('casework.danger.onlyOnCall')}</p>
          )}
        </Callout>
      ) : (
        <Callout tone="help" icon="hand" title={t('casework.danger.takenBy', { name: props.by?.name ?? '' })}>
          {props.by && <p>{tr.date(props.by.at)}</p>}
          <HelpLines lines={props.lines} labels />
        </Callout>
      )}
      {rights.refer && facts.report && props.items.length > 0 && <ReferAtOnce page={facts.id} />}
      {rights.refer && !facts.report && !facts.left && <p class="hint">{t('casework.danger.referWhenSent')}</p>}
      {rights.refer && facts.left && (
        <>
          <p class="hint">{t('casework.danger.takeOverHint')}</p>
          <TakeOver page={facts.id} />
        </>
      )}
      <OnDuty names={props.onDuty} />
      <Card title={t('casework.danger.about')} icon="siren">
        <DefinitionList
          compact
          items={[
            { term: t('casework.danger.cause'), value: t(`casework.danger.from.${facts.cause}`) },
            { term: t('casework.danger.why'), value: <Kinds facts={facts} /> },
            { term: t('casework.field.category'), value: facts.category ?? t('casework.danger.noCategory') },
            {
              term: t('casework.field.received'),
              value: `${tr.date(facts.raisedAt)} (${t('casework.ago', { span: tr.duration(props.now.getTime() - facts.raisedAt.getTime()) })})`,
            },
          ]}
        />
        {props.items.length > 0 ? (
          <ul class="grid gap-2">
            {props.items.map(({ item, platform }) => (
              <li key={item.id} class="flex flex-wrap items-center gap-2">
                <Link href={`/desk/items/${item.id}${facts.report ? `#report-${facts.report}` : ''}`}>
                  <ItemName item={item} platform={platform} max={60} />
                </Link>
                <StateTag state={item.state} />
              </li>
            ))}
          </ul>
        ) : (
          <p class="hint">{t(facts.report ? 'casework.danger.linking' : 'casework.danger.notSent')}</p>
        )}
      </Card>
      <Whereabouts {...props} />
      <Deliveries deliveries={props.deliveries} names={props.names} />
      {facts.report && rights.reply && (
        <Card title={t('casework.message.reply')} icon="message-circle">
          <ReplyForm action={`/desk/danger/${facts.id}/reply`} id="f-text" {...(props.reply ?? {})} />
        </Card>
      )}
    </>
  );
}
