import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  CsrfField,
  Details,
  ErrorSummary,
  Field,
  Form,
  Link,
  Timeline,
  type TimelineItem,
} from '../../../platform/ui/index.ts';
import type { ActionCard, HelpLine } from '../../country/index.ts';
import type { DangerHelp } from '../danger-help.ts';
import { MAX_LINK } from '../intake.ts';
import type { ReceiptView } from '../mailbox.ts';
import type { ProgressStep } from '../schema.ts';
import { DoThisNow } from './card.tsx';
import { CallList, WhereForm } from './danger-page.tsx';

export function ReceiptLoginPage(props: { error?: string; typed?: string }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('reporting.receipt.loginTitle')}</h1>
      <ErrorSummary errors={props.error ? [{ field: 'number', message: props.error }] : []} />
      <Form action={`/${lang}/receipt`}>
        <Field
          name="number"
          label={t('reporting.receipt.number')}
          hint={t('reporting.receipt.numberHint')}
          value={props.typed ?? ''}
          inputMode="numeric"
          dir="ltr"
          width="half"
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('reporting.receipt.open')}</Button>
          <Button variant="secondary" href={`/${lang}/report`}>
            {t('reporting.receipt.newReport')}
          </Button>
        </Actions>
      </Form>
      <p class="hint">{t('reporting.receipt.lost')}</p>
    </>
  );
}

const ENDS: ReadonlySet<ProgressStep> = new Set(['gone', 'harmful', 'not-actionable', 'not-substantiated', 'closed']);

/** A child hears it in words of its own, where what is said is about people who come and ask. */
const FOR_CHILDREN: ReadonlySet<ProgressStep> = new Set(['referred', 'referral-accepted', 'referral-answered']);
const detailOf = (step: ProgressStep, reporter: ReceiptView['reporter']): string =>
  reporter === 'child' && FOR_CHILDREN.has(step)
    ? `reporting.progress.${step}.child`
    : `reporting.progress.${step}.detail`;

/** What happened, what goes on now, what comes: the last step is "now" until there is a result. */
function timeline(view: ReceiptView, tr: ReturnType<typeof useI18n>): TimelineItem[] {
  const items: TimelineItem[] = view.progress.map((p, i) => {
    const last = i === view.progress.length - 1;
    const ended = ENDS.has(p.step);
    return {
      state: last && !ended ? 'now' : 'done',
      title: tr.t(`reporting.progress.${p.step}.title`),
      at: { iso: p.at.toISOString(), text: tr.date(p.at) },
      ...(last ? { detail: tr.t(detailOf(p.step, view.reporter)) } : {}),
    };
  });
  const latest = view.progress.at(-1)?.step;
  if (latest && !ENDS.has(latest))
    items.push({
      state: 'next',
      title: tr.t('reporting.progress.result'),
      detail: tr.t('reporting.progress.resultDetail'),
    });
  return items;
}

export interface ReceiptPageProps {
  view: ReceiptView;
  last: string;
  now: Date;
  card: ActionCard;
  lines: HelpLine[];
  platformName: (id: string) => string;
  proof: string;
  /** Danger that waits for an answer of ours: who is there, and what can be called. */
  danger: DangerHelp | undefined;
  fault: ReceiptFault | undefined;
}

/** What could not be taken in, beside the field it was typed into. */
export interface ReceiptFault {
  field: 'message' | 'link';
  message: string;
  typed: string;
}

/** The last message first, what can be done, then where it stands. */
export function ReceiptPage(props: ReceiptPageProps) {
  const tr = useI18n();
  const { t, lang, date } = tr;
  const { view } = props;
  const fromStaff = view.messages.filter((m) => m.author === 'staff').at(-1);
  return (
    <>
      <h1>{t('reporting.receipt.title')}</h1>
      {props.fault && <ErrorSummary errors={[props.fault]} />}
      {props.danger && (
        <Callout
          tone="danger"
          level={2}
          title={t(props.danger.onDuty ? 'reporting.danger.told' : 'reporting.danger.alerted')}
        >
          <CallList lines={props.danger.lines} />
        </Callout>
      )}
      {props.danger && <WhereForm action={`/${lang}/receipt/where`} given={view.hasWhereabouts} />}
      {view.purgedAt ? (
        <Callout tone="done" title={t('reporting.receipt.purgedTitle', { on: date(view.purgedAt, 'day') })}>
          <p>{t('reporting.receipt.purged')}</p>
          <Link href={`/${lang}/report`}>{t('reporting.receipt.newReport')}</Link>
        </Callout>
      ) : fromStaff ? (
        <Callout tone="help" title={t('reporting.receipt.fromStaff')}>
          <p class="pre" dir="auto">
            {fromStaff.body}
          </p>
          <p class="hint">{date(fromStaff.at)}</p>
        </Callout>
      ) : (
        <p class="hint">{t('reporting.receipt.noMessage')}</p>
      )}
      {view.stillThere.length > 0 && !view.purgedAt && <StillThere {...props} />}
      <Timeline items={timeline(view, tr)} label={t('reporting.receipt.timeline')} />

      {!view.purgedAt && <WriteForms {...props} />}

      {view.messages.length > 0 && (
        <Details summary={t('reporting.receipt.allMessages', { count: view.messages.length })}>
          <ol class="plain">
            {view.messages.map((m) => (
              <li key={m.id}>
                <p class="hint">
                  {t(`reporting.receipt.author.${m.author}`)} · {date(m.at)}
                </p>
                <p class="pre" dir="auto">
                  {m.body}
                </p>
              </li>
            ))}
          </ol>
        </Details>
      )}

      {view.hasContact && (
        <Details summary={t('reporting.receipt.deleteContact')}>
          <p>{t('reporting.receipt.deleteContactText')}</p>
          <Form action={`/${lang}/receipt/delete-contact`}>
            <Button variant="danger">{t('reporting.receipt.deleteContact')}</Button>
          </Form>
        </Details>
      )}

      <Details summary={props.card ? t('reporting.receipt.card') : ''}>
        <DoThisNow card={props.card} lines={props.lines} level={2} />
      </Details>

      <p class="hint">
        {t('reporting.receipt.numberEnds')} <bdi dir="ltr">•••• •••• •••• {props.last}</bdi>
      </p>
      <p class="hint">
        <Link href={props.proof}>{t('reporting.receipt.proof')}</Link>
      </p>
      <form method="post" action={`/${lang}/receipt/end`}>
        <CsrfField />
        <Button variant="secondary" type="submit">
          {t('reporting.receipt.end')}
        </Button>
      </form>
    </>
  );
}

/** Where it is, in the reporter's own words: never a link, for nobody is asked to go and look. */
function Place(props: { place: ReceiptView['stillThere'][number]['place']; platformName: (id: string) => string }) {
  const { t } = useI18n();
  const { place } = props;
  if (!place) return <>{t('reporting.stillThere.unnamed')}</>;
  if (place.kind === 'link')
    return (
      <bdi dir="ltr" class="ltr break-all">
        {place.typed}
      </bdi>
    );
  return (
    <>
      <bdi class="break-all">{place.name}</bdi> · <bdi>{props.platformName(place.platform)}</bdi>
    </>
  );
}

/** Two buttons for each thing that was asked about: we can't look where the reporter can. */
function StillThere(props: ReceiptPageProps) {
  const { t, lang } = useI18n();
  return (
    <Callout tone="help" title={t('reporting.stillThere.title')}>
      <p>{t('reporting.stillThere.detail')}</p>
      {props.view.stillThere.map(({ id, place }) => (
        <Form key={id} action={`/${lang}/receipt/still-there`}>
          <fieldset class="field">
            <legend class="field-label">
              <Place place={place} platformName={props.platformName} />
            </legend>
            <input type="hidden" name="question" value={id} />
            <Actions>
              <Button name="answer" value="gone" variant="secondary">
                {t('reporting.stillThere.gone')}
              </Button>
              <Button name="answer" value="there" variant="secondary">
                {t('reporting.stillThere.there')}
              </Button>
            </Actions>
          </fieldset>
        </Form>
      ))}
    </Callout>
  );
}

/** Writing to us, and adding where: what goes into the report. */
function WriteForms(props: ReceiptPageProps) {
  const { t, lang } = useI18n();
  const { view } = props;
  const faultOf = (field: ReceiptFault['field']) =>
    props.fault?.field === field ? { error: props.fault.message, value: props.fault.typed } : {};
  return (
    <>
      <section>
        <h2>{t('reporting.receipt.write')}</h2>
        <Form action={`/${lang}/receipt/reply`}>
          <Field
            type="textarea"
            rows={4}
            name="message"
            label={t('reporting.receipt.message')}
            maxLength={20_000}
            counter
            {...faultOf('message')}
          />
          <Actions>
            <Button icon="send">{t('reporting.receipt.reply')}</Button>
          </Actions>
        </Form>
      </section>

      <Details summary={t('reporting.receipt.addLink')} open={props.fault?.field === 'link'}>
        <Form action={`/${lang}/receipt/link`}>
          <Field
            name="link"
            label={t('reporting.receipt.link')}
            dir="ltr"
            inputMode="url"
            maxLength={MAX_LINK}
            {...faultOf('link')}
          />
          <Button variant="secondary">{t('reporting.receipt.addLink')}</Button>
        </Form>
        {view.links.length > 0 && (
          <ul class="plain">
            {view.links.map((l) => (
              <li key={l}>
                <bdi dir="ltr" class="ltr">
                  {l}
                </bdi>
              </li>
            ))}
          </ul>
        )}
      </Details>
    </>
  );
}
