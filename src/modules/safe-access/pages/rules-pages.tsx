import {
  Actions,
  Breadcrumb,
  Button,
  Callout,
  Card,
  Checkbox,
  Field,
  Form,
  OptionGroup,
} from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import { DANGERS, PASTIMES } from '../http/first-rules.ts';
import type { Profile } from '../index.ts';
import { DAYS, keepsFor, type Rules } from '../index.ts';
import type { Place } from './child-page.tsx';
import { DoneNote, Refusal, Tap, useWords, WindowWords } from './parts.tsx';

function Way(props: { place: Place; child: Profile; here: string }) {
  const { t } = useWords();
  return (
    <Breadcrumb
      items={[
        { href: props.place.home, label: t(`safe-access.family.place.${props.place.of}`) },
        { href: props.place.at, label: props.child.label },
        { label: props.here },
      ]}
    />
  );
}

/** What is closed, opened, searched safely and kept. */
export function RulesPage(props: {
  place: Place;
  child: Profile;
  rules: Rules;
  allow: string;
  deny: string;
  error?: string | undefined;
  wrong: { allow: readonly string[]; deny: readonly string[] };
}) {
  const { t, kind } = useWords();
  const { place, child, rules, wrong } = props;
  const group = (legend: string, kinds: readonly Rules['closed'][number][], hint?: string) => (
    <OptionGroup
      name="closed"
      id={`f-closed-${kinds[0]}`}
      type="checkbox"
      legend={legend}
      {...(hint ? { hint } : {})}
      columns
      value={rules.closed}
      options={kinds.map((value) => ({ value, title: kind(value) }))}
    />
  );
  const lines = (names: readonly string[]) =>
    names.length > 0 ? t('safe-access.family.rules.wrongNames', { names: names.join(' ') }) : undefined;
  const namesKept = keepsFor(rules.band, 'names') === 'names';
  return (
    <>
      <Way place={place} child={child} here={t('safe-access.family.child.editRules')} />
      <h1>{t('safe-access.family.child.editRules')}</h1>
      <Refusal error={props.error} />
      <Callout tone="help" icon="message-circle">
        <p>{t('safe-access.family.rules.talk')}</p>
      </Callout>
      <Form action={`${place.at}/rules`}>
        <input type="hidden" name="revision" value={String(child.revision)} />
        {group(t('safe-access.family.rules.dangers'), DANGERS)}
        {group(t('safe-access.family.rules.pastimes'), PASTIMES, t('safe-access.family.rules.pastimesHint'))}
        {group(t('safe-access.family.rules.others'), ['unsafe-search', 'advertising'])}
        <Checkbox
          name="safeSearch"
          label={t('safe-access.family.rules.safeSearch')}
          hint={t('safe-access.family.rules.safeSearchHint')}
          checked={rules.safeSearch}
        />
        <OptionGroup
          name="youtube"
          legend={t('safe-access.family.rules.youtubeTitle')}
          value={rules.youtube}
          options={(['open', 'moderate', 'strict'] as const).map((value) => ({
            value,
            title: t(`safe-access.family.rules.youtubeChoice.${value}`),
          }))}
        />
        <Checkbox
          name="noWaysAround"
          label={t('safe-access.family.rules.noWaysAround')}
          hint={t('safe-access.family.rules.noWaysAroundHint')}
          checked={rules.noWaysAround}
        />
        <Field
          name="allow"
          type="textarea"
          rows={3}
          dir="ltr"
          label={t('safe-access.family.rules.allowLabel')}
          hint={t('safe-access.family.rules.namesHint')}
          value={props.allow}
          {...(lines(wrong.allow) ? { error: lines(wrong.allow) as string } : {})}
        />
        <Field
          name="deny"
          type="textarea"
          rows={3}
          dir="ltr"
          label={t('safe-access.family.rules.denyLabel')}
          hint={t('safe-access.family.rules.namesHint')}
          value={props.deny}
          {...(lines(wrong.deny) ? { error: lines(wrong.deny) as string } : {})}
        />
        <OptionGroup
          name="keeps"
          legend={t('safe-access.family.rules.keepsTitle')}
          hint={t(namesKept ? 'safe-access.family.rules.keepsHint' : 'safe-access.family.rules.keepsTeen')}
          value={rules.keeps}
          options={(['nothing', 'counts', ...(namesKept ? (['names'] as const) : [])] as const).map((value) => ({
            value,
            title: t(`safe-access.family.rules.keepsChoice.${value}`),
          }))}
        />
        <Actions>
          <Button>{t('safe-access.family.save')}</Button>
          <Button href={place.at} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}

/** Times in which something is closed: several a day, across midnight. */
export function WindowsPage(props: {
  place: Place;
  child: Profile;
  done: Done | undefined;
  error?: string | undefined;
  typed: { days: readonly string[]; from: string; to: string; closes: readonly string[] };
}) {
  const { t, kind } = useWords();
  const { place, child, typed } = props;
  return (
    <>
      <Way place={place} child={child} here={t('safe-access.family.child.editWindows')} />
      <h1>{t('safe-access.family.child.editWindows')}</h1>
      <DoneNote done={props.done} />
      <p>{t('safe-access.family.windows.lead')}</p>
      <Card title={t('safe-access.family.windows.now')} icon="calendar-clock">
        {child.rules.windows.length === 0 ? (
          <p>{t('safe-access.family.windows.none')}</p>
        ) : (
          <ul class="plain window-list">
            {child.rules.windows.map((window, i) => (
              <li key={i}>
                <p>
                  <WindowWords window={window} />
                </p>
                <Tap
                  action={`${place.at}/windows/remove`}
                  fields={{ index: String(i), revision: String(child.revision) }}
                  icon="trash"
                  variant="quiet"
                  label={t('safe-access.family.windows.removeOf', { from: window.from, to: window.to })}
                >
                  {t('safe-access.family.windows.remove')}
                </Tap>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={t('safe-access.family.windows.add')} icon="plus">
        <Refusal error={props.error} />
        <Form action={`${place.at}/windows`}>
          <input type="hidden" name="revision" value={String(child.revision)} />
          <OptionGroup
            name="days"
            type="checkbox"
            columns
            legend={t('safe-access.family.windows.days')}
            value={typed.days}
            options={DAYS.map((day) => ({ value: day, title: t(`safe-access.family.day.${day}`) }))}
          />
          <div class="field-pair times">
            <Field name="from" type="time" label={t('safe-access.family.windows.from')} value={typed.from} required />
            <Field name="to" type="time" label={t('safe-access.family.windows.to')} value={typed.to} required />
          </div>
          <p class="hint">{t('safe-access.family.windows.midnight')}</p>
          <OptionGroup
            name="closes"
            type="checkbox"
            columns
            legend={t('safe-access.family.windows.closes')}
            value={typed.closes}
            options={[
              { value: 'everything', title: t('safe-access.family.windows.everything') },
              ...PASTIMES.map((value) => ({ value, title: kind(value) })),
            ]}
          />
          <Actions>
            <Button icon="plus">{t('safe-access.family.windows.addButton')}</Button>
            <Button href={place.at} variant="secondary">
              {t('safe-access.family.back')}
            </Button>
          </Actions>
        </Form>
      </Card>
      <Callout tone="help" icon="moon">
        <p>{t('safe-access.family.windows.ramadan')}</p>
      </Callout>
    </>
  );
}
