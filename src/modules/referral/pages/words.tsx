import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Ltr, Tag, type TagTone } from '../../../platform/ui/index.ts';
import { isLate, type ReferralState, THEIR_MOVE, type UrgencyLevel } from '../referral.ts';
import type { ReferralRow } from '../schema.ts';

const TONE: Record<ReferralState, TagTone> = {
  draft: 'neutral',
  review: 'wait',
  cleared: 'help',
  sealing: 'wait',
  sent: 'wait',
  received: 'help',
  accepted: 'done',
  declined: 'danger',
  returned: 'danger',
  answered: 'done',
  closed: 'done',
  withdrawn: 'neutral',
};

export function StateTag(props: { state: ReferralState }) {
  const { t } = useI18n();
  return <Tag tone={TONE[props.state]}>{t(`referral.state.${props.state}`)}</Tag>;
}

export function UrgencyTag(props: { level: UrgencyLevel }) {
  const { t } = useI18n();
  const danger = props.level === 'danger';
  return (
    <Tag
      tone={danger ? 'danger' : props.level === 'urgent' ? 'wait' : 'neutral'}
      {...(danger ? { icon: 'siren' } : {})}
    >
      {t(`referral.urgency.${props.level}`)}
    </Tag>
  );
}

/** How long is left, or how long it is late, and whose move it is. */
export function Clock(props: { row: Pick<ReferralRow, 'state' | 'due_at'>; now: Date }) {
  const { t, duration } = useI18n();
  const { row, now } = props;
  if (!row.due_at) return <span class="hint">{t('referral.clock.none')}</span>;
  const who = THEIR_MOVE.includes(row.state) || row.state === 'answered' ? 'body' : 'us';
  const span = duration(Math.abs(row.due_at.getTime() - now.getTime()));
  return isLate(row, now) ? (
    <Tag tone="danger" icon="clock">
      {t(`referral.clock.late.${who}`, { span })}
    </Tag>
  ) : (
    <span>{t(`referral.clock.left.${who}`, { span })}</span>
  );
}

export const Code = (props: { code: string }) => <Ltr mono>{props.code}</Ltr>;

/** How the page of a referral begins, for both sides: which one, how urgent, where it stands, what went wrong. */
export function ReferralHead(props: { row: ReferralRow; now: Date; error: string | undefined }) {
  const { t } = useI18n();
  const { row } = props;
  return (
    <>
      <p>
        <a class="link" href="/desk/referrals">
          {t('referral.page.toList')}
        </a>
      </p>
      <h1>
        <Code code={row.code} />
      </h1>
      <p class="flex flex-wrap gap-2">
        <UrgencyTag level={row.urgency} />
        <StateTag state={row.state} />
        <Clock row={row} now={props.now} />
      </p>
      {props.error && <Callout tone="danger" title={props.error} live />}
    </>
  );
}
