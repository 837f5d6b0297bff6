import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  DefinitionList,
  Details,
  Field,
  Form,
  Link,
  Ltr,
} from '../../../platform/ui/index.ts';
import { questionsJudgement } from '../escalation/ground.ts';
import type { NoticeView, PanelData } from '../http/desk-view.ts';
import { possible, STANDING_OUT } from '../notice/notice.ts';
import { NOTICE_CHANNELS } from '../schema.ts';
import { HoldForms } from './hold-forms.tsx';
import { OriginDesk } from './origin-card.tsx';
import { NoticeTag } from './tags.tsx';
import { TraceDetails } from './trace-details.tsx';

/** What was typed into a form that was refused, and which one it was. */
export interface Typed {
  notice: string;
  form: string;
  values: Readonly<Record<string, string>>;
}

interface CardProps {
  notice: NoticeView;
  data: PanelData;
  back: string;
  typed: Typed | undefined;
}

const typedInto = (props: CardProps, form: string) =>
  props.typed?.notice === props.notice.row.id && props.typed.form === form ? props.typed.values : undefined;

function ContactForm(props: CardProps & { action: 'contact' | 'escalate' }) {
  const { t } = useI18n();
  const { row, trace } = props.notice;
  const typed = typedInto(props, props.action);
  const others = (trace?.contacts ?? []).filter((c) => c.contact !== row.contact);
  const id = (name: string) => `${props.action}-${row.id}-${name}`;
  return (
    <Form action={`/desk/notices/${row.id}/${props.action}`}>
      <input type="hidden" name="back" value={props.back} />
      {others.length > 0 && (
        <p class="hint">
          {t('takedown.contact.known')}{' '}
          {others.map((c, i) => (
            <span key={c.contact}>
              {i > 0 && ' · '}
              <Ltr mono>{c.contact}</Ltr> ({t(`takedown.source.${c.source}`)})
            </span>
          ))}
        </p>
      )}
      <Field
        id={id('channel')}
        name="channel"
        type="select"
        label={t('takedown.field.channel')}
        options={NOTICE_CHANNELS.map((c) => ({ value: c, label: t(`takedown.channel.${c}`) }))}
        value={typed?.channel ?? 'mail'}
        width="half"
      />
      <Field
        id={id('contact')}
        name="contact"
        label={t('takedown.field.contact')}
        hint={t('takedown.contact.hint')}
        dir="ltr"
        required
        maxLength={2000}
        value={typed?.contact ?? ''}
      />
      <Field
        id={id('name')}
        name="name"
        label={t('takedown.field.name')}
        optional
        maxLength={200}
        value={typed?.name ?? ''}
      />
      <Field
        id={id('language')}
        name="language"
        type="select"
        label={t('takedown.field.language')}
        options={LANGS.map((l) => ({ value: l, label: t(`takedown.lang.${l}`) }))}
        value={typed?.language ?? row.language}
        width="half"
      />
      <Actions>
        <Button icon="send">{t(`takedown.do.${props.action}`)}</Button>
      </Actions>
    </Form>
  );
}

function Dispute(props: CardProps) {
  const { t, date } = useI18n();
  const { row, disputes, mayDecide } = props.notice;
  if (disputes.length === 0) return null;
  const typed = typedInto(props, 'dispute');
  const [latest] = disputes;
  const late = latest && latest.decision === null && latest.due_at < props.data.now;
  return (
    <Callout
      tone={row.state === 'disputed' ? 'danger' : 'help'}
      level={3}
      title={disputes.length > 1 ? t('takedown.dispute.many', { n: disputes.length }) : t('takedown.dispute.title')}
    >
      {disputes.map((d) => (
        <section key={d.id}>
          <p>
            <strong>{t(`takedown.ground.${d.ground}`)}</strong>{' '}
            <span class="hint">{t('takedown.hold.at', { at: date(d.opened_at, 'day') })}</span>
          </p>
          {d.words && (
            <blockquote class="prose" dir="auto">
              {d.words}
            </blockquote>
          )}
          {d.named && (
            <p>
              {t('takedown.dispute.named')} <Ltr mono>{d.named}</Ltr>
            </p>
          )}
          {d.decision && d.decided_at && (
            <p>
              {d.answered_by ? t('takedown.dispute.before') : t(`takedown.dispute.${d.decision}`)}{' '}
              <span class="hint">{t('takedown.hold.at', { at: date(d.decided_at, 'day') })}</span>{' '}
              <Bdi>{props.data.names.get(d.decided_by ?? '') ?? ''}</Bdi>
            </p>
          )}
          {d.reason && !d.answered_by && <p dir="auto">{d.reason}</p>}
        </section>
      ))}
      {row.state === 'disputed' && latest && (
        <p>{t(late ? 'takedown.dispute.late' : 'takedown.dispute.due', { at: date(latest.due_at, 'day') })}</p>
      )}
      {row.state === 'disputed' && !mayDecide && <p class="hint">{t('takedown.dispute.notYou')}</p>}
      {row.state === 'disputed' && mayDecide && latest && (
        <Form action={`/desk/notices/${row.id}/dispute`}>
          <input type="hidden" name="back" value={props.back} />
          <Field
            id={`dispute-${row.id}-reason`}
            name="reason"
            type="textarea"
            label={t('takedown.dispute.reason')}
            hint={t('takedown.dispute.reasonHint', { language: t(`takedown.lang.${latest.language}`) })}
            required
            rows={3}
            value={typed?.reason ?? ''}
          />
          {latest.named && !questionsJudgement(latest.ground) && (
            <Checkbox id={`dispute-${row.id}-named`} name="named" value="1" label={t('takedown.dispute.useNamed')} />
          )}
          <p class="hint">
            {t(`takedown.dispute.follows.${questionsJudgement(latest.ground) ? 'judgement' : 'contact'}`)}
          </p>
          <Actions>
            <Button name="decision" value="upheld" icon="gavel">
              {t('takedown.do.upheld')}
            </Button>
            <Button name="decision" value="withdrawn" variant="secondary" icon="undo-2">
              {t('takedown.do.withdrawn')}
            </Button>
          </Actions>
        </Form>
      )}
    </Callout>
  );
}

function Deeds(props: CardProps) {
  const { t } = useI18n();
  const { row } = props.notice;
  const { may } = props.data;
  const mayContact = may.send && row.kind === 'ask' && row.state !== 'tracing' && possible(row.state, 'mail-chosen');
  const mayEscalate =
    may.send && row.purpose === 'removal' && STANDING_OUT.includes(row.state) && row.state !== 'disputed';
  return (
    <>
      {row.state === 'by-hand' && may.send && (
        <>
          <p>{t('takedown.byHand.how')}</p>
          <Actions>
            <Button href={`/desk/notices/${row.id}/text`} icon="copy">
              {t('takedown.do.text')}
            </Button>
          </Actions>
          <Form action={`/desk/notices/${row.id}/sent`}>
            <input type="hidden" name="back" value={props.back} />
            <Button icon="circle-check" variant="secondary">
              {t('takedown.do.sent')}
            </Button>
          </Form>
        </>
      )}
      {possible(row.state, 'retry') && may.send && (
        <Form action={`/desk/notices/${row.id}/retry`}>
          <input type="hidden" name="back" value={props.back} />
          <Button icon="refresh-cw">{t('takedown.do.retry')}</Button>
        </Form>
      )}
      {mayContact && (
        <Details
          summary={t(row.state === 'no-contact' ? 'takedown.contact.enter' : 'takedown.contact.other')}
          open={row.state === 'no-contact' || typedInto(props, 'contact') !== undefined}
        >
          <ContactForm {...props} action="contact" />
        </Details>
      )}
      {mayEscalate && (
        <Details summary={t('takedown.contact.escalate')} open={typedInto(props, 'escalate') !== undefined}>
          <ContactForm {...props} action="escalate" />
        </Details>
      )}
    </>
  );
}

/** One notice: where it stands, why, and what can be done. */
export function NoticeCard(props: CardProps) {
  const { t, text, date, number } = useI18n();
  const { row, facts, trace, origin } = props.notice;
  const at = (d: Date) => date(d, 'day');
  const rows: ({ term: string; value: preact.ComponentChildren } | false)[] = [
    { term: t('takedown.field.category'), value: text(facts.category) },
    row.contact !== null && {
      term: t('takedown.field.contact'),
      value: (
        <>
          {row.provider_name && <Bdi>{row.provider_name}</Bdi>} <Ltr mono>{row.contact}</Ltr>
        </>
      ),
    },
    row.source !== null && {
      term: t('takedown.field.source'),
      value:
        row.confidence === null
          ? t(`takedown.source.${row.source}`)
          : t('takedown.contact.sure', {
              source: t(`takedown.source.${row.source}`),
              sure: number(row.confidence, { style: 'percent' }),
            }),
    },
    row.contact !== null && { term: t('takedown.field.language'), value: t(`takedown.lang.${row.language}`) },
    row.letter !== null && {
      term: t('takedown.letter.desk.one'),
      value: <Link href={`/desk/letters/${row.letter}`}>{t('takedown.letter.desk.open')}</Link>,
    },
    row.sent_at !== null && { term: t('takedown.field.sentAt'), value: at(row.sent_at) },
    row.answered_at !== null && { term: t('takedown.field.answeredAt'), value: at(row.answered_at) },
    row.removed_at !== null && { term: t('takedown.field.removedAt'), value: at(row.removed_at) },
  ];
  return (
    <Card
      title={
        row.kind === 'ask' ? t('takedown.notice.title', { round: row.round }) : t(`takedown.notice.kind.${row.kind}`)
      }
      icon="send"
      level={2}
    >
      <p>
        <NoticeTag state={row.state} /> <span class="hint">{at(row.changed_at)}</span>
      </p>
      <p>{t(`takedown.explain.${row.state}`)}</p>
      {row.last_error && (
        <Callout
          tone={row.state === 'failed' ? 'danger' : 'warn'}
          level={3}
          title={t('takedown.notice.delivery', { attempts: row.attempts })}
        >
          <p>
            <Ltr mono>{row.last_error}</Ltr>
          </p>
          {row.next_try_at && <p>{t('takedown.notice.nextTry', { at: date(row.next_try_at, 'time') })}</p>}
        </Callout>
      )}
      <HoldForms notice={props.notice} data={props.data} back={props.back} />
      <Dispute {...props} />
      <Deeds {...props} />
      <DefinitionList compact items={rows.filter((r) => r !== false)} />
      {origin && (
        <OriginDesk request={origin} host={row.host} back={props.back} mayDecide={props.data.may.decideOrigin} />
      )}
      {trace && <TraceDetails trace={trace} />}
      {trace && props.data.may.send && STANDING_OUT.includes(row.state) && (
        <Form action={`/desk/notices/${row.id}/trace`}>
          <input type="hidden" name="back" value={props.back} />
          <Button icon="refresh-cw" variant="quiet">
            {t('takedown.tracing.again')}
          </Button>
        </Form>
      )}
    </Card>
  );
}
