import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  Checkbox,
  DefinitionList,
  Field,
  Form,
  PageHead,
} from '../../../platform/ui/index.ts';
import type { Under } from '../../casework/index.ts';
import type { TargetKind } from '../entry/target.ts';
import { Target } from './tags.tsx';

/** Proposing one item's address, or the whole name it lies on. */
export function ProposePage(props: {
  item: string;
  url: string;
  host: string;
  under: Under | undefined;
  dedication: { listedAtLeast: number; othersAtMost: number };
  typed: { kind: TargetKind; target: string; dedicated: boolean; grounds: string };
  error: string | undefined;
}) {
  const { t, number } = useI18n();
  const { under, typed } = props;
  return (
    <>
      <PageHead
        back={{ href: `/desk/items/${props.item}`, text: t('blocking.entry.item', { n: 1 }) }}
        title={t('blocking.propose.title')}
      />
      <p>{t('blocking.propose.lead')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Card title={t('blocking.entry.known')} icon="layers">
        <p>
          <Target target={props.url} />
        </p>
        {under && (
          <DefinitionList
            compact
            items={[
              { term: t('blocking.entry.listed'), value: number(under.listed) },
              { term: t('blocking.entry.others'), value: number(under.others) },
              { term: t('blocking.entry.open'), value: number(under.open) },
            ]}
          />
        )}
        <p class="hint">
          {t('blocking.propose.dedicationRule', {
            listed: props.dedication.listedAtLeast,
            others: props.dedication.othersAtMost,
          })}
        </p>
      </Card>
      <Form action={`/desk/blocking/propose/${props.item}`}>
        <Field
          name="kind"
          type="select"
          width="half"
          label={t('blocking.list.kind')}
          hint={t('blocking.zones.reach.pageHint')}
          value={typed.kind}
          options={(['url', 'host', 'domain'] as const).map((kind) => ({
            value: kind,
            label: t(`blocking.kind.${kind}`),
          }))}
        />
        <Field
          name="target"
          label={t('blocking.propose.target')}
          hint={t('blocking.propose.targetHint')}
          value={typed.target}
          dir="ltr"
          spellcheck={false}
          optional
        />
        <Checkbox name="dedicated" label={t('blocking.propose.dedicated')} checked={typed.dedicated} />
        <Field
          name="grounds"
          type="textarea"
          rows={4}
          label={t('blocking.propose.grounds')}
          hint={t('blocking.propose.groundsHint')}
          value={typed.grounds}
          required
        />
        <Actions>
          <Button>{t('blocking.propose.send')}</Button>
        </Actions>
      </Form>
    </>
  );
}

/** A court's order, typed in from its document. */
export function OrderPage(props: {
  typed: Record<
    'kind' | 'target' | 'number' | 'court' | 'date' | 'reference' | 'scope' | 'expires' | 'grounds',
    string
  >;
  error: string | undefined;
}) {
  const { t } = useI18n();
  const { typed } = props;
  return (
    <>
      <PageHead back={{ href: '/desk/blocking', text: t('blocking.list.title') }} title={t('blocking.order.title')} />
      <p>{t('blocking.order.lead')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Form action="/desk/blocking/order">
        <Field
          name="kind"
          type="select"
          width="half"
          label={t('blocking.list.kind')}
          hint={t('blocking.zones.reach.pageHint')}
          value={typed.kind || 'domain'}
          options={(['domain', 'host', 'url', 'network'] as const).map((kind) => ({
            value: kind,
            label: t(`blocking.kind.${kind}`),
          }))}
        />
        <Field
          name="target"
          label={t('blocking.list.target')}
          value={typed.target}
          dir="ltr"
          spellcheck={false}
          required
        />
        {(['number', 'court', 'reference'] as const).map((name) => (
          <Field key={name} name={name} label={t(`blocking.order.${name}`)} value={typed[name]} required />
        ))}
        <Field name="date" type="date" width="half" label={t('blocking.order.date')} value={typed.date} required />
        <Field
          name="expires"
          type="date"
          width="half"
          label={t('blocking.order.expires')}
          value={typed.expires}
          required
        />
        <Field
          name="scope"
          type="textarea"
          rows={3}
          label={t('blocking.order.scope')}
          hint={t('blocking.order.scopeHint')}
          value={typed.scope}
          required
        />
        <Field
          name="grounds"
          type="textarea"
          rows={2}
          label={t('blocking.order.grounds')}
          value={typed.grounds}
          required
        />
        <Actions>
          <Button>{t('blocking.propose.send')}</Button>
        </Actions>
      </Form>
    </>
  );
}
