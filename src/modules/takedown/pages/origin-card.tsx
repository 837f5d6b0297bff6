import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Button, Callout, Card, DefinitionList, Field, Form, Ltr } from '../../../platform/ui/index.ts';
import type { OriginRequestRow } from '../schema.ts';

function OriginFields(props: { id: string; error: string | undefined }) {
  const { t } = useI18n();
  return (
    <>
      <Field
        id={`${props.id}-place`}
        name="place"
        label={t('takedown.tracing.originPlace')}
        hint={t('takedown.tracing.originPlaceHint')}
        dir="ltr"
        maxLength={300}
        {...(props.error ? { error: props.error } : {})}
      />
      <Field
        id={`${props.id}-contact`}
        name="contact"
        label={t('takedown.tracing.originContact')}
        dir="ltr"
        optional
        maxLength={254}
      />
    </>
  );
}

/** For a reverse proxy on its page of a notice: where does the content really lie? */
export function OriginCard(props: { path: string; request: OriginRequestRow; error: string | undefined }) {
  const { t, lang } = useI18n();
  const { request } = props;
  if (request.state === 'answered') return <Callout tone="done" title={t('takedown.tracing.originThanks')} />;
  return (
    <Card title={t('takedown.tracing.originTitle')} icon="server">
      <p>{t('takedown.tracing.originAsk')}</p>
      <Form action={`${props.path}/origin?lang=${lang}`}>
        <OriginFields id="origin" error={props.error} />
        <Actions>
          <Button name="answer" value="answered" icon="send">
            {t('takedown.tracing.originSend')}
          </Button>
          {request.state === 'asked' && (
            <Button name="answer" value="refused" variant="quiet">
              {t('takedown.tracing.originRefuse')}
            </Button>
          )}
        </Actions>
      </Form>
    </Card>
  );
}

/** For the desk: what the proxy said, or a form for what it said elsewhere. */
export function OriginDesk(props: { request: OriginRequestRow; back: string; maySend: boolean }) {
  const { t, date } = useI18n();
  const { request } = props;
  return (
    <Callout
      tone={request.state === 'answered' ? 'done' : 'help'}
      level={3}
      title={t(`takedown.tracing.origin.${request.state}`, { proxy: request.proxy })}
    >
      <p class="hint">
        {date(request.asked_at, 'day')}
        {request.ended_at && <> – {date(request.ended_at, 'day')}</>}
      </p>
      {request.state === 'answered' ? (
        <DefinitionList
          compact
          items={[
            ...(request.place
              ? [{ term: t('takedown.tracing.originPlace'), value: <Ltr mono>{request.place}</Ltr> }]
              : []),
            ...(request.contact
              ? [{ term: t('takedown.tracing.originContact'), value: <Ltr mono>{request.contact}</Ltr> }]
              : []),
          ]}
        />
      ) : (
        props.maySend && (
          <Form action={`/desk/notices/${request.notice}/origin`}>
            <input type="hidden" name="back" value={props.back} />
            <OriginFields id={`origin-${request.notice}`} error={undefined} />
            <Actions>
              <Button icon="save" variant="secondary">
                {t('takedown.tracing.originRecord')}
              </Button>
            </Actions>
          </Form>
        )
      )}
      {request.ended_by && request.ended_by !== 'provider' && (
        <p class="hint">
          <Bdi>{t('takedown.tracing.originByUs')}</Bdi>
        </p>
      )}
    </Callout>
  );
}
