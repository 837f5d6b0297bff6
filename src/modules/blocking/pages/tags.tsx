import { useI18n } from '../../../platform/i18n/index.ts';
import { Ltr, Tag, type TagTone } from '../../../platform/ui/index.ts';
import type { EntryState } from '../entry/entry.ts';
import { defanged } from '../entry/target.ts';

const LOOK: Record<EntryState, TagTone> = {
  proposed: 'wait',
  approved: 'wait',
  released: 'danger',
  suspended: 'wait',
  removed: 'neutral',
  rejected: 'neutral',
};

export function StateTag(props: { state: EntryState }) {
  const { t } = useI18n();
  return <Tag tone={LOOK[props.state]}>{t(`blocking.state.${props.state}`)}</Tag>;
}

/** A name or address of the list: text that nobody can press or paste by mistake, never a link. */
export function Target(props: { target: string | null }) {
  const { t } = useI18n();
  return props.target === null ? (
    <span>{t('blocking.destroyed')}</span>
  ) : (
    <Ltr>
      <span class="mono break-all">{defanged(props.target)}</span>
    </Ltr>
  );
}
