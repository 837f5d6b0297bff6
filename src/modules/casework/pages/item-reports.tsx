import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Card,
  CsrfField,
  DefinitionList,
  Details,
  Field,
  Form,
  Link,
  Ltr,
  Pagination,
  Tag,
} from '../../../platform/ui/index.ts';
import type { Contact, ReportDetails } from '../../reporting/index.ts';
import { MAX_NARRATIVE } from '../../reporting/index.ts';
import type { Thread } from '../desk/openings.ts';
import type { ItemRow } from '../schema.ts';
import { ItemName } from './words.tsx';

/** One report of the item; `narrative` and `contact` are there only in the answer to the POST that opened them. */
export interface ReportView {
  details: ReportDetails;
  category: string;
  messages: number;
  unread: number;
  /** The other things this report points to. */
  siblings: { item: ItemRow; platform: string }[];
  narrative?: { text: string; thread: Thread; names: ReadonlyMap<string, string> };
  contact?: Contact | 'deleted';
  /** What was being written when a reply was refused. */
  reply?: { text: string; error: string };
}

export interface ReportRights {
  read: boolean;
  reply: boolean;
  contact: boolean;
  /** May ask the custodian to open it. */
  askIdentity: boolean;
}

export function Messages(props: { thread: Thread; names: ReadonlyMap<string, string> }) {
  const { t, date } = useI18n();
  if (props.thread.length === 0) return <p class="hint">{t('casework.message.none')}</p>;
  return (
    <ol class="grid gap-3" aria-label={t('casework.message.title')}>
      {props.thread.map((m) => (
        <li
          key={m.id}
          class={`max-w-none rounded-card px-4 py-3 ${m.author === 'staff' ? 'ms-6 bg-green-soft' : 'me-6 bg-neutral-soft'}`}
        >
          <p class="hint text-sm">
            {m.author === 'reporter' ? (
              t('casework.message.reporter')
            ) : (
              <Bdi>{(m.account && props.names.get(m.account)) || t('casework.message.staff')}</Bdi>
            )}
            {' · '}
            <time dateTime={m.at.toISOString()}>{date(m.at, 'day')}</time>
            {!m.read && m.author === 'reporter' && <> · {t('casework.message.new')}</>}
          </p>
          <p class="whitespace-pre-wrap" dir="auto">
            {m.body}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** Writes to the reporter; who holds the follow-up number reads it. */
export function ReplyForm(props: { action: string; id: string; text?: string; error?: string }) {
  const { t } = useI18n();
  return (
    <Form action={props.action}>
      <Field
        id={props.id}
        name="text"
        type="textarea"
        rows={3}
        label={t('casework.message.write')}
        hint={t('casework.message.writeHint')}
        value={props.text ?? ''}
        maxLength={MAX_NARRATIVE}
        counter
        required
        {...(props.error ? { error: props.error } : {})}
      />
      <Actions>
        <Button icon="send">{t('casework.message.send')}</Button>
      </Actions>
    </Form>
  );
}

function ContactFacts(props: { contact: Contact | 'deleted' }) {
  const { t } = useI18n();
  if (props.contact === 'deleted') return <p class="hint">{t('casework.contact.deleted')}</p>;
  const { contact } = props;
  return (
    <DefinitionList
      compact
      items={[
        { term: t('casework.contact.value'), value: <Bdi>{contact.value}</Bdi> },
        { term: t('casework.contact.safe'), value: t(`casework.contact.safeToCall.${contact.safeToCall}`) },
        ...(contact.when ? [{ term: t('casework.contact.when'), value: <Bdi>{contact.when}</Bdi> }] : []),
        ...(contact.codeWord ? [{ term: t('reporting.step.contact.code'), value: <Bdi>{contact.codeWord}</Bdi> }] : []),
        ...(contact.sharedWith ? [{ term: t('casework.contact.shared'), value: <Bdi>{contact.sharedWith}</Bdi> }] : []),
      ]}
    />
  );
}

function PostButton(props: { action: string; icon: 'book-open' | 'phone'; children: ComponentChildren }) {
  return (
    <form method="post" action={props.action}>
      <CsrfField />
      <Button variant="secondary" small icon={props.icon}>
        {props.children}
      </Button>
    </form>
  );
}

/** What is noted of the mail that a report came by; nothing of it can be opened here. */
function MailNotes({ mail }: { mail: NonNullable<ReportDetails['mail']> }) {
  const { t } = useI18n();
  return (
    <>
      {t('casework.report.mail.attachments', { n: mail.attachments })}
      {mail.types.length > 0 && (
        <p class="hint">
          <bdi>{t('casework.report.mail.types', { types: mail.types.join(', ') })}</bdi>
        </p>
      )}
      {mail.forwarded && <p class="hint">{t('casework.report.mail.forwarded')}</p>}
      {mail.shortened && <p class="hint">{t('casework.report.mail.shortened')}</p>}
    </>
  );
}

function ReportCard(props: {
  itemId: string;
  itemUrl: string | null;
  report: ReportView;
  rights: ReportRights;
  now: Date;
}) {
  const tr = useI18n();
  const { t } = tr;
  const { report, rights } = props;
  const d = report.details;
  const base = `/desk/items/${props.itemId}/reports/${d.id}`;
  const typed = d.links.find((l) => l.url === props.itemUrl)?.original;
  const ago = t('casework.ago', { span: tr.duration(props.now.getTime() - d.receivedAt.getTime()) });
  const when = d.occurredAt ? tr.date(d.occurredAt, 'date') : t(`casework.occurred.${d.occurred}`);
  return (
    <Card
      level={3}
      id={`report-${d.id}`}
      title={t('casework.report.title', { who: t(`casework.reporter.${d.reporter}`), ago })}
    >
      <p class="flex flex-wrap gap-2">
        <Tag>{t(`casework.channel.${d.channel}`)}</Tag>
        {d.danger && (
          <Tag tone="danger" icon="siren">
            {t('casework.report.danger')}
          </Tag>
        )}
        {d.dangerKinds.map((kind) => (
          <Tag key={kind} tone="danger">
            <DangerKind kind={kind} />
          </Tag>
        ))}
        {report.unread > 0 && (
          <Tag tone="help" icon="message-circle">
            {t('casework.message.unread', { count: report.unread })}
          </Tag>
        )}
      </p>
      <DefinitionList
        compact
        items={[
          { term: t('casework.field.category'), value: report.category },
          { term: t('casework.field.ageBand'), value: t(`casework.ageBand.${d.ageBand}`) },
          { term: t('casework.field.visibility'), value: t(`casework.visibility.${d.visibility}`) },
          { term: t('casework.field.occurred'), value: when },
          { term: t('casework.field.received'), value: tr.date(d.receivedAt) },
          ...(d.mail ? [{ term: t('casework.report.mail.term'), value: <MailNotes mail={d.mail} /> }] : []),
          ...(typed && typed !== props.itemUrl
            ? [{ term: t('casework.report.typed'), value: <Ltr>{typed}</Ltr> }]
            : []),
          ...(report.siblings.length > 0
            ? [
                {
                  term: t('casework.report.siblings'),
                  value: (
                    <ul>
                      {report.siblings.map((s) => (
                        <li key={s.item.id}>
                          <Link href={`/desk/items/${s.item.id}`}>
                            <ItemName item={s.item} platform={s.platform} max={48} />
                          </Link>
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
        ]}
      />
      {report.narrative && (
        <section class="rounded-card border border-line p-4" aria-label={t('casework.narrative.title')}>
          {report.narrative.text ? (
            <p class="whitespace-pre-wrap" dir="auto">
              {report.narrative.text}
            </p>
          ) : (
            <p class="hint">{t('casework.narrative.empty')}</p>
          )}
          <h4 class="field-label mt-4 mb-2">{t('casework.message.title')}</h4>
          <Messages thread={report.narrative.thread} names={report.narrative.names} />
        </section>
      )}
      {report.contact && <ContactFacts contact={report.contact} />}
      <div class="flex flex-wrap items-center gap-3">
        {!report.narrative &&
          (rights.read ? (
            <PostButton action={`${base}/narrative`} icon="book-open">
              {t(d.hasNarrative ? 'casework.narrative.read' : 'casework.narrative.messagesOnly', {
                count: report.messages,
              })}
            </PostButton>
          ) : (
            <p class="hint">{t('casework.narrative.closed')}</p>
          ))}
        {d.hasContact &&
          !report.contact &&
          (rights.contact ? (
            <PostButton action={`${base}/contact`} icon="phone">
              {t('casework.contact.open')}
            </PostButton>
          ) : (
            <p class="hint">
              {t('casework.contact.closed')}{' '}
              {rights.askIdentity && (
                <Link href={`/desk/identities/for/${report.details.id}`}>{t('casework.contact.ask')}</Link>
              )}
            </p>
          ))}
      </div>
      {(rights.read || rights.contact) && <p class="hint text-sm">{t('casework.narrative.audited')}</p>}
      {rights.reply && (
        <Details
          summary={t('casework.message.reply')}
          open={report.narrative !== undefined || report.reply !== undefined}
        >
          <ReplyForm action={`${base}/reply`} id={`f-text-${d.id}`} {...(report.reply ?? {})} />
        </Details>
      )}
    </Card>
  );
}

const KINDS = ['self-harm', 'threat', 'meeting', 'lives-with-abuser', 'violence-now'] as const;

/** What words of danger point to. A kind that this desk has no words for yet is shown as it is, never left out. */
export function DangerKind(props: { kind: string }) {
  const { t } = useI18n();
  const known = KINDS.find((k) => k === props.kind);
  return known ? <span>{t(`casework.dangerKind.${known}`)}</span> : <Ltr>{props.kind}</Ltr>;
}

export interface ItemReportsProps {
  itemId: string;
  itemUrl: string | null;
  reports: readonly ReportView[];
  total: number;
  rights: ReportRights;
  now: Date;
  previous: string | undefined;
  next: string | undefined;
}

export function ItemReports(props: ItemReportsProps) {
  const { t } = useI18n();
  return (
    <section id="reports" class="grid gap-4" aria-labelledby="reports-title">
      <h2 id="reports-title">{t('casework.report.list', { count: props.total })}</h2>
      {props.reports.map((report) => (
        <ReportCard
          key={report.details.id}
          itemId={props.itemId}
          itemUrl={props.itemUrl}
          report={report}
          rights={props.rights}
          now={props.now}
        />
      ))}
      <Pagination
        {...(props.previous !== undefined ? { previous: props.previous } : {})}
        {...(props.next !== undefined ? { next: props.next } : {})}
      />
    </section>
  );
}
