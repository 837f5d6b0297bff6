import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DefinitionList,
  Details,
  Field,
  Form,
  Ltr,
} from '../../../platform/ui/index.ts';
import type { OriginRequestRow } from '../schema.ts';
import { isAtSite } from '../tracing/origin-state.ts';

function OriginFields(props: {
  id: string;
  error: string | undefined;
  value?: { place: string | null; contact: string | null };
}) {
  const { t } = useI18n();
  return (
    <>
      <Field
        id={`${props.id}-place`}
        name="place"
        label={t('takedown.tracing.originPlace')}
        hint={t('takedown.tracing.originPlaceHint')}
        dir="ltr"
        value={props.value?.place ?? ''}
        maxLength={300}
        {...(props.error ? { error: props.error } : {})}
      />
      <Field
        id={`${props.id}-contact`}
        name="contact"
        label={t('takedown.tracing.originContact')}
        dir="ltr"
        value={props.value?.contact ?? ''}
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
  // Whoever named something may mend it until one of us has looked; what was declined may be named better.
  const waits = request.state === 'named' && <Callout tone="done" title={t('takedown.tracing.originWaits')} />;
  return (
    <Card title={t('takedown.tracing.originTitle')} icon="server">
      {waits}
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

/** What was named, or taken, as a list. */
function Named(props: { place: string | null; contact: string | null }) {
  const { t } = useI18n();
  const items = [
    ...(props.place ? [{ term: t('takedown.tracing.originPlace'), value: <Ltr mono>{props.place}</Ltr> }] : []),
    ...(props.contact ? [{ term: t('takedown.tracing.originContact'), value: <Ltr mono>{props.contact}</Ltr> }] : []),
  ];
  return <DefinitionList compact items={items} />;
}

/** What somebody named behind a proxy, and the form to take it, corrected where that is needed, or not. */
export function OriginDecision(props: {
  request: OriginRequestRow;
  host: string | null;
  back: string;
  error?: string | undefined;
}) {
  const { t } = useI18n();
  const { request } = props;
  const { said_place: place, said_contact: contact } = request;
  return (
    <>
      <Named place={place} contact={contact} />
      <p class="hint">{t('takedown.origins.warning')}</p>
      {(isAtSite(contact, props.host) || isAtSite(place, props.host)) && (
        <Callout tone="danger" level={3} title={t('takedown.origins.atSite')} />
      )}
      <Form action={`/desk/origins/${request.notice}`}>
        <input type="hidden" name="back" value={props.back} />
        {/* What was shown is what is decided on: something else named since is another question. */}
        <input type="hidden" name="seen" value={request.ended_at?.toISOString() ?? ''} />
        <OriginFields id={`origin-${request.notice}`} error={props.error} value={{ place, contact }} />
        <Actions>
          <Button name="decision" value="accepted" icon="circle-check">
            {t('takedown.origins.accept')}
          </Button>
          <Button name="decision" value="declined" icon="x" variant="secondary">
            {t('takedown.origins.decline')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}

const TONES = { asked: 'help', named: 'warn', answered: 'done', refused: 'help', declined: 'help' } as const;

/** For the desk: what was named or taken, and a form for what the proxy said elsewhere or to correct it. */
export function OriginDesk(props: {
  request: OriginRequestRow;
  host: string | null;
  back: string;
  mayDecide: boolean;
}) {
  const { t, date } = useI18n();
  const { request } = props;
  const { state, place, contact } = request;
  const form = (
    <Form action={`/desk/notices/${request.notice}/origin`}>
      <input type="hidden" name="back" value={props.back} />
      <OriginFields id={`origin-${request.notice}`} error={undefined} value={{ place, contact }} />
      <Actions>
        <Button icon="save" variant="secondary">
          {t(state === 'answered' ? 'takedown.origins.correct' : 'takedown.tracing.originRecord')}
        </Button>
      </Actions>
    </Form>
  );
  return (
    <Callout tone={TONES[state]} level={3} title={t(`takedown.tracing.origin.${state}`, { proxy: request.proxy })}>
      <p class="hint">
        {date(request.asked_at, 'day')}
        {request.ended_at && <> – {date(request.ended_at, 'day')}</>}
      </p>
      {state === 'answered' && <Named place={place} contact={contact} />}
      {state === 'named' && !props.mayDecide && <Named place={request.said_place} contact={request.said_contact} />}
      {state === 'named' && props.mayDecide && <OriginDecision request={request} host={props.host} back={props.back} />}
      {state === 'answered' && props.mayDecide && <Details summary={t('takedown.origins.correct')}>{form}</Details>}
      {state !== 'answered' && state !== 'named' && props.mayDecide && form}
      {state === 'answered' && request.ended_by !== 'provider' && (
        <p class="hint">
          <Bdi>{t('takedown.tracing.originByUs')}</Bdi>
        </p>
      )}
      {state === 'answered' && request.ended_by === 'provider' && request.decided_at && (
        <p class="hint">{t('takedown.origins.acceptedAt', { at: date(request.decided_at, 'day') })}</p>
      )}
    </Callout>
  );
}
