import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DefinitionList,
  DeskColumns,
  Details,
  ErrorSummary,
  Field,
  Form,
  Link,
  PageHead,
  Steps,
  Tag,
} from '../../../platform/ui/index.ts';
import type { ActionCard, CannedText } from '../../country/index.ts';
import { possible } from '../conversation.ts';
import type { ConversationRow } from '../schema.ts';
import { ContactCard, type ContactCardProps } from './contact-card.tsx';
import { CrisisCard, type CrisisCardProps } from './crisis-card.tsx';
import { ConversationTag, DangerTag, Who } from './words.tsx';

export const DONE = ['taken', 'passed', 'handed', 'answered', 'closed', 'alarmed', 'kept'] as const;
export type Done = (typeof DONE)[number];

export interface Thread {
  story: string;
  messages: readonly { id: string; author: 'staff' | 'reporter'; by: string; body: string; at: Date }[];
  notes: readonly {
    id: string;
    kind: 'hand-over' | 'call-back';
    by: string;
    to: string | undefined;
    text: string;
    at: Date;
  }[];
}

export interface ConversationPageProps {
  row: ConversationRow;
  category: string;
  language: string;
  holder: string | undefined;
  mine: boolean;
  may: { answer: boolean; read: boolean; care: boolean };
  done: Done | undefined;
  error: string | undefined;
  /** Opened by a POST; undefined before. */
  thread: Thread | undefined;
  typed: string;
  handOver: { typed: string; colleagues: readonly { id: string; name: string }[] };
  texts: readonly CannedText[];
  /** The closing letter, while one is being written. */
  letter: { text: string; reviewed: boolean } | undefined;
  contact: ContactCardProps;
  crisis: CrisisCardProps;
  card: ActionCard;
  cardHref: string;
  items: readonly { href: string; label: string }[];
  planHref: string | undefined;
  now: Date;
}

/** A button that acts alone. */
function Act(props: {
  to: string;
  label: string;
  icon: 'lock' | 'undo-2' | 'eye' | 'mail-check' | 'hand-heart';
  quiet?: boolean;
}) {
  return (
    <form method="post" action={props.to}>
      <CsrfField />
      <Button variant={props.quiet ? 'secondary' : 'primary'} icon={props.icon}>
        {props.label}
      </Button>
    </form>
  );
}

function ThreadView(props: { thread: Thread }) {
  const { t, date } = useI18n();
  const { thread } = props;
  return (
    <Card title={t('helpline.thread.title')} icon="messages-square">
      {thread.notes.length > 0 && (
        <Callout tone="warn" icon="sticky-note" level={3} title={t('helpline.notes.title')}>
          {thread.notes.map((n) => (
            <div key={n.id}>
              <p class="hint">
                {t(`helpline.notes.${n.kind}`)} · <Bdi>{n.by}</Bdi>
                {n.to && (
                  <>
                    {' › '}
                    <Bdi>{n.to}</Bdi>
                  </>
                )}{' '}
                · {date(n.at, 'day')}
              </p>
              <p class="pre" dir="auto">
                {n.text}
              </p>
            </div>
          ))}
        </Callout>
      )}
      <ol class="grid gap-3">
        <li class="rounded-card border border-line p-3">
          <p class="hint">{t('helpline.thread.story')}</p>
          <p class="pre" dir="auto">
            {thread.story || t('helpline.thread.noStory')}
          </p>
        </li>
        {thread.messages.map((m) => (
          <li
            key={m.id}
            class={`rounded-card border border-line p-3 ${m.author === 'staff' ? 'ms-6 bg-green-soft' : 'me-6 bg-surface'}`}
          >
            <p class="hint">
              {m.author === 'staff' ? <Bdi>{m.by}</Bdi> : t('helpline.thread.reporter')} · {date(m.at, 'day')}
            </p>
            <p class="pre" dir="auto">
              {m.body}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** Texts to start from, in the reporter's language and for their age. They fill the box; nobody's answer is ready-made. */
function CannedTexts(props: { texts: readonly CannedText[]; row: ConversationRow }) {
  const { t, text } = useI18n();
  const face = props.row.child ? 'child' : 'adult';
  const lang = props.row.language as 'ar';
  return (
    <Details summary={t('helpline.canned.title')}>
      <p class="hint">{t('helpline.canned.hint')}</p>
      <ul class="grid gap-3">
        {props.texts.map((c) => (
          <li key={c.id} class="grid gap-1">
            <p class="flex flex-wrap items-center gap-2">
              <strong>{text(c.title)}</strong>
              {!c.reviewed[face].includes(lang) && (
                <Tag tone="wait" icon="triangle-alert">
                  {t('helpline.canned.unreviewed')}
                </Tag>
              )}
            </p>
            <p class="text-muted" dir="auto" lang={lang}>
              {c[face][lang]}
            </p>
            <div>
              <Button
                variant="secondary"
                small
                name="canned"
                value={c.id}
                formAction={`/desk/helpline/${props.row.report}/open#answer`}
              >
                {t('helpline.canned.use')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Details>
  );
}

function AnswerForm(props: ConversationPageProps) {
  const { t } = useI18n();
  const { row } = props;
  const base = `/desk/helpline/${row.report}`;
  return (
    <Form action={`${base}/answer`} id="answer">
      <input type="hidden" name="basedOn" value={row.last_message ?? ''} />
      <Field
        name="text"
        type="textarea"
        rows={6}
        label={t('helpline.answer.label')}
        hint={t('helpline.answer.hint', { language: props.language })}
        value={props.typed}
        maxLength={20_000}
        counter
        {...(props.error ? { error: props.error } : {})}
      />
      <Actions>
        <Button icon="send">{t('helpline.answer.send')}</Button>
      </Actions>
      <CannedTexts texts={props.texts} row={row} />
    </Form>
  );
}

function ClosingForm(props: ConversationPageProps & { letter: { text: string; reviewed: boolean } }) {
  const { t } = useI18n();
  const { row, letter } = props;
  const base = `/desk/helpline/${row.report}`;
  return (
    <Card title={t('helpline.closing.title')} icon="mail-check" id="closing">
      <p class="hint">{t('helpline.closing.hint')}</p>
      {!letter.reviewed && (
        <p>
          <Tag tone="wait" icon="triangle-alert">
            {t('helpline.canned.unreviewed')}
          </Tag>
        </p>
      )}
      <Form action={`${base}/close`}>
        <input type="hidden" name="basedOn" value={row.last_message ?? ''} />
        <Field
          name="text"
          type="textarea"
          rows={7}
          label={t('helpline.closing.letter')}
          value={letter.text}
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button icon="mail-check">{t('helpline.closing.send')}</Button>
          <Button variant="secondary" formAction={`${base}/keep-open`}>
            {t('helpline.closing.keepOpen')}
          </Button>
        </Actions>
      </Form>
    </Card>
  );
}

function Panel(props: ConversationPageProps) {
  const { t } = useI18n();
  const { row, may } = props;
  const base = `/desk/helpline/${row.report}`;
  const free = !row.holder || props.mine;
  return (
    <>
      <h2>{t('helpline.panel')}</h2>
      {row.holder && !props.mine && (
        <Callout tone="warn" icon="lock" level={3}>
          <p>
            {t('helpline.with')} <Bdi>{props.holder}</Bdi>.
          </p>
        </Callout>
      )}
      {may.answer && free && (
        <>
          {!props.mine && possible(row.state, 'take') && (
            <Act to={`${base}/take`} icon="lock" label={t('helpline.take')} />
          )}
          {props.mine && possible(row.state, 'pass-back') && (
            <Act to={`${base}/pass-back`} icon="undo-2" label={t('helpline.passBack')} quiet />
          )}
          {possible(row.state, 'hand-over') && props.handOver.colleagues.length > 0 && (
            <Details summary={t('helpline.handOver.title')}>
              <Form action={`${base}/hand-over`}>
                <Field
                  name="colleague"
                  type="select"
                  label={t('helpline.handOver.to')}
                  options={props.handOver.colleagues.map((c) => ({ value: c.id, label: c.name }))}
                />
                <Field
                  name="note"
                  type="textarea"
                  rows={3}
                  label={t('helpline.handOver.note')}
                  hint={t('helpline.handOver.hint')}
                  value={props.handOver.typed}
                />
                <Button variant="secondary">{t('helpline.handOver.send')}</Button>
              </Form>
            </Details>
          )}
          {possible(row.state, 'begin-closing') && (
            <Act to={`${base}/closing#closing`} icon="mail-check" label={t('helpline.closing.begin')} quiet />
          )}
        </>
      )}
      {props.planHref ? (
        <p>
          <Link href={props.planHref}>{t('helpline.care.open')}</Link>
        </p>
      ) : (
        may.care && <Act to={`/desk/care/for/${row.report}`} icon="hand-heart" label={t('helpline.care.start')} quiet />
      )}
      <WhatToDo {...props} />
      {props.items.length > 0 && (
        <>
          <h3>{t('helpline.items')}</h3>
          <ul class="plain">
            {props.items.map((i) => (
              <li key={i.href}>
                <Link href={i.href}>{i.label}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** The card that the reporter sees too: what to do, what not. */
function WhatToDo(props: Pick<ConversationPageProps, 'card' | 'cardHref'>) {
  const { t, text } = useI18n();
  const { card } = props;
  return (
    <Details summary={t('helpline.card.title')}>
      <p>{text(card.lead)}</p>
      <Steps items={card.steps.map((s) => text(s))} />
      <ul class="plain">
        {card.doNot.map((d) => (
          <li key={text(d)}>✕ {text(d)}</li>
        ))}
      </ul>
      <Link href={props.cardHref}>{t('helpline.card.open')}</Link>
    </Details>
  );
}

/** One conversation: who, since when, with whom; what was said once it is opened; the answer. */
export function ConversationPage(props: ConversationPageProps) {
  const tr = useI18n();
  const { t } = tr;
  const { row, may } = props;
  const base = `/desk/helpline/${row.report}`;
  return (
    <DeskColumns panelLabel={t('helpline.panel')} panel={<Panel {...props} />}>
      <PageHead back={{ href: '/desk/helpline', text: t('helpline.toList') }} title={props.category} />
      <p class="flex flex-wrap gap-2">
        {row.danger && <DangerTag />}
        <ConversationTag state={row.state} />
      </p>
      {props.done && <Callout tone="done" title={t(`helpline.done.${props.done}`)} live />}
      {props.error && <ErrorSummary errors={[{ field: 'text', message: props.error }]} />}
      <Card title={t('helpline.facts')} icon="file-text">
        <DefinitionList
          compact
          items={[
            { term: t('helpline.field.who'), value: <Who row={row} /> },
            { term: t('helpline.field.language'), value: props.language },
            {
              term: t('helpline.field.since'),
              value: row.waiting_since
                ? tr.duration(props.now.getTime() - row.waiting_since.getTime())
                : t('helpline.notWaiting'),
            },
            {
              term: t('helpline.field.holder'),
              value: props.holder ? <Bdi>{props.holder}</Bdi> : t('helpline.nobody'),
            },
          ]}
        />
      </Card>
      <CrisisCard {...props.crisis} />
      {props.thread ? (
        <ThreadView thread={props.thread} />
      ) : (
        may.read && (
          <Card title={t('helpline.thread.title')} icon="messages-square">
            <p class="hint">{t('helpline.thread.sealed')}</p>
            <Act to={`${base}/open`} icon="eye" label={t('helpline.thread.open')} />
          </Card>
        )
      )}
      {may.answer && props.letter ? (
        <ClosingForm {...props} letter={props.letter} />
      ) : (
        props.thread &&
        may.answer &&
        (!row.holder || props.mine) && (
          <Card title={t('helpline.answer.title')} icon="pen-line">
            <AnswerForm {...props} />
          </Card>
        )
      )}
      <ContactCard {...props.contact} />
    </DeskColumns>
  );
}
