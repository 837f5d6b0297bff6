import { useI18n } from '../../../platform/i18n/index.ts';
import { Tag, type TagTone } from '../../../platform/ui/index.ts';
import { type CheckState, STANDING, type Standing } from '../check/index.ts';
import type { NoticeState } from '../notice/notice.ts';
import type { ContactState } from '../providers/contact-state.ts';

const NOTICE_TONE: Record<NoticeState, TagTone> = {
  held: 'wait',
  tracing: 'help',
  'no-contact': 'danger',
  'by-hand': 'wait',
  queued: 'help',
  sent: 'help',
  failed: 'danger',
  received: 'help',
  removed: 'help',
  disputed: 'danger',
  closed: 'done',
  cancelled: 'neutral',
  'taken-back': 'neutral',
};

/** The state of a notice in words. */
export function NoticeTag(props: { state: NoticeState }) {
  const { t } = useI18n();
  return <Tag tone={NOTICE_TONE[props.state]}>{t(`takedown.state.${props.state}`)}</Tag>;
}

const STANDING_TONE: Record<Standing, TagTone> = { up: 'danger', doubt: 'wait', gone: 'done', silent: 'neutral' };

/** What one look found, in words. */
export function CheckTag(props: { state: CheckState }) {
  const { t } = useI18n();
  return <Tag tone={STANDING_TONE[STANDING[props.state]]}>{t(`takedown.check.${props.state}`)}</Tag>;
}

const CONTACT_TONE: Record<ContactState, TagTone> = {
  unverified: 'wait',
  verified: 'done',
  bounced: 'danger',
  silent: 'wait',
  wrong: 'danger',
};

/** What is known of an address, in words. */
export function ContactTag(props: { state: ContactState }) {
  const { t } = useI18n();
  return <Tag tone={CONTACT_TONE[props.state]}>{t(`takedown.contacts.state.${props.state}`)}</Tag>;
}
