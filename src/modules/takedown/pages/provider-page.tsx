import type { ComponentChildren } from 'preact';
import { LANGS, type Lang, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  type CalloutTone,
  Card,
  DefinitionList,
  Field,
  Form,
  Ltr,
} from '../../../platform/ui/index.ts';
import { ANSWERS, type Answer, EVENT_OF } from '../notice/answers.ts';
import type { ExactLocation, NoticeFacts } from '../notice/facts.ts';
import { type NoticeState, possible } from '../notice/notice.ts';

export interface ProviderPageProps {
  /** Of this page: answers go back to it. */
  path: string;
  state: NoticeState;
  facts: NoticeFacts;
  /** Undefined when nobody needs it any more. */
  location: ExactLocation | undefined;
  sentAt: Date | null;
  answeredAt: Date | null;
  ourReason: string | undefined;
  error: string | undefined;
  typedReason: string;
  /** For a reverse proxy: where does the content really lie? */
  origin?: ComponentChildren;
}

const NAMES: Record<Lang, string> = { ar: 'العربية', fr: 'Français', en: 'English', zgh: 'ⵜⴰⵎⴰⵣⵉⵖⵜ' };

/** Languages by query: the address of a notice is in a mail and must not change. */
export function Languages(props: { path: string }) {
  const { t, lang } = useI18n();
  return (
    <nav class="actions" aria-label={t('ui.language.label')}>
      {LANGS.filter((l) => l !== lang).map((l) => (
        <a key={l} class="btn btn-quiet btn-small" href={`${props.path}?lang=${l}`} hreflang={l} lang={l}>
          <span>{NAMES[l]}</span>
        </a>
      ))}
    </nav>
  );
}

const STANDING: Partial<Record<NoticeState, CalloutTone>> = {
  received: 'help',
  removed: 'done',
  disputed: 'warn',
  closed: 'done',
  cancelled: 'help',
  'taken-back': 'help',
};

function Where(props: { location: ExactLocation }) {
  const { t, text } = useI18n();
  const { location } = props;
  return (
    <Card title={t('takedown.page.where')} icon="map-pin">
      {location.kind === 'url' ? (
        <p>
          <code class="ltr mono" dir="ltr" data-reported-url={location.url}>
            {location.url}
          </code>
        </p>
      ) : (
        <DefinitionList
          items={[
            { term: t('takedown.page.platform'), value: text(location.platform) },
            { term: t('takedown.page.account'), value: <Ltr mono>{location.name}</Ltr> },
          ]}
        />
      )}
      <p class="hint">{t('takedown.page.whereHint')}</p>
    </Card>
  );
}

/** What can still be said: nothing twice. */
const SAID: Record<Answer, NoticeState> = { received: 'received', removed: 'removed', disagree: 'disputed' };
const offered = (state: NoticeState): Answer[] =>
  ANSWERS.filter((answer) => possible(state, EVENT_OF[answer]) && SAID[answer] !== state);

function Answers(props: ProviderPageProps) {
  const { t, lang } = useI18n();
  const offers = offered(props.state);
  const action = `${props.path}?lang=${lang}`;
  const [received, removed] = [offers.includes('received'), offers.includes('removed')];
  if (offers.length === 0) return null;
  return (
    <Card title={t('takedown.page.answer')} icon="reply">
      {(received || removed) && (
        <Form action={action}>
          <Actions>
            {removed && (
              <Button name="answer" value="removed" icon="circle-check">
                {t('takedown.page.removed')}
              </Button>
            )}
            {received && (
              <Button name="answer" value="received" icon="inbox" variant="secondary">
                {t('takedown.page.received')}
              </Button>
            )}
          </Actions>
          <p class="hint">{t('takedown.page.removedHint')}</p>
        </Form>
      )}
      {offers.includes('disagree') && (
        <Form action={action}>
          <Field
            name="reason"
            type="textarea"
            label={t('takedown.page.disagreeReason')}
            hint={t('takedown.page.disagreeHint')}
            required
            rows={4}
            value={props.typedReason}
            {...(props.error ? { error: props.error } : {})}
          />
          <Actions>
            <Button name="answer" value="disagree" icon="message-square-warning" variant="secondary">
              {t('takedown.page.disagree')}
            </Button>
          </Actions>
        </Form>
      )}
    </Card>
  );
}

/** What a provider sees behind the signed link: where exactly, why, by which law, and how to answer. */
export function ProviderPage(props: ProviderPageProps) {
  const { t, text, date } = useI18n();
  const { facts, state } = props;
  const tone = STANDING[state];
  const params = { country: text(facts.country), hours: facts.deadlineHours };
  return (
    <>
      <Languages path={props.path} />
      <h1>{t('takedown.page.title')}</h1>
      <p>{t('takedown.page.who', params)}</p>
      {tone && (
        <Callout tone={tone} title={t(`takedown.page.state.${state}`)}>
          {props.ourReason && <p dir="auto">{props.ourReason}</p>}
        </Callout>
      )}
      {props.location && <Where location={props.location} />}
      <Card title={t('takedown.page.why')} icon="scale">
        <p>{t('takedown.page.reason', { category: text(facts.category) })}</p>
        <ul class="prose">
          {facts.articles.map((a) => (
            <li key={`${a.number} ${text(a.instrument)}`}>
              {t('takedown.mail.article', {
                instrument: text(a.instrument),
                number: a.number,
                title: text(a.title),
              })}
              <br />
              <span class="hint">{text(a.summary)}</span>
            </li>
          ))}
        </ul>
        <p>{t('takedown.mail.goodFaith')}</p>
        <p>{t('takedown.mail.human')}</p>
      </Card>
      <Card title={t(props.location ? 'takedown.page.asked' : 'takedown.page.dates')} icon="send">
        {props.location && <p>{t('takedown.mail.request', params)}</p>}
        {props.location && <p>{t('takedown.mail.keep')}</p>}
        <DefinitionList
          items={[
            { term: t('takedown.page.assessedAt'), value: date(facts.assessedAt) },
            ...(props.sentAt ? [{ term: t('takedown.field.sentAt'), value: date(props.sentAt) }] : []),
            ...(props.answeredAt ? [{ term: t('takedown.field.answeredAt'), value: date(props.answeredAt) }] : []),
            { term: t('takedown.page.reference'), value: <Ltr mono>{facts.id}</Ltr> },
          ]}
        />
      </Card>
      <Answers {...props} />
      {props.origin}
      <Card title={t('takedown.page.questions')} icon="message-circle">
        {offered(state).length > 0 && <p>{t('takedown.page.questionsForm')}</p>}
        <p>
          {t('takedown.page.questionsAddress')} <Ltr>{facts.origin}</Ltr>
        </p>
      </Card>
    </>
  );
}
