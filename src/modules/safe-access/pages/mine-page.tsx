import { Actions, Button, Callout, Card, Field, Form, PrintButton, Tag } from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { ChildView, Request } from '../index.ts';
import { PactText } from './pact-pages.tsx';
import { DoneNote, HelpBox, HoldingWords, Refusal, Tap, useWords } from './parts.tsx';
import { BlockedWords, RuleWords } from './rule-words.tsx';

/** The child's own page: help first, then what holds, what was answered, what was agreed. Nothing here tells on anybody. */
export function MinePage(props: {
  at: string;
  view: ChildView;
  now: Date;
  done: Done | undefined;
  asked: { typed: string; error?: string | undefined };
  error?: string | undefined;
}) {
  const { t } = useWords();
  const { view, now, at } = props;
  const { profile, pact } = view;
  return (
    <>
      <h1>{t('safe-access.family.mine.title')}</h1>
      <HelpBox audience="child" />
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <Card title={t('safe-access.family.child.now')} icon="clock">
        <HoldingWords holding={profile.holding} rules={profile.rules} now={now} />
      </Card>
      {pact.proposed && !pact.proposed.childAgreedAt && (
        <section class="stack" aria-labelledby="proposed">
          <h2 id="proposed">{t('safe-access.family.mine.proposed')}</h2>
          <p>{t('safe-access.family.mine.proposedText')}</p>
          <PactText pact={pact.proposed} rules={profile.rules} label={profile.label} />
          <div class="taps">
            <Tap action={`${at}/pact/${pact.proposed.id}/agree`} variant="primary" icon="check">
              {t('safe-access.family.mine.agree')}
            </Tap>
            <Tap action={`${at}/pact/${pact.proposed.id}/decline`} icon="message-circle">
              {t('safe-access.family.mine.decline')}
            </Tap>
          </div>
          <p class="hint">{t('safe-access.family.mine.declineHint')}</p>
        </section>
      )}
      <Card title={t('safe-access.family.mine.ask')} icon="hand">
        <p>{t('safe-access.family.mine.askText')}</p>
        <Form action={`${at}/ask`}>
          <Field
            name="name"
            label={t('safe-access.family.mine.site')}
            hint={t('safe-access.family.why.hint')}
            value={props.asked.typed}
            dir="ltr"
            width="half"
            maxLength={300}
            required
            {...(props.asked.error ? { error: props.asked.error } : {})}
          />
          <Actions>
            <Button>{t('safe-access.family.mine.send')}</Button>
          </Actions>
        </Form>
        <Answers requests={view.requests} now={now} />
      </Card>
      <Card title={t('safe-access.family.mine.rules')} icon="list-checks">
        <RuleWords rules={profile.rules} audience="child" />
      </Card>
      <Card title={t('safe-access.family.blocked.title')} icon="ban">
        <p class="hint">{t('safe-access.family.mine.same')}</p>
        <BlockedWords blocked={view.blocked} contest={`${at}/contest`} />
      </Card>
      {pact.agreed && (
        <section class="stack" aria-labelledby="agreed">
          <h2 id="agreed">{t('safe-access.family.pact.title')}</h2>
          <PactText pact={pact.agreed} rules={profile.rules} label={profile.label} />
          <PrintButton />
        </section>
      )}
      <Callout tone="help" icon="shield-check" title={t('safe-access.family.mine.privateTitle')}>
        <ul class="sentences">
          <li>{t('safe-access.family.mine.private1')}</li>
          <li>{t('safe-access.family.mine.private2')}</li>
          <li>{t('safe-access.family.mine.private3')}</li>
        </ul>
      </Callout>
    </>
  );
}

function Answers(props: { requests: readonly Request[]; now: Date }) {
  const { t, until } = useWords();
  if (props.requests.length === 0) return null;
  return (
    <>
      <h3>{t('safe-access.family.mine.answers')}</h3>
      <ul class="plain">
        {props.requests.slice(0, 10).map((request) => (
          <li key={request.id}>
            <bdi dir="ltr" class="site">
              {request.name}
            </bdi>{' '}
            <Tag tone={request.state === 'asked' ? 'wait' : request.state.startsWith('granted') ? 'done' : 'neutral'}>
              {request.state === 'granted-for-a-time' && request.until
                ? t('safe-access.family.now.siteUntil', { until: until(request.until, props.now) })
                : t(`safe-access.family.request.state.${request.state}`)}
            </Tag>
            {request.state === 'refused' && request.reason && (
              <p class="hint">{t(`safe-access.family.reason.${request.reason}`)}</p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
