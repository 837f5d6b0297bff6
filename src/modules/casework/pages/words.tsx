import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import { type HelpLine, type IconName, Ltr, Tag, type TagTone } from '../../../platform/ui/index.ts';
import type { CategoryId, Country, HelpLine as Line } from '../../country/index.ts';
import { type ItemRow, type ItemState, URGENCY_RANK } from '../schema.ts';

export type Priority = keyof typeof URGENCY_RANK;

export const priorityOf = (urgency: number): Priority =>
  (Object.keys(URGENCY_RANK) as Priority[]).find((p) => URGENCY_RANK[p] === urgency) ?? 'low';

/** A row that nobody may overlook: danger was said, or what it is about is one by itself. */
export const isDanger = (item: Pick<ItemRow, 'urgency' | 'danger'>): boolean =>
  item.danger || item.urgency === URGENCY_RANK.danger;

const PRIORITY_LOOK: Record<Priority, { tone: TagTone; icon: IconName }> = {
  danger: { tone: 'danger', icon: 'siren' },
  urgent: { tone: 'danger', icon: 'chevrons-up' },
  normal: { tone: 'wait', icon: 'minus' },
  low: { tone: 'neutral', icon: 'chevron-down' },
};

export function PriorityTag(props: { urgency: number }) {
  const { t } = useI18n();
  const priority = priorityOf(props.urgency);
  const { tone, icon } = PRIORITY_LOOK[priority];
  return (
    <Tag tone={tone} icon={icon}>
      {t(`casework.priority.${priority}`)}
    </Tag>
  );
}

const STATE_LOOK: Record<ItemState, { tone: TagTone; icon: IconName }> = {
  waiting: { tone: 'wait', icon: 'clock' },
  proposed: { tone: 'wait', icon: 'eye' },
  illegal: { tone: 'help', icon: 'gavel' },
  asked: { tone: 'help', icon: 'send' },
  gone: { tone: 'done', icon: 'check' },
  harmful: { tone: 'neutral', icon: 'message-square-warning' },
  'not-actionable': { tone: 'neutral', icon: 'circle-slash' },
};

export function StateTag(props: { state: ItemState }) {
  const { t } = useI18n();
  const { tone, icon } = STATE_LOOK[props.state];
  return (
    <Tag tone={tone} icon={icon}>
      {t(`casework.state.${props.state}`)}
    </Tag>
  );
}

/** Cuts a long text in the middle: the host at its start and the page at its end say most. */
export function shortenMiddle(text: string, max: number): string {
  const chars = [...text];
  if (chars.length <= max) return text;
  const head = Math.ceil((max - 1) * 0.65);
  return `${chars.slice(0, head).join('')}…${chars.slice(head - max + 1).join('')}`;
}

/** An address as staff read it. Plain text, never a link: nobody's browser goes there from the desk. */
export const readAddress = (url: string): string => url.replace(/^https:\/\//, '').replace(/^([^/]+)\/$/, '$1');

export function platformName(country: Pick<Country, 'platforms'>, tr: Translator, id: string | null): string {
  const known = country.platforms().find((p) => p.id === id);
  return known ? tr.text(known.name) : (id ?? '');
}

/** Lines that can be dialled, as pills; a name that ends in its number does not say it twice. */
export function dialled(tr: Translator, lines: readonly Line[]): HelpLine[] {
  return lines.flatMap(({ id, name, tel }) =>
    tel ? [{ id, tel, label: tr.text(name).replace(tel, '').replace(/\s+/g, ' ').trim() || tel }] : [],
  );
}

/** Whom staff call about something of this category. */
export const linesToCall = (country: Pick<Country, 'helpLinesFor'>, tr: Translator, category: CategoryId) =>
  dialled(tr, country.helpLinesFor(category, 'adult'));

/** The last letters of an item's key: tells two sealed names apart without opening either. */
export const keyMark = (item: Pick<ItemRow, 'key'>): string => item.key.slice(-6);

/** What an item is: its address, the account (its name stays sealed), or the report that names neither. */
export function ItemName(props: { item: ItemRow; platform: string; max?: number }) {
  const { t } = useI18n();
  const { item } = props;
  if (item.kind === 'url' && item.url)
    return <Ltr title={item.url}>{shortenMiddle(readAddress(item.url), props.max ?? 2200)}</Ltr>;
  return (
    <>
      {item.kind === 'account' ? t('casework.item.account', { platform: props.platform }) : t('casework.item.report')}{' '}
      <span class="whitespace-nowrap text-muted">
        <Ltr>#{keyMark(item)}</Ltr>
      </span>
    </>
  );
}
