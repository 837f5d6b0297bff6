import type { ComponentChildren } from 'preact';
import { LANGS, type Lang, useI18n } from '../../../platform/i18n/index.ts';
import { Callout, type CalloutTone, Card, DefinitionList, Ltr, Timeline } from '../../../platform/ui/index.ts';
import type { DisputeView } from '../escalation/disputes.ts';
import type { ExactLocation, NoticeFacts } from '../notice/facts.ts';
import type { NoticeState } from '../notice/notice.ts';
import type { Withheld } from '../notice/places.ts';
import { offered, ProviderAnswers, type Refused } from './provider-answers.tsx';

export type { Refused } from './provider-answers.tsx';

export interface ProviderPageProps {
  /** Of this page: answers go back to it. */
  path: string;
  state: NoticeState;
  facts: NoticeFacts;
  /** Undefined when nobody needs it any more. */
  location: ExactLocation | undefined;
  withheld: Withheld | undefined;
  now: Date;
  sentAt: Date | null;
  answeredAt: Date | null;
  /** Until when removal is asked for. */
  dueAt: Date | null;
  moreTimeUntil: Date | null;
  /** Hours that may still be asked for; none when there was enough. */
  times: readonly number[];
  /** Newest first. */
  disputes: readonly DisputeView[];
  /** The provider said that it is removed; we told them that we saw it after. */
  seenAfterRemoval: Date | null;
  refused: Refused | undefined;
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

/** Where it stands in one sentence, and what was decided. */
function Standing(props: ProviderPageProps) {
  const { t, date } = useI18n();
  const { state, disputes } = props;
  if (props.seenAfterRemoval)
    return (
      <Callout tone="warn" title={t('takedown.page.stillThere', { at: date(props.seenAfterRemoval, 'day') })}>
        <p>{t('takedown.page.stillThereDo')}</p>
      </Callout>
    );
  const tone = STANDING[state];
  if (!tone) return null;
  const granted = state === 'received' && props.moreTimeUntil && props.moreTimeUntil > props.now;
  const [latest] = disputes;
  return (
    <Callout
      tone={tone}
      title={
        granted && props.moreTimeUntil
          ? t('takedown.page.granted', { at: date(props.moreTimeUntil, 'day') })
          : t(`takedown.page.state.${state}`)
      }
    >
      {state === 'disputed' && latest && <p>{t('takedown.page.decidedBy', { at: date(latest.due_at, 'day') })}</p>}
    </Callout>
  );
}

/** Every objection with its answer, newest first. */
function Objections(props: { disputes: readonly DisputeView[] }) {
  const { t, date } = useI18n();
  if (props.disputes.length === 0) return null;
  return (
    <Card title={t('takedown.page.objections')} icon="gavel">
      {props.disputes.map((d) => (
        <section key={d.id}>
          <p>
            <strong>{t(`takedown.ground.${d.ground}`)}</strong> <span class="hint">{date(d.opened_at, 'day')}</span>
          </p>
          <p>
            {d.decision === null
              ? t('takedown.page.objection.open', { at: date(d.due_at, 'day') })
              : d.answered_by
                ? t('takedown.page.objection.before')
                : t(`takedown.page.objection.${d.decision}`)}
          </p>
          {d.reason && (
            <blockquote class="prose" dir="auto">
              {d.reason}
            </blockquote>
          )}
        </section>
      ))}
    </Card>
  );
}

/** What happens when: so that a desk knows what its answer changes. */
function Next(props: ProviderPageProps) {
  const { t, date } = useI18n();
  const { state, now, dueAt, sentAt } = props;
  if (offered(state).length === 0 || !sentAt) return null;
  const until = props.moreTimeUntil && (!dueAt || props.moreTimeUntil > dueAt) ? props.moreTimeUntil : dueAt;
  const over = until !== null && until < now;
  // To the minute, as people read it.
  const stamp = (d: Date) => ({ iso: `${d.toISOString().slice(0, 16)}Z`, text: date(d, 'day') });
  const waits = state === 'disputed';
  return (
    <Card title={t('takedown.page.next.title')} icon="alarm-clock">
      <Timeline
        label={t('takedown.page.next.title')}
        items={[
          { state: 'done', title: t('takedown.page.next.sent'), at: stamp(sentAt) },
          ...(waits ? [{ state: 'now' as const, title: t('takedown.page.next.dispute') }] : []),
          ...(until
            ? [
                {
                  state: over ? ('done' as const) : waits ? ('next' as const) : ('now' as const),
                  title: t('takedown.page.next.due'),
                  at: stamp(until),
                },
              ]
            : []),
          { state: over && !waits ? 'now' : 'next', title: t('takedown.page.next.reminder') },
          { state: 'next', title: t('takedown.page.next.others') },
        ]}
      />
    </Card>
  );
}

/** What a provider sees behind the signed link: where exactly, why, by which law, and how to answer. */
export function ProviderPage(props: ProviderPageProps) {
  const { t, text, date } = useI18n();
  const { facts } = props;
  const params = { country: text(facts.country), hours: facts.deadlineHours };
  return (
    <>
      <Languages path={props.path} />
      <h1>{t('takedown.page.title')}</h1>
      <p>{t('takedown.page.who', params)}</p>
      <Standing {...props} />
      {props.location && <Where location={props.location} />}
      {(props.withheld === 'not-them' || props.withheld === 'elsewhere') && (
        <Callout tone="help" title={t(`takedown.page.withheld.${props.withheld}`)} />
      )}
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
      <Objections disputes={props.disputes} />
      <ProviderAnswers
        path={props.path}
        state={props.state}
        now={props.now}
        times={props.times}
        refused={props.refused}
      />
      <Next {...props} />
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
      {props.origin}
      <Card title={t('takedown.page.questions')} icon="message-circle">
        {offered(props.state).length > 0 && <p>{t('takedown.page.questionsForm')}</p>}
        <p>
          {t('takedown.page.questionsAddress')} <Ltr>{facts.origin}</Ltr>
        </p>
      </Card>
    </>
  );
}
