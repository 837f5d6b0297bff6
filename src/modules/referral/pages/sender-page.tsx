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
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import { openAt, type RequestView } from '../../disclosure/index.ts';
import { BEFORE_GOING, possible } from '../referral.ts';
import type { MailRow, ReferralRow } from '../schema.ts';
import type { MessageView } from '../store.ts';
import type { Warnable, WarningView } from '../warning.ts';
import { type FormFacts, ReferralForm, WarningFields } from './form.tsx';
import { HoldCallout } from './hold-callout.tsx';
import { AnswerForms, HowToOpen, Messages, type Named } from './receiver-page.tsx';
import { ReferralHead } from './words.tsx';

export interface PackageFacts {
  round: number;
  sealed_for: 'keys' | 'session';
  recipients: string[];
  sha256: string;
  bytes: number;
  pages: boolean;
  made_at: Date;
  kept: boolean;
}

export interface SenderProps {
  row: ReferralRow;
  body: { name: string; channel: 'desk' | 'mail' | 'portal'; portal: string | undefined; reachable: boolean };
  category: string;
  places: readonly string[];
  now: Date;
  urgencyReason: string;
  note: string;
  packages: readonly PackageFacts[];
  disclosures: readonly RequestView[];
  /** Duties of the desk that it fulfils, by their titles; with one the reporter hears it first, where that is safe. */
  duties: readonly string[];
  warning: WarningView | undefined;
  reporters: readonly Warnable[];
  messages: readonly MessageView[];
  mails: readonly MailRow[];
  names: ReadonlyMap<string, string>;
  words: ReadonlyMap<string, string>;
  reasons: readonly Named[];
  outcomes: readonly Named[];
  may: { prepare: boolean; review: boolean; disclose: boolean; record: boolean; proceed: boolean; narrative: boolean };
  form: FormFacts | undefined;
  error: string | undefined;
}

function Completeness(props: { row: ReferralRow }) {
  const { t } = useI18n();
  const { score, missing } = props.row;
  return (
    <Card title={t('referral.page.completeness', { score })} icon="list-checks">
      {missing.length === 0 ? (
        <p>{t('referral.doc.nothingMissing')}</p>
      ) : (
        <>
          <p>{t('referral.page.missing')}</p>
          <ul class="list-disc ps-5">
            {missing.map((m) => (
              <li key={m}>{t(`referral.part.${m}`)}</li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** What was decided about the reporter, or the question itself: without an answer it does not go. */
function Warning(props: SenderProps) {
  const { t, date } = useI18n();
  const { row, warning, duties } = props;
  if (!warning && (duties.length === 0 || !BEFORE_GOING.includes(row.state))) return null;
  return (
    <Card title={t('referral.warning.title')} icon="message-circle" id="warning">
      {duties.length > 0 && <p>{t('referral.warning.because', { duties: duties.join(' · ') })}</p>}
      {warning && (
        <>
          <p class="flex flex-wrap gap-2">
            <Tag tone={warning.decision === 'written' && warning.reports > 0 ? 'done' : 'wait'}>
              {warning.decision === 'written'
                ? t(warning.reports > 0 ? 'referral.warning.wrote' : 'referral.warning.willWrite', {
                    reports: warning.reports > 0 ? warning.reports : warning.chosen,
                  })
                : t(`referral.warning.reason.${warning.reason ?? 'other'}`)}
            </Tag>
            <Bdi>{props.names.get(warning.account) ?? ''}</Bdi>
            <span class="hint">{date(warning.at, 'day')}</span>
          </p>
          {warning.words && (
            <p class="whitespace-pre-wrap" dir="auto">
              {warning.words}
            </p>
          )}
        </>
      )}
      {!warning && props.may.prepare && (
        <Form action={`/desk/referrals/${row.id}/warning`}>
          <WarningFields chosen={undefined} reporters={props.reporters} required id="w" />
          <Actions>
            <Button variant="secondary">{t('referral.warning.record')}</Button>
          </Actions>
        </Form>
      )}
    </Card>
  );
}

const DISCLOSURE_LOOK = {
  asked: 'wait',
  approved: 'done',
  refused: 'neutral',
  withdrawn: 'neutral',
  revoked: 'neutral',
} as const;

function Disclosure(props: SenderProps) {
  const { t, date } = useI18n();
  const { row, may } = props;
  const at = `/desk/referrals/${row.id}`;
  const [newest] = props.disclosures;
  const editable = ['draft', 'cleared', 'returned'].includes(row.state);
  const open = newest !== undefined && openAt(newest, props.now);
  // What was sent in its time went with it, however long ago that is.
  const expired = editable && newest?.state === 'approved' && !open;
  return (
    <Card title={t('referral.disclosure.title')} icon="key-round">
      <p class="hint">{t('referral.disclosure.hint')}</p>
      {newest && (
        <>
          <p class="flex flex-wrap gap-2">
            <Tag tone={expired ? 'neutral' : DISCLOSURE_LOOK[newest.state]}>
              {t(`referral.disclosure.state.${expired ? 'expired' : newest.state}`)}
            </Tag>
            <Bdi>{props.names.get(newest.decided_by ?? newest.requested_by) ?? ''}</Bdi>
            <span class="hint">{date(newest.decided_at ?? newest.requested_at, 'day')}</span>
          </p>
          {open && editable && newest.expires_at && (
            <p>{t('referral.disclosure.until', { at: date(newest.expires_at) })}</p>
          )}
          {(newest.decisionReason || newest.reason) && (
            <p class="whitespace-pre-wrap" dir="auto">
              {newest.decisionReason || newest.reason}
            </p>
          )}
        </>
      )}
      {newest?.state === 'asked' && may.disclose && (
        <p>
          <Link href={`/desk/identities#request-${newest.id}`}>{t('referral.disclosure.decide')}</Link>
        </p>
      )}
      {editable && may.prepare && (newest?.state === 'asked' || open) && (
        <Form action={`${at}/disclosure/drop`}>
          <Actions>
            <Button variant="quiet">{t('referral.disclosure.drop')}</Button>
          </Actions>
        </Form>
      )}
      {editable && may.prepare && newest?.state !== 'asked' && !open && (
        <Details summary={t('referral.disclosure.ask')}>
          <Form action={`${at}/disclosure`}>
            <Field
              id="f-why-contact"
              name="reason"
              type="textarea"
              rows={2}
              label={t('referral.disclosure.why')}
              required
            />
            <Actions>
              <Button small variant="secondary">
                {t('referral.disclosure.askButton')}
              </Button>
            </Actions>
          </Form>
        </Details>
      )}
    </Card>
  );
}

function Packages(props: SenderProps) {
  const { t, date, number } = useI18n();
  const [newest] = props.packages;
  if (!newest) return null;
  const { row } = props;
  return (
    <Card title={t('referral.package.title')} icon="package">
      {newest.sealed_for === 'session' ? (
        <Callout tone="warn" level={3} title={t('referral.package.sessionWarning')} />
      ) : (
        <p>{t('referral.package.keysNote', { count: newest.recipients.length })}</p>
      )}
      {!newest.pages && <Callout tone="warn" level={3} title={t('referral.package.noPages')} />}
      <DefinitionList
        compact
        items={props.packages.map((p) => ({
          term: t('referral.package.round', { n: p.round }),
          value: (
            <>
              {date(p.made_at, 'day')} · <Ltr>{number(Math.ceil(p.bytes / 1024))} KB</Ltr>{' '}
              <span class="hint [overflow-wrap:anywhere]">
                SHA-256 <Ltr>{p.sha256}</Ltr>
              </span>
            </>
          ),
        }))}
      />
      {newest.sealed_for === 'keys' && newest.kept && props.may.prepare && (
        <Form action={`/desk/referrals/${row.id}/package`}>
          <Button variant="secondary" small icon="download">
            {t('referral.package.copy')}
          </Button>
        </Form>
      )}
      {props.body.channel === 'portal' && props.body.portal && (
        <p>
          {t('referral.package.portal')} <Ltr>{props.body.portal}</Ltr>
        </p>
      )}
      <HowToOpen code={row.code} round={newest.round} />
    </Card>
  );
}

function Steps(props: SenderProps) {
  const { t } = useI18n();
  const { row, may } = props;
  const at = `/desk/referrals/${row.id}`;
  return (
    <>
      {row.proposed && (
        <Callout tone="warn" title={t('referral.page.proposed')}>
          <p>{t('referral.page.proposedHow')}</p>
        </Callout>
      )}
      {!props.body.reachable && possible(row.state, 'changed') && (
        <Callout tone="warn" title={t('referral.page.unreachable')} />
      )}
      {row.state === 'sealing' && <Callout tone="help" icon="clock" title={t('referral.page.sealing')} />}
      {row.hold && row.sent_at && (
        <HoldCallout row={row} now={props.now}>
          {may.proceed && (
            <Form action={`${at}/proceed`}>
              <Button variant="secondary" small>
                {t('referral.hold.record')}
              </Button>
            </Form>
          )}
        </HoldCallout>
      )}
      <Actions>
        {may.prepare && possible(row.state, 'send', row.needs_review) && (
          <Form action={`${at}/send`}>
            <Button icon="send">{t('referral.page.send')}</Button>
          </Form>
        )}
        {may.prepare && row.needs_review && possible(row.state, 'review-asked') && (
          <Form action={`${at}/review`}>
            <Button icon="scale">{t('referral.page.askReview')}</Button>
          </Form>
        )}
      </Actions>
      {row.state === 'review' && (
        <Callout tone="warn" icon="scale" title={t('referral.review.title')}>
          <p>{t('referral.review.hint')}</p>
          {may.review ? (
            <Form action={`${at}/review/decide`}>
              <Field id="f-review" name="reason" type="textarea" rows={2} label={t('referral.review.words')} optional />
              <Actions>
                <Button name="decision" value="passed" icon="circle-check">
                  {t('referral.review.pass')}
                </Button>
                <Button name="decision" value="refused" variant="secondary">
                  {t('referral.review.refuse')}
                </Button>
              </Actions>
            </Form>
          ) : (
            <p class="hint">{t('referral.review.notYou')}</p>
          )}
        </Callout>
      )}
    </>
  );
}

function Mails(props: { mails: readonly MailRow[]; names: ReadonlyMap<string, string> }) {
  const { t, date } = useI18n();
  if (props.mails.length === 0) return null;
  return (
    <Details summary={t('referral.page.mails', { count: props.mails.length })}>
      <ul class="grid gap-2">
        {props.mails.map((m) => (
          <li key={m.id} class="flex flex-wrap gap-2">
            <Bdi>{(m.account && props.names.get(m.account)) ?? m.address ?? ''}</Bdi>
            <span>{t(`referral.mail.${m.kind}.name`)}</span>
            <Tag tone={m.state === 'sent' ? 'done' : m.state === 'due' ? 'wait' : 'danger'}>
              {t(`referral.mailState.${m.state}`)}
            </Tag>
            {m.sent_at && <span class="hint">{date(m.sent_at, 'day')}</span>}
            {m.last_error && <Ltr>{m.last_error}</Ltr>}
          </li>
        ))}
      </ul>
    </Details>
  );
}

/** A referral as those see it who made it. */
export function SenderPage(props: SenderProps) {
  const { t, date } = useI18n();
  const { row, may } = props;
  const at = `/desk/referrals/${row.id}`;
  const answers = ['sent', 'received', 'accepted', 'answered'].includes(row.state);
  const included = [
    ...(row.with_words ? [t('referral.page.included.words')] : []),
    ...(row.with_accounts ? [t('referral.page.included.accounts')] : []),
    ...(row.with_place ? [t('referral.page.included.place')] : []),
  ];
  if (included.length === 0) included.push(t('referral.page.included.nothing'));
  return (
    <>
      <ReferralHead row={row} now={props.now} error={props.error} />
      <Steps {...props} />
      <DefinitionList
        compact
        items={[
          { term: t('referral.field.body'), value: <Bdi>{props.body.name}</Bdi> },
          { term: t('referral.field.category'), value: props.category },
          {
            term: t('referral.field.item'),
            value: may.narrative ? (
              <Link href={`/desk/items/${row.item}`}>{t('referral.page.toItem')}</Link>
            ) : (
              <Ltr>{row.item}</Ltr>
            ),
          },
          {
            term: t('referral.form.urgencyReason'),
            value: (
              <span class="whitespace-pre-wrap" dir="auto">
                {props.urgencyReason || t('referral.page.purged')}
              </span>
            ),
          },
          ...(props.note
            ? [
                {
                  term: t('referral.form.note'),
                  value: (
                    <span class="whitespace-pre-wrap" dir="auto">
                      {props.note}
                    </span>
                  ),
                },
              ]
            : []),
          { term: t('referral.page.included.title'), value: included.join(' · ') },
          ...(row.territory ? [{ term: t('referral.field.place'), value: props.places.join(' · ') }] : []),
          ...(row.sent_at ? [{ term: t('referral.field.sentAt'), value: date(row.sent_at) }] : []),
          ...(row.received_at ? [{ term: t('referral.field.receivedAt'), value: date(row.received_at) }] : []),
        ]}
      />
      <Warning {...props} />
      <Completeness row={row} />
      <Packages {...props} />
      <Disclosure {...props} />
      {answers && may.record && (
        <Details summary={t('referral.page.record')}>
          <p class="hint">{t('referral.page.recordHint')}</p>
          <AnswerForms row={row} action={`${at}/record`} reasons={props.reasons} outcomes={props.outcomes} />
        </Details>
      )}
      <Messages messages={props.messages} names={props.names} words={props.words} />
      <Mails mails={props.mails} names={props.names} />
      {props.form && (
        <Details summary={t('referral.page.change')} open={row.state === 'returned'}>
          <ReferralForm {...props.form} />
        </Details>
      )}
      {may.prepare && possible(row.state, 'withdrawn') && (
        <Details summary={t('referral.page.withdraw')}>
          <Form action={`${at}/withdraw`}>
            <Field
              id="f-withdraw"
              name="reason"
              type="textarea"
              rows={2}
              label={t('referral.page.withdrawWhy')}
              required
            />
            <Actions>
              <Button variant="secondary">{t('referral.page.withdrawButton')}</Button>
            </Actions>
          </Form>
        </Details>
      )}
    </>
  );
}
