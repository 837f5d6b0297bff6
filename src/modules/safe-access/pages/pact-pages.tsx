import {
  Actions,
  Button,
  Callout,
  Card,
  Details,
  Field,
  Form,
  Icon,
  OptionGroup,
  PrintButton,
  Tag,
} from '../../../platform/ui/index.ts';
import type { Band, PactTerms, PactView, Profile, Rules } from '../index.ts';
import { ageOf, CHILD_PROMISES, offered, PARENT_PROMISES } from '../pact-words.ts';
import type { Place } from './child-page.tsx';
import { Refusal, useWords } from './parts.tsx';
import { RuleWords } from './rule-words.tsx';

/** What a promise says, to whoever reads. */
export function usePromises(band: Band) {
  const { t } = useWords();
  const age = ageOf(band);
  return {
    parent: (kept: string) => {
      const name = offered(kept, PARENT_PROMISES);
      return name ? t(`safe-access.family.promise.parent.${name}`) : kept;
    },
    child: (kept: string) => {
      const name = offered(kept, CHILD_PROMISES);
      return name ? t(`safe-access.family.promise.${age}.${name}`) : kept;
    },
  };
}

/** The terms as rules, for words: what the filter keeps of the pact. */
const asRules = (terms: PactTerms, before: Rules): Rules => ({
  ...before,
  closed: terms.closed,
  windows: terms.windows,
  safeSearch: terms.safeSearch,
  youtube: terms.youtube,
  keeps: terms.keeps,
});

/** The pact as both sides read it, made to be printed and hung up. */
export function PactText(props: { pact: PactView; rules: Rules; label: string }) {
  const { t, date, calendarDay } = useWords();
  const { pact } = props;
  const words = usePromises(props.rules.band);
  const signed = (at: Date | undefined) =>
    at ? (
      <Tag tone="done" icon="check">
        {t('safe-access.family.pact.agreedOn', { date: date(at, 'date') })}
      </Tag>
    ) : (
      <Tag tone="wait">{t('safe-access.family.pact.notYet')}</Tag>
    );
  return (
    <Card keep class="pact">
      <h2 class="pact-title">
        <Icon name="handshake" size={28} /> <span>{t('safe-access.family.pact.of', { name: props.label })}</span>
      </h2>
      <p class="pact-first">
        <Icon name="heart" /> <strong>{t('safe-access.family.pact.noPunishment')}</strong>
      </p>
      {pact.terms.parentPromises.length > 0 && (
        <>
          <h3>{t('safe-access.family.pact.parents')}</h3>
          <ul class="sentences">
            {pact.terms.parentPromises.map((promise) => (
              <li key={promise}>
                <bdi>{words.parent(promise)}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      {pact.terms.childPromises.length > 0 && (
        <>
          <h3>{t('safe-access.family.pact.child', { name: props.label })}</h3>
          <ul class="sentences">
            {pact.terms.childPromises.map((promise) => (
              <li key={promise}>
                <bdi>{words.child(promise)}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{t('safe-access.family.pact.kept')}</h3>
      <RuleWords rules={asRules(pact.terms, { ...props.rules, allow: [], deny: [] })} audience="child" />
      {pact.terms.reviewOn && <p>{t('safe-access.family.pact.review', { day: calendarDay(pact.terms.reviewOn) })}</p>}
      <dl class="signatures">
        <div>
          <dt>{t('safe-access.family.pact.signParents')}</dt>
          <dd>{signed(pact.parentAgreedAt)}</dd>
        </div>
        <div>
          <dt>
            <bdi>{props.label}</bdi>
          </dt>
          <dd>{signed(pact.childAgreedAt)}</dd>
        </div>
      </dl>
    </Card>
  );
}

/** The newest pact, its paper, and those before. */
export function PactPage(props: { place: Place; child: Profile; versions: readonly PactView[] }) {
  const { t, date } = useWords();
  const { place, child, versions } = props;
  const [newest, ...older] = versions;
  return (
    <>
      <h1>{t('safe-access.family.pact.title')}</h1>
      {newest ? (
        <>
          {newest.state === 'proposed' && !newest.childAgreedAt && (
            <Callout tone="warn" icon="clock">
              <p>{t('safe-access.family.pact.waits')}</p>
            </Callout>
          )}
          <PactText pact={newest} rules={child.rules} label={child.label} />
        </>
      ) : (
        <p>{t('safe-access.family.pact.state.none')}</p>
      )}
      <Actions>
        <PrintButton />
        <Button href={`${place.at}/pact/new`} variant="secondary" icon="pencil">
          {t(newest ? 'safe-access.family.pact.renew' : 'safe-access.family.pact.write')}
        </Button>
        <Button href={place.at} variant="secondary">
          {t('safe-access.family.back')}
        </Button>
      </Actions>
      {older.length > 0 && (
        <Details summary={t('safe-access.family.pact.history')}>
          <ul class="plain">
            {older.map((pact) => (
              <li key={pact.id}>
                {t('safe-access.family.pact.version', { n: pact.version })}{' '}
                <Tag>{t(`safe-access.family.pact.was.${pact.state}`)}</Tag>{' '}
                {pact.childAgreedAt && <span class="hint">{date(pact.childAgreedAt, 'date')}</span>}
              </li>
            ))}
          </ul>
        </Details>
      )}
    </>
  );
}

export interface PactTyped {
  parent: readonly string[];
  child: readonly string[];
  parentOwn: string;
  childOwn: string;
  reviewOn: string;
}

/** Parent and child choose together: the same page, read side by side. */
export function PactFormPage(props: { place: Place; child: Profile; typed: PactTyped; error?: string | undefined }) {
  const { t } = useWords();
  const { place, child, typed } = props;
  const words = usePromises(child.band);
  return (
    <>
      <h1>{t('safe-access.family.pact.writeTitle', { name: child.label })}</h1>
      <p class="lead">{t('safe-access.family.pact.writeLead')}</p>
      <Refusal error={props.error} />
      <Callout tone="done" icon="heart" title={t('safe-access.family.pact.alwaysTitle')}>
        <p>{t('safe-access.family.pact.noPunishment')}</p>
      </Callout>
      <Form action={`${place.at}/pact`}>
        <OptionGroup
          name="parent"
          type="checkbox"
          legend={t('safe-access.family.pact.parents')}
          value={typed.parent}
          options={PARENT_PROMISES.map((name) => ({ value: name, title: words.parent(`key:${name}`) }))}
        />
        <Field
          name="parentOwn"
          label={t('safe-access.family.pact.parentOwn')}
          value={typed.parentOwn}
          maxLength={300}
          optional
        />
        <OptionGroup
          name="child"
          type="checkbox"
          legend={t('safe-access.family.pact.child', { name: child.label })}
          value={typed.child}
          options={CHILD_PROMISES.map((name) => ({ value: name, title: words.child(`key:${name}`) }))}
        />
        <Field
          name="childOwn"
          label={t('safe-access.family.pact.childOwn')}
          value={typed.childOwn}
          maxLength={300}
          optional
        />
        <Card title={t('safe-access.family.pact.kept')} icon="list-checks" level={3}>
          <p class="hint">{t('safe-access.family.pact.keptHint')}</p>
          <RuleWords rules={{ ...child.rules, allow: [], deny: [] }} audience="parent" />
          <p>
            <a class="link" href={`${place.at}/rules`}>
              {t('safe-access.family.child.editRules')}
            </a>{' '}
            ·{' '}
            <a class="link" href={`${place.at}/windows`}>
              {t('safe-access.family.child.editWindows')}
            </a>
          </p>
        </Card>
        <Field
          name="reviewOn"
          type="date"
          label={t('safe-access.family.pact.reviewLabel')}
          hint={t('safe-access.family.pact.reviewHint')}
          value={typed.reviewOn}
          width="short"
          optional
        />
        <Actions>
          <Button icon="handshake">{t('safe-access.family.pact.agreeParent')}</Button>
          <Button href={place.at} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
        <p class="hint">{t('safe-access.family.pact.agreeHint')}</p>
      </Form>
    </>
  );
}
