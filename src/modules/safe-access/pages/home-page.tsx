import { Actions, Button, Callout, Card, Details, EmptyState, Icon, Tag } from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { Profile, Request } from '../index.ts';
import { REFUSAL_REASONS } from '../index.ts';
import { DoneNote, HelpBox, HoldingWords, Tap, TellBox, useWords } from './parts.tsx';

/** The parents' first page: children, what holds now, what they ask for. */
export function HomePage(props: {
  children: readonly Profile[];
  requests: readonly Request[];
  now: Date;
  name: string;
  done: Done | undefined;
}) {
  const { t, lang } = useWords();
  const { children, requests, now } = props;
  const waiting = requests.filter((r) => r.state === 'asked');
  const answered = requests.filter((r) => r.state !== 'asked').slice(0, 10);
  return (
    <>
      <h1>{t('safe-access.family.home.title')}</h1>
      <DoneNote done={props.done} />
      {children.length === 0 ? (
        <EmptyState icon="baby" title={t('safe-access.family.home.empty')}>
          <p>{t('safe-access.family.home.emptyText')}</p>
          <Actions>
            <Button href={`/${lang}/family/new`} icon="plus">
              {t('safe-access.family.home.add')}
            </Button>
          </Actions>
        </EmptyState>
      ) : (
        <>
          {waiting.length > 0 && (
            <section class="stack" aria-labelledby="asked">
              <h2 id="asked">{t('safe-access.family.home.asked', { n: waiting.length })}</h2>
              {waiting.map((request) => (
                <RequestCard key={request.id} request={request} now={now} />
              ))}
            </section>
          )}
          {children.map((child) => (
            <ChildCard key={child.id} child={child} now={now} />
          ))}
          <Actions>
            <Button href={`/${lang}/family/new`} variant="secondary" icon="plus">
              {t('safe-access.family.home.addMore')}
            </Button>
          </Actions>
        </>
      )}
      {answered.length > 0 && (
        <Details summary={t('safe-access.family.home.answered')}>
          <ul class="plain">
            {answered.map((request) => (
              <li key={request.id}>
                <RequestLine request={request} now={now} />
                {request.state !== 'granted-for-good' && request.state !== 'expired' && (
                  <Tap action={`/${lang}/family/request/${request.id}`} fields={{ answer: 'good' }} variant="link">
                    {t('safe-access.family.request.good')}
                  </Tap>
                )}
              </li>
            ))}
          </ul>
        </Details>
      )}
      <TellBox />
      <HelpBox audience="parent" />
      <nav class="tiles" aria-label={t('safe-access.family.home.more')}>
        <a href={`/${lang}/family/parents`}>
          <Icon name="users" /> <span>{t('safe-access.family.parents.title')}</span>
        </a>
        <a href={`/${lang}/family/account`}>
          <Icon name="key-round" /> <span>{t('safe-access.family.account.title')}</span>
        </a>
      </nav>
      <Tap action={`/${lang}/family/sign-out`} variant="quiet" icon="log-out">
        {t('safe-access.family.home.signOut')}
      </Tap>
    </>
  );
}

function ChildCard(props: { child: Profile; now: Date }) {
  const { t, lang } = useWords();
  const { child, now } = props;
  const at = `/${lang}/family/child/${child.id}`;
  return (
    <section class="card child" aria-labelledby={`c-${child.id}`}>
      <div class="child-head">
        <h2 id={`c-${child.id}`}>
          <bdi>{child.label}</bdi>
        </h2>
        <Tag>{t(`safe-access.family.band.${child.band}`)}</Tag>
      </div>
      <HoldingWords holding={child.holding} rules={child.rules} now={now} />
      {child.devices.length === 0 && (
        <Callout tone="warn">
          <p>{t('safe-access.family.home.noDevice')}</p>
          <Button href={`${at}/device`} variant="secondary" small>
            {t('safe-access.family.device.add')}
          </Button>
        </Callout>
      )}
      <QuickTaps at={at} child={child} from="home" />
      <p>
        <a class="link" href={at}>
          {t('safe-access.family.home.open', { name: child.label })}
        </a>
      </p>
    </section>
  );
}

/** Bonus time and pause, one tap each; or the way back. All of it ends by itself. */
export function QuickTaps(props: { at: string; child: Pick<Profile, 'holding' | 'label'>; from: 'home' | 'child' }) {
  const { t } = useWords();
  const { holding } = props.child;
  const fields = { from: props.from };
  return (
    <div class="taps">
      {holding.bonus ? (
        <Tap action={`${props.at}/bonus/end`} fields={fields} icon="x">
          {t('safe-access.family.tap.endBonus')}
        </Tap>
      ) : (
        <>
          <Tap action={`${props.at}/bonus`} fields={{ ...fields, minutes: '30' }} icon="gift">
            {t('safe-access.family.tap.bonus30')}
          </Tap>
          <Tap action={`${props.at}/bonus`} fields={{ ...fields, minutes: '60' }} icon="gift">
            {t('safe-access.family.tap.bonus60')}
          </Tap>
        </>
      )}
      {holding.pausedUntil ? (
        <Tap action={`${props.at}/resume`} fields={fields} icon="play">
          {t('safe-access.family.tap.resume')}
        </Tap>
      ) : (
        <Tap action={`${props.at}/pause`} fields={{ ...fields, minutes: '60' }} icon="pause">
          {t('safe-access.family.tap.pause60')}
        </Tap>
      )}
    </div>
  );
}

function RequestLine(props: { request: Request; now: Date }) {
  const { t, until } = useWords();
  const { request } = props;
  return (
    <p>
      <bdi>{request.profileLabel}</bdi>
      {t('safe-access.family.colon')}{' '}
      <bdi dir="ltr" class="site">
        {request.name}
      </bdi>{' '}
      <Tag tone={request.state === 'refused' || request.state === 'expired' ? 'neutral' : 'done'}>
        {request.state === 'granted-for-a-time' && request.until
          ? t('safe-access.family.now.siteUntil', { until: until(request.until, props.now) })
          : t(`safe-access.family.request.state.${request.state}`)}
      </Tag>
    </p>
  );
}

function RequestCard(props: { request: Request; now: Date }) {
  const { t, lang, date } = useWords();
  const { request } = props;
  const at = `/${lang}/family/request/${request.id}`;
  return (
    <Card class="request">
      <p class="request-name">
        <bdi>{request.profileLabel}</bdi> {t('safe-access.family.request.asks')}{' '}
        <bdi dir="ltr" class="site">
          {request.name}
        </bdi>
      </p>
      <p class="hint">{date(request.askedAt, 'day')}</p>
      <div class="taps">
        <Tap action={at} fields={{ answer: '60' }} variant="primary" icon="check">
          {t('safe-access.family.request.hour')}
        </Tap>
        <Tap action={at} fields={{ answer: 'good' }}>
          {t('safe-access.family.request.good')}
        </Tap>
      </div>
      <Details summary={t('safe-access.family.request.refuse')}>
        <p class="hint">{t('safe-access.family.request.refuseHint')}</p>
        <div class="taps">
          {REFUSAL_REASONS.map((reason) => (
            <Tap key={reason} action={at} fields={{ answer: 'no', reason }}>
              {t(`safe-access.family.reason.${reason}`)}
            </Tap>
          ))}
        </div>
      </Details>
    </Card>
  );
}
