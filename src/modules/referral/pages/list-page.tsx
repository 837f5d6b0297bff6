import { useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, Callout, DataTable, EmptyState, Link } from '../../../platform/ui/index.ts';
import { isLate } from '../referral.ts';
import type { ReferralRow } from '../schema.ts';
import { Clock, Code, StateTag, UrgencyTag } from './words.tsx';

export interface ListedReferral {
  row: ReferralRow;
  body: string;
  category: string;
}

function Table(props: {
  caption: string;
  rows: readonly ListedReferral[];
  now: Date;
  receiver: boolean;
  none: string;
}) {
  const { t, date } = useI18n();
  return (
    <DataTable
      caption={props.caption}
      rows={props.rows}
      rowKey={(r) => r.row.id}
      danger={(r) => isLate(r.row, props.now)}
      empty={<EmptyState icon="inbox" title={props.none} />}
      columns={[
        {
          key: 'code',
          header: t('referral.field.code'),
          rowHeader: true,
          cell: (r) => (
            <Link href={`/desk/referrals/${r.row.id}`}>
              <Code code={r.row.code} />
            </Link>
          ),
        },
        { key: 'urgency', header: t('referral.field.urgency'), cell: (r) => <UrgencyTag level={r.row.urgency} /> },
        ...(props.receiver
          ? []
          : [{ key: 'body', header: t('referral.field.body'), cell: (r: ListedReferral) => <Bdi>{r.body}</Bdi> }]),
        { key: 'category', header: t('referral.field.category'), cell: (r) => r.category },
        { key: 'state', header: t('referral.field.state'), cell: (r) => <StateTag state={r.row.state} /> },
        { key: 'clock', header: t('referral.field.clock'), cell: (r) => <Clock row={r.row} now={props.now} /> },
        {
          key: 'at',
          header: t('referral.field.at'),
          numeric: true,
          cell: (r) => date(r.row.sent_at ?? r.row.created_at, 'day'),
        },
      ]}
    />
  );
}

/** The sender's list: late first. */
export function SenderList(props: {
  open: readonly ListedReferral[];
  over: readonly ListedReferral[];
  now: Date;
  notFound: string | undefined;
}) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('referral.list.title')}</h1>
      <p class="hint">{t('referral.list.hint')}</p>
      <FindForm typed={props.notFound} />
      <Table
        caption={t('referral.list.open')}
        none={t('referral.list.none')}
        rows={props.open}
        now={props.now}
        receiver={false}
      />
      {props.over.length > 0 && (
        <Table caption={t('referral.list.over')} none="" rows={props.over} now={props.now} receiver={false} />
      )}
    </>
  );
}

/** The receiving side: what was referred to one's own organisation. */
export function ReceiverList(props: { rows: readonly ListedReferral[]; now: Date; notFound: string | undefined }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('referral.list.received')}</h1>
      <p class="hint">{t('referral.list.receivedHint')}</p>
      <FindForm typed={props.notFound} />
      <Table
        caption={t('referral.list.toYou')}
        none={t('referral.list.noneYet')}
        rows={props.rows}
        now={props.now}
        receiver
      />
    </>
  );
}

function FindForm(props: { typed: string | undefined }) {
  const { t } = useI18n();
  return (
    <>
      {props.typed !== undefined && (
        <Callout tone="warn" title={t('referral.list.notFound', { code: props.typed })} live />
      )}
      <form method="get" action="/desk/referrals" class="filters">
        <div class="field field-short">
          <label class="field-label" for="f-code">
            {t('referral.field.code')}
          </label>
          <input class="input" id="f-code" name="code" dir="ltr" autocomplete="off" value={props.typed ?? ''} />
        </div>
        <button type="submit" class="btn btn-secondary">
          <span>{t('referral.list.find')}</span>
        </button>
      </form>
    </>
  );
}
