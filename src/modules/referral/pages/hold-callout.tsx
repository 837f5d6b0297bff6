import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout } from '../../../platform/ui/index.ts';
import type { ReferralRow } from '../schema.ts';

/** How long the site hears nothing, as both sides see it; with what may be done about it while it lasts. */
export function HoldCallout(props: { row: ReferralRow; now: Date; children?: ComponentChildren }) {
  const { t, date } = useI18n();
  const { row, now } = props;
  return (
    <Callout
      tone={row.proceed_at ? 'done' : 'warn'}
      icon="hand"
      title={t(row.proceed_at ? 'referral.hold.proceeded' : 'referral.hold.title')}
    >
      {!row.proceed_at && row.hold_until && (
        <p>{t(row.hold_until <= now ? 'referral.hold.passed' : 'referral.hold.until', { at: date(row.hold_until) })}</p>
      )}
      {!row.proceed_at && props.children}
    </Callout>
  );
}
