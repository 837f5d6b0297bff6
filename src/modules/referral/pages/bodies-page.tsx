import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Checkbox, Field, Form, Tag } from '../../../platform/ui/index.ts';
import type { ReceivingBody } from '../../country/index.ts';

export interface BodyTyped {
  channel: string;
  address: string;
  organisation: string;
  ageKeys: string;
  review: boolean;
  active: boolean;
  verified: boolean;
}

export function typedBody(body: ReceivingBody): BodyTyped {
  const { channel } = body;
  return {
    channel: channel.kind,
    address: channel.kind === 'mail' ? (channel.address ?? '') : channel.kind === 'portal' ? channel.url : '',
    organisation: body.organisation ?? '',
    ageKeys: body.ageKeys.join('\n'),
    review: body.review,
    active: body.active,
    verified: body.verified,
  };
}

/** Who referrals go to, and how they get there. */
export function BodiesPage(props: {
  bodies: readonly ReceivingBody[];
  organisations: readonly { id: string; name: string }[];
  error: { id: string; message: string; typed: BodyTyped } | undefined;
}) {
  const { t, text } = useI18n();
  return (
    <>
      <h1>{t('referral.bodies.title')}</h1>
      <p class="hint">{t('referral.bodies.hint')}</p>
      {props.bodies.map((body) => {
        const error = props.error?.id === body.id ? props.error : undefined;
        const typed = error?.typed ?? typedBody(body);
        const id = (name: string) => `f-${name}-${body.id}`;
        return (
          <Card key={body.id} id={`body-${body.id}`} title={text(body.name)}>
            <p class="flex flex-wrap gap-2">
              <Tag>{t(`referral.bodies.kind.${body.kind}`)}</Tag>
              <Tag tone={body.active ? 'done' : 'neutral'}>
                {t(body.active ? 'referral.bodies.inUse' : 'referral.bodies.off')}
              </Tag>
              <Tag tone={body.verified ? 'done' : 'wait'}>
                {t(body.verified ? 'referral.bodies.verified' : 'referral.bodies.toVerify')}
              </Tag>
              {body.ageKeys.length === 0 && <Tag tone="wait">{t('referral.bodies.noKey')}</Tag>}
            </p>
            <p>{text(body.description)}</p>
            <p class="hint">
              {t('referral.bodies.source')} <bdi>{body.source}</bdi>
            </p>
            {error && <Callout tone="danger" title={error.message} live />}
            <Form action={`/desk/admin/bodies/${body.id}`}>
              <Field
                id={id('organisation')}
                name="organisation"
                type="select"
                label={t('referral.bodies.organisation')}
                hint={t('referral.bodies.organisationHint')}
                value={typed.organisation}
                placeholder={t('referral.bodies.nobody')}
                options={props.organisations.map((o) => ({ value: o.id, label: o.name }))}
              />
              <Field
                id={id('channel')}
                name="channel"
                type="select"
                label={t('referral.bodies.channel')}
                value={typed.channel}
                options={(['desk', 'mail', 'portal'] as const).map((c) => ({
                  value: c,
                  label: t(`referral.bodies.channelKind.${c}`),
                }))}
              />
              <Field
                id={id('address')}
                name="address"
                label={t('referral.bodies.address')}
                hint={t('referral.bodies.addressHint')}
                value={typed.address}
                dir="ltr"
                optional
              />
              <Field
                id={id('ageKeys')}
                name="ageKeys"
                type="textarea"
                rows={2}
                label={t('referral.bodies.ageKeys')}
                hint={t('referral.bodies.ageKeysHint')}
                value={typed.ageKeys}
                dir="ltr"
                optional
              />
              <Checkbox id={id('review')} name="review" label={t('referral.bodies.review')} checked={typed.review} />
              <Checkbox id={id('active')} name="active" label={t('referral.bodies.active')} checked={typed.active} />
              <Checkbox
                id={id('verified')}
                name="verified"
                label={t('referral.bodies.confirm')}
                checked={typed.verified}
              />
              <Actions>
                <Button small>{t('referral.bodies.save')}</Button>
              </Actions>
            </Form>
          </Card>
        );
      })}
    </>
  );
}
