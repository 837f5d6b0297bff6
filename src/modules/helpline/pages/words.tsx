import { useI18n } from '../../../platform/i18n/index.ts';
import { type IconName, Tag, type TagTone } from '../../../platform/ui/index.ts';
import type { ConversationState } from '../conversation.ts';
import type { ConversationRow } from '../schema.ts';

const LOOK: Record<ConversationState, { tone: TagTone; icon: IconName }> = {
  new: { tone: 'wait', icon: 'mail' },
  taken: { tone: 'wait', icon: 'pen-line' },
  'waiting-for-us': { tone: 'wait', icon: 'clock' },
  'waiting-for-reporter': { tone: 'help', icon: 'hourglass' },
  closing: { tone: 'neutral', icon: 'mail-check' },
  closed: { tone: 'done', icon: 'check' },
};

export function ConversationTag(props: { state: ConversationState }) {
  const { t } = useI18n();
  const { tone, icon } = LOOK[props.state];
  return (
    <Tag tone={tone} icon={icon}>
      {t(`helpline.state.${props.state}`)}
    </Tag>
  );
}

export function DangerTag() {
  const { t } = useI18n();
  return (
    <Tag tone="danger" icon="siren">
      {t('helpline.danger')}
    </Tag>
  );
}

/** Who writes: a child or a grown-up; and how old the child is whom it is about. */
export function Who(props: { row: Pick<ConversationRow, 'child' | 'age_band'> }) {
  const { t } = useI18n();
  const { child, age_band: band } = props.row;
  // In words, not "12-14": a hyphen turns the numbers round in Arabic.
  const params = { band: t(`casework.ageBand.${band}`) };
  return (
    <span>
      {t(child ? 'helpline.child' : 'helpline.adult')}
      {band !== 'unknown' &&
        band !== 'adult' &&
        `${t('helpline.comma')} ${child ? t('helpline.age', params) : t('helpline.ageAbout', params)}`}
      {band === 'adult' && !child && `${t('helpline.comma')} ${t('helpline.ageAdult')}`}
    </span>
  );
}
