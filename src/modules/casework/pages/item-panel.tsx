import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Button, Callout, CsrfField, DefinitionList, Ltr } from '../../../platform/ui/index.ts';
import { type ItemRow, itemEventPossible } from '../index.ts';
import { Placeholder } from './rendering.tsx';
import { ItemName, isDanger, PriorityTag, StateTag } from './words.tsx';

/** What the person at the desk may do with this item. */
export interface Rights {
  lock: boolean;
  assess: boolean;
  look: boolean;
}

export interface Holder {
  name: string;
  until: Date;
  mine: boolean;
}

export interface ItemFacts {
  item: ItemRow;
  platform: string;
  category: string;
  /** Who runs the site, when the country's data know it. */
  provider: string | undefined;
  holder: Holder | undefined;
  now: Date;
}

/** Who holds the item; taking and passing it on are forms, so that they work without a script. */
export function LockForm(props: { facts: ItemFacts; may: boolean; to: string }) {
  const { t, date } = useI18n();
  const { item, holder } = props.facts;
  if (holder && !holder.mine)
    return (
      <Callout tone="warn" icon="lock" level={3}>
        <p>
          {t('casework.lock.with')} <Bdi>{holder.name}</Bdi>.{' '}
          {t('casework.lock.until', { at: date(holder.until, 'time') })}
        </p>
      </Callout>
    );
  if (!props.may) return null;
  return (
    <form method="post" action={`/desk/items/${item.id}/${holder ? 'unlock' : 'lock'}`} data-lock-form>
      <CsrfField />
      <input type="hidden" name="to" value={props.to} />
      <Button variant="secondary" icon={holder ? 'undo-2' : 'lock'}>
        {t(holder ? 'casework.lock.giveBack' : 'casework.lock.take')}
      </Button>
      {holder && (
        <p class="hint mt-1">
          {t('casework.lock.mine')} {t('casework.lock.until', { at: date(holder.until, 'time') })}
        </p>
      )}
    </form>
  );
}

/** "Not me": one press, no reason, and it is not offered to this person again. */
export function PassForm(props: { itemId: string }) {
  const { t } = useI18n();
  return (
    <form method="post" action={`/desk/items/${props.itemId}/pass`}>
      <CsrfField />
      <Button variant="secondary" icon="user-round-plus" aria-describedby="pass-hint">
        {t('casework.lock.pass')}
      </Button>
      <p class="hint mt-1" id="pass-hint">
        {t('casework.lock.passHint')}
      </p>
    </form>
  );
}

/** The facts, term by term; both in the queue's panel and on the item's own page. */
export function Facts(props: { facts: ItemFacts }) {
  const tr = useI18n();
  const { t } = tr;
  const { item, now } = props.facts;
  const rows: { term: string; value: ComponentChildren }[] = [
    { term: t('casework.field.category'), value: props.facts.category },
    ...(item.kind === 'url' && item.host ? [{ term: t('casework.field.host'), value: <Ltr>{item.host}</Ltr> }] : []),
    ...(props.facts.provider ? [{ term: t('casework.field.provider'), value: <Bdi>{props.facts.provider}</Bdi> }] : []),
    ...(item.kind === 'account' ? [{ term: t('casework.field.platform'), value: props.facts.platform }] : []),
    { term: t('casework.field.reports'), value: tr.number(item.reports) },
    { term: t('casework.field.visibility'), value: t(`casework.visibility.${item.visibility}`) },
    {
      term: t('casework.field.first'),
      value: t('casework.ago', { span: tr.duration(now.getTime() - item.first_reported_at.getTime()) }),
    },
    ...(item.reports > 1
      ? [
          {
            term: t('casework.field.last'),
            value: t('casework.ago', { span: tr.duration(now.getTime() - item.last_reported_at.getTime()) }),
          },
        ]
      : []),
    ...(item.gone_at ? [{ term: t('casework.field.gone'), value: tr.date(item.gone_at) }] : []),
  ];
  return <DefinitionList compact items={rows} />;
}

/** The chosen row of the queue: what it is and what to do next. */
export function ItemPanel(props: { facts: ItemFacts; rights: Rights; to: string }) {
  const { t } = useI18n();
  const { facts, rights } = props;
  const { item } = facts;
  const href = `/desk/items/${item.id}`;
  const assess = rights.assess && itemEventPossible(item.state, { type: 'assessed', outcome: 'harmful' });
  return (
    <>
      <h2 id="chosen">
        {item.kind === 'url' && item.host ? <Ltr>{item.host}</Ltr> : <ItemName item={item} platform={facts.platform} />}
      </h2>
      <p class="flex flex-wrap gap-2">
        <PriorityTag urgency={item.urgency} />
        <StateTag state={item.state} />
      </p>
      {item.kind === 'url' && (
        <Placeholder>
          {rights.look && (
            <Button href={`${href}#look`} variant="secondary" small icon="eye-off">
              {t('casework.look.go')}
            </Button>
          )}
        </Placeholder>
      )}
      <Facts facts={facts} />
      <Actions>
        {isDanger(item) && (
          <Button href={`${href}#danger`} variant="danger" icon="siren">
            {t('casework.danger.refer')}
          </Button>
        )}
        {assess ? (
          <Button href={`${href}#assess`}>{t('casework.assess.go')}</Button>
        ) : (
          <Button href={href}>{t('casework.item.open')}</Button>
        )}
      </Actions>
      {assess && (
        <p>
          <a class="link" href={href} data-open>
            {t('casework.item.open')}
          </a>
        </p>
      )}
      <LockForm facts={facts} may={rights.lock} to={props.to} />
    </>
  );
}
