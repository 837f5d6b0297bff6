import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import { Ltr, Tag, type TagTone } from '../../../platform/ui/index.ts';
import type { CaptureState } from '../archive/state.ts';
import { UNAVAILABLE } from '../rendering.ts';

const TONES: Record<CaptureState, TagTone> = {
  requested: 'wait',
  capturing: 'wait',
  sealed: 'done',
  'sealed-untimed': 'help',
  failed: 'danger',
};

export function StateTag(props: { state: CaptureState }) {
  const { t } = useI18n();
  return <Tag tone={TONES[props.state]}>{t(`evidence.state.${props.state}`)}</Tag>;
}

const OWN_REASONS = ['interrupted', 'no-opener', 'not-sealed'] as const;

/** Why there is no package, in words. */
export function whyFailed(t: Translator['t'], reason: string): string {
  const own = OWN_REASONS.find((r) => r === reason);
  if (own) return t(`evidence.reason.${own}`);
  const known = UNAVAILABLE.find((r) => r === reason);
  return known ? t(`casework.look.reason.${known}`) : reason;
}

/** A digest as people compare it, broken only between groups; `short` for tables, where its own page has the whole. */
export function Digest(props: { value: Buffer | null | undefined; short?: boolean }) {
  const hex = props.value?.toString('hex');
  if (!hex) return <>—</>;
  if (props.short) return <Ltr mono title={hex}>{`${hex.slice(0, 12)}…`}</Ltr>;
  return (
    <Ltr mono>
      {(hex.match(/.{1,16}/g) ?? []).flatMap((group, i) => (i === 0 ? [group] : [<wbr key={group} />, group]))}
    </Ltr>
  );
}
