import type { ComponentChildren } from 'preact';
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
import { possible } from '../referral.ts';
import type { ReferralRow } from '../schema.ts';
import type { MessageView } from '../store.ts';
import { HoldCallout } from './hold-callout.tsx';
import { ReferralHead } from './words.tsx';

export interface Named {
  id: string;
  name: string;
}

/** The answers that can be given now; for the receiving side, or for one of us who writes down what was said. */
export function AnswerForms(props: {
  row: ReferralRow;
  action: string;
  reasons: readonly Named[];
  outcomes: readonly Named[];
}) {
  const { t } = useI18n();
  const { row } = props;
  // Whoever writes down an answer by telephone says with it that the package came.
  const state = row.state === 'sent' ? 'received' : row.state;
  const form = (event: string, body: ComponentChildren, button: ComponentChildren) => (
    <Form action={props.action}>
      <input type="hidden" name="event" value={event} />
      {body}
      <Actions>{button}</Actions>
    </Form>
  );
  const words = (event: string, required: boolean) => (
    <Field
      id={`f-words-${event}`}
      name="words"
      type="textarea"
      rows={3}
      label={t(`referral.answer.words.${event}`)}
      required={required}
      optional={!required}
      maxLength={4000}
    />
  );
  return (
    <>
      {possible(state, 'accepted') &&
        form('accepted', null, <Button icon="circle-check">{t('referral.answer.accept')}</Button>)}
      {(possible(state, 'outcome') || possible(state, 'last-outcome')) && (
        <Card title={t('referral.answer.outcome')} level={3}>
          {form(
            'outcome',
            <>
              <Field
                id="f-outcome"
                name="outcome"
                type="select"
                label={t('referral.answer.whatCame')}
                placeholder={t('referral.answer.choose')}
                options={props.outcomes.map((o) => ({ value: o.id, label: o.name }))}
                required
              />
              {words('outcome', false)}
            </>,
            <Button icon="send">{t('referral.answer.tell')}</Button>,
          )}
        </Card>
      )}
      {possible(state, 'returned') && (
        <Details summary={t('referral.answer.returnTitle')}>
          {form(
            'returned',
            words('returned', true),
            <Button variant="secondary">{t('referral.answer.return')}</Button>,
          )}
        </Details>
      )}
      {possible(state, 'declined') && (
        <Details summary={t('referral.answer.declineTitle')}>
          {form(
            'declined',
            <>
              <Field
                id="f-reason"
                name="reason"
                type="select"
                label={t('referral.answer.reason')}
                placeholder={t('referral.answer.choose')}
                options={props.reasons.map((r) => ({ value: r.id, label: r.name }))}
                required
              />
              {words('declined', false)}
            </>,
            <Button variant="secondary">{t('referral.answer.decline')}</Button>,
          )}
        </Details>
      )}
    </>
  );
}

/** What was said, by whom; the other side is named as a side, its people are not. */
export function Messages(props: {
  messages: readonly MessageView[];
  names: ReadonlyMap<string, string> | undefined;
  words: ReadonlyMap<string, string>;
}) {
  const { t, date } = useI18n();
  if (props.messages.length === 0) return null;
  return (
    <Card title={t('referral.page.said')} icon="message-circle">
      <ol class="grid gap-3">
        {props.messages.map((m) => (
          <li key={m.id}>
            <p class="flex flex-wrap gap-x-3">
              <time class="num text-muted" dateTime={m.at.toISOString()}>
                {date(m.at, 'day')}
              </time>
              <strong>{t(`referral.event.${m.event}`)}</strong>
              {m.code && <Bdi>{props.words.get(m.code) ?? m.code}</Bdi>}
              <span class="text-muted">
                {t(`referral.side.${m.side}`)} <Bdi>{props.names?.get(m.account) ?? ''}</Bdi>
              </span>
            </p>
            {m.words && (
              <p class="whitespace-pre-wrap" dir="auto">
                {m.words}
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** How to open and check a package, for who holds the key. */
export function HowToOpen(props: { code: string; round: number }) {
  const { t } = useI18n();
  const file = `${props.code}-${props.round}.zip`;
  return (
    <Details summary={t('referral.package.how')}>
      <pre
        class="mono whitespace-pre-wrap [overflow-wrap:anywhere]"
        dir="ltr"
      >{`age -d -i key.txt -o ${file} ${file}.age
unzip ${file} -d ${props.code} && cd ${props.code}
openssl pkeyutl -verify -pubin -inkey signing-key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
sha256sum --check SHA256SUMS`}</pre>
      <p class="hint">
        {t('referral.package.key')} <Ltr>/referrals/signing-key.pem</Ltr>
      </p>
    </Details>
  );
}

export interface ReceiverProps {
  row: ReferralRow;
  category: string;
  places: readonly string[];
  now: Date;
  newest: { round: number; sealed_for: 'keys' | 'session'; sha256: string; pages: boolean; kept: boolean } | undefined;
  messages: readonly MessageView[];
  reasons: readonly Named[];
  outcomes: readonly Named[];
  words: ReadonlyMap<string, string>;
  mayProceed: boolean;
  error: string | undefined;
}

/** The receiver's desk for one referral. What it tells is in the package, not on this page. */
export function ReceiverPage(props: ReceiverProps) {
  const { t, date } = useI18n();
  const { row, newest } = props;
  const at = `/desk/referrals/${row.id}`;
  return (
    <>
      <ReferralHead row={row} now={props.now} error={props.error} />
      <DefinitionList
        compact
        items={[
          { term: t('referral.field.category'), value: props.category },
          { term: t('referral.field.sentAt'), value: row.sent_at ? date(row.sent_at) : '' },
          ...(row.territory ? [{ term: t('referral.field.place'), value: props.places.join(' · ') }] : []),
        ]}
      />
      <Callout tone="help" icon="info" title={t('referral.doc.status')} />
      {newest && (
        <Card title={t('referral.package.title')} icon="package">
          <p>{t(newest.sealed_for === 'keys' ? 'referral.package.forKeys' : 'referral.package.forSession')}</p>
          {newest.kept ? (
            <Form action={`${at}/package`}>
              <Actions>
                <Button icon="download">{t('referral.package.open')}</Button>
              </Actions>
            </Form>
          ) : (
            <p class="hint">{t('referral.package.gone')}</p>
          )}
          <p class="hint">{t('referral.package.audited')}</p>
          <HowToOpen code={row.code} round={newest.round} />
        </Card>
      )}
      {row.hold && (
        <HoldCallout row={row} now={props.now}>
          {props.mayProceed && (
            <Form action={`${at}/proceed`}>
              <Button variant="secondary" icon="circle-check">
                {t('referral.hold.proceed')}
              </Button>
            </Form>
          )}
        </HoldCallout>
      )}
      {row.state === 'sent' ? (
        <Form action={`${at}/answer`}>
          <input type="hidden" name="event" value="received" />
          <Actions>
            <Button variant="secondary" icon="inbox">
              {t('referral.answer.receive')}
            </Button>
          </Actions>
          <p class="hint">{t('referral.answer.receiveHint')}</p>
        </Form>
      ) : (
        <AnswerForms row={row} action={`${at}/answer`} reasons={props.reasons} outcomes={props.outcomes} />
      )}
      <Messages messages={props.messages} names={undefined} words={props.words} />
    </>
  );
}
