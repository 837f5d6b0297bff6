import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Field, Form } from '../../../platform/ui/index.ts';
import type { DangerHelp } from '../danger-help.ts';
import { MAX_WHEREABOUTS } from '../intake.ts';

export interface DangerPageProps {
  duty: DangerHelp;
  /** "Where I am" has been given already. */
  given: boolean;
}

/** Somebody is in danger now: who is there, which line is open, and that nobody can find a child who does not say where. */
export function DangerPage(props: DangerPageProps) {
  const { t, lang } = useI18n();
  const { onDuty, lines } = props.duty;
  return (
    <>
      <h1>{t('reporting.now.title')}</h1>
      <Callout tone="danger" title={t(onDuty ? 'reporting.now.onDuty' : 'reporting.now.nobody')}>
        <p>{t(onDuty ? 'reporting.now.onDutyText' : 'reporting.now.nobodyText')}</p>
      </Callout>
      <h2>{t('reporting.now.call')}</h2>
      <CallList lines={lines} />
      <WhereForm action={`/${lang}/report/now`} given={props.given}>
        <Button variant="secondary" href={`/${lang}/report/what`}>
          {t('reporting.now.goOn')}
        </Button>
      </WhereForm>
    </>
  );
}

/** Lines to call, each with whether anybody answers there now. */
export function CallList(props: Pick<DangerHelp, 'lines'>) {
  const { t, text, date } = useI18n();
  return (
    <ul class="call-list">
      {props.lines.map(({ line, open, next }) => (
        <li key={line.id}>
          <Button href={`tel:${line.tel}`} icon="phone" variant={open === false ? 'secondary' : 'primary'}>
            {line.tel} · {text(line.name)}
          </Button>
          <p class="hint">
            {open === true && t('reporting.now.open')}
            {open === false &&
              (next ? t('reporting.now.opensAt', { at: date(next, 'day') }) : t('reporting.now.closed'))}
            {open === null && t('reporting.now.hoursUnknown')}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** "Where I am": nobody can know it, and only the person on duty reads it. */
export function WhereForm(props: { action: string; given: boolean; children?: ComponentChildren }) {
  const { t } = useI18n();
  return (
    <>
      <h2>{t('reporting.now.where')}</h2>
      <p>{t('reporting.now.whereText')}</p>
      {props.given && <Callout tone="done" title={t('reporting.now.whereKept')} live />}
      <Form action={props.action}>
        <Field
          type="textarea"
          rows={3}
          name="whereabouts"
          label={t('reporting.now.whereLabel')}
          hint={t('reporting.now.whereHint')}
          maxLength={MAX_WHEREABOUTS}
          optional
        />
        <Actions>
          <Button>{t('reporting.now.tell')}</Button>
          {props.children}
        </Actions>
      </Form>
    </>
  );
}
