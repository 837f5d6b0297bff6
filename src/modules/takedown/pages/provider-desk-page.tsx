import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Breadcrumb,
  Button,
  Callout,
  Card,
  DataTable,
  Details,
  EmptyState,
  Field,
  Form,
  Ltr,
  Tag,
  Timeline,
} from '../../../platform/ui/index.ts';
import type { TokenState } from '../letter/provider-settings.ts';
import { MAX_COMMENT, type ProviderComment } from '../providers/comments.ts';
import { contactMay } from '../providers/contact-state.ts';
import type { ProviderContact } from '../providers/contacts.ts';
import type { ProviderChangeView } from '../providers/providers.ts';
import type { ScoreCard } from '../providers/scores.ts';
import { AGREEMENT_KINDS, type AgreementRow, type ContactQuestionRow, type ProviderRow } from '../schema.ts';
import { ContactAddForm, type ContactTyped, ProviderForm, type ProviderTyped } from './provider-form.tsx';
import { ProviderLetters } from './provider-letters.tsx';
import { ScoreCardView } from './score-card.tsx';
import { ContactTag } from './tags.tsx';

export interface ProviderDeskProps {
  provider: ProviderRow;
  tokenState: TokenState;
  contacts: readonly ProviderContact[];
  questions: readonly ContactQuestionRow[];
  agreements: readonly AgreementRow[];
  comment: ProviderComment | undefined;
  changes: readonly ProviderChangeView[];
  names: ReadonlyMap<string, string>;
  card: ScoreCard;
  cardDays: number;
  /** YYYY-MM-DD on the country's clock. */
  today: string;
  typed: ProviderTyped;
  contactTyped: ContactTyped;
  invalid: readonly string[];
  /** What was refused, in words; `form` says where. */
  refused: { form: 'contact' | 'reason' | 'agreement' | 'comment' | 'ask' | 'letters'; error: string } | undefined;
}

const actorOf = (actor: string, names: ReadonlyMap<string, string>) => names.get(actor.replace('account:', ''));

function Contact(props: { contact: ProviderContact; page: ProviderDeskProps }) {
  const { t, date } = useI18n();
  const { contact, page } = props;
  const { standing } = contact;
  const question = page.questions.find((q) => q.address === standing.address);
  const path = `/desk/providers/${page.provider.id}/contacts/${contact.id}`;
  const waiting = question && ['queued', 'sent'].includes(question.state);
  const by = actorOf(standing.changed_by, page.names);
  const choices = (['recorded', 'not-us', 'bounced'] as const).filter((e) => contactMay(standing.state, e));
  return (
    <section class="desk-list" aria-label={contact.address}>
      <h3>
        <Ltr mono>{contact.address}</Ltr>
      </h3>
      <p>
        <ContactTag state={standing.state} /> <Tag>{t(`takedown.contacts.purposes.${contact.purpose}`)}</Tag>{' '}
        <span class="hint">
          {contact.languages.map((l) => t(`takedown.lang.${l}`)).join(' · ')} ·{' '}
          {t('takedown.contacts.nth', { priority: contact.priority })}
        </span>
      </p>
      {standing.why && (
        <p class="hint">
          {t(`takedown.contacts.why.${standing.why}`)} · {date(standing.changed_at, 'day')}
          {by && (
            <>
              {' '}
              · <Bdi>{by}</Bdi>
            </>
          )}
          {standing.verified_until && (
            <> · {t('takedown.contacts.until', { at: date(standing.verified_until, 'date') })}</>
          )}
        </p>
      )}
      {standing.reason && (
        <blockquote class="prose" dir="auto">
          {standing.reason}
        </blockquote>
      )}
      {question?.instead && (
        <Callout tone="help" level={3} title={t('takedown.contacts.insteadSaid')}>
          <Ltr mono>{question.instead}</Ltr>
        </Callout>
      )}
      {question && (
        <p class="hint">
          {t(`takedown.contacts.question.${question.state}`)} · {date(question.asked_at, 'day')}
          {question.last_error && (
            <>
              {' '}
              <Ltr mono>{question.last_error}</Ltr>
            </>
          )}
        </p>
      )}
      <Actions>
        {contact.channel === 'mail' && !waiting && (
          <Form action={`${path}/ask`} class="inline-form">
            <Button icon="mail-question-mark" variant="secondary">
              {t('takedown.contacts.ask')}
            </Button>
          </Form>
        )}
        {page.contacts.length > 1 && (
          <Form action={`${path}/remove`} class="inline-form">
            <Button icon="trash" variant="quiet">
              {t('takedown.contacts.remove')} <span class="vh">{contact.address}</span>
            </Button>
          </Form>
        )}
      </Actions>
      <Details summary={t('takedown.contacts.record')}>
        <Form action={`${path}/record`}>
          <Field
            id={`record-${contact.id}-event`}
            name="event"
            type="select"
            label={t('takedown.contacts.recordWhat')}
            options={choices.map((e) => ({ value: e, label: t(`takedown.contacts.as.${e}`) }))}
            value={choices[0] ?? ''}
          />
          <Field
            id={`record-${contact.id}-reason`}
            name="reason"
            type="textarea"
            label={t('takedown.contacts.reason')}
            hint={t('takedown.contacts.reasonHint')}
            rows={2}
            required
            maxLength={1000}
          />
          <Actions>
            <Button icon="save" variant="secondary">
              {t('takedown.do.save')}
            </Button>
          </Actions>
        </Form>
      </Details>
    </section>
  );
}

function Contacts(props: { page: ProviderDeskProps }) {
  const { t } = useI18n();
  const { page } = props;
  const { refused } = page;
  const error = refused?.form === 'contact' ? { error: refused.error } : {};
  return (
    <Card title={t('takedown.contacts.title')} icon="contact">
      <p class="hint">{t('takedown.contacts.intro')}</p>
      {(refused?.form === 'reason' || refused?.form === 'ask') && (
        <Callout tone="danger" level={3} title={refused.error} live />
      )}
      {page.contacts.map((c) => (
        <Contact key={c.id} contact={c} page={page} />
      ))}
      <Details summary={t('takedown.contacts.add')} open={refused?.form === 'contact'}>
        <ContactAddForm action={`/desk/providers/${page.provider.id}/contacts`} typed={page.contactTyped} {...error} />
      </Details>
    </Card>
  );
}

function Agreements(props: { page: ProviderDeskProps }) {
  const { t, date } = useI18n();
  const { page } = props;
  const day = (text: string) => date(new Date(`${text}T12:00:00Z`), 'date');
  const path = `/desk/providers/${page.provider.id}/agreements`;
  const stands = (a: AgreementRow) => a.until === null || a.until > page.today;
  return (
    <Card title={t('takedown.providers.agreements')} icon="handshake">
      {page.refused?.form === 'agreement' && <Callout tone="danger" level={3} title={page.refused.error} live />}
      <DataTable
        caption={t('takedown.providers.agreements')}
        captionHidden
        rows={page.agreements}
        rowKey={(a) => a.id}
        empty={<p class="hint">{t('takedown.providers.noAgreements')}</p>}
        columns={[
          {
            key: 'kind',
            header: t('takedown.field.kind'),
            rowHeader: true,
            cell: (a) => <Tag tone={stands(a) ? 'done' : 'neutral'}>{t(`takedown.providers.agreement.${a.kind}`)}</Tag>,
          },
          { key: 'since', header: t('takedown.providers.since'), cell: (a) => day(a.since) },
          { key: 'until', header: t('takedown.providers.until'), cell: (a) => (a.until ? day(a.until) : '–') },
          { key: 'note', header: t('takedown.field.note'), cell: (a) => <Bdi>{a.note}</Bdi> },
          {
            key: 'end',
            header: t('takedown.providers.end'),
            headerHidden: true,
            cell: (a) =>
              stands(a) && (
                <Form action={`${path}/${a.id}/end`}>
                  <Button variant="quiet">{t('takedown.providers.end')}</Button>
                </Form>
              ),
          },
        ]}
      />
      <Details summary={t('takedown.providers.addAgreement')} open={page.refused?.form === 'agreement'}>
        <Form action={path}>
          <Field
            id="agreement-kind"
            name="kind"
            type="select"
            label={t('takedown.field.kind')}
            options={AGREEMENT_KINDS.map((k) => ({ value: k, label: t(`takedown.providers.agreement.${k}`) }))}
            value="trusted-flagger"
          />
          <Field
            name="since"
            type="date"
            label={t('takedown.providers.since')}
            required
            value={page.today}
            width="half"
          />
          <Field name="until" type="date" label={t('takedown.providers.until')} optional width="half" />
          <Field
            id="agreement-note"
            name="note"
            type="textarea"
            label={t('takedown.field.note')}
            optional
            rows={2}
            maxLength={1000}
          />
          <Actions>
            <Button icon="plus" variant="secondary">
              {t('takedown.providers.addAgreement')}
            </Button>
          </Actions>
        </Form>
      </Details>
    </Card>
  );
}

function Comment(props: { page: ProviderDeskProps }) {
  const { t } = useI18n();
  const { comment, provider, refused } = props.page;
  return (
    <Card title={t('takedown.providers.comment')} icon="message-square-quote">
      <p class="hint">{t('takedown.providers.commentHint')}</p>
      <Form action={`/desk/providers/${provider.id}/comment`}>
        <Field
          name="comment"
          type="textarea"
          label={t('takedown.providers.commentWords')}
          rows={3}
          maxLength={MAX_COMMENT}
          optional
          value={comment?.body ?? ''}
          {...(refused?.form === 'comment' ? { error: refused.error } : {})}
        />
        <Field
          id="comment-language"
          name="language"
          type="select"
          label={t('takedown.field.language')}
          options={LANGS.map((l) => ({ value: l, label: t(`takedown.lang.${l}`) }))}
          value={comment?.language ?? provider.language}
          width="half"
        />
        <Actions>
          <Button icon="save" variant="secondary">
            {t('takedown.do.save')}
          </Button>
        </Actions>
      </Form>
    </Card>
  );
}

function History(props: { page: ProviderDeskProps }) {
  const { t, date } = useI18n();
  const { changes, names } = props.page;
  const words = (c: ProviderChangeView) =>
    Object.values(c.detail)
      .filter((v) => typeof v === 'string' && v !== '')
      .join(' · ');
  return (
    <Details summary={t('takedown.providers.history')}>
      {changes.length === 0 ? (
        <EmptyState icon="clock" title={t('takedown.providers.noHistory')} level={3} />
      ) : (
        <Timeline
          label={t('takedown.providers.history')}
          items={changes.map((c) => ({
            state: 'done' as const,
            title: t(`takedown.providers.change.${c.what}`),
            at: { iso: c.at.toISOString(), text: date(c.at, 'day') },
            detail: (
              <>
                <Bdi>
                  {actorOf(c.actor, names) ?? t(`takedown.providers.by.${c.actor === 'reader' ? 'reader' : 'system'}`)}
                </Bdi>{' '}
                <Bdi>{words(c)}</Bdi>
              </>
            ),
          }))}
        />
      )}
    </Details>
  );
}

/** `/desk/providers/:id` */
export function ProviderDeskPage(props: ProviderDeskProps) {
  const { t } = useI18n();
  const { provider } = props;
  return (
    <>
      <Breadcrumb
        items={[{ href: '/desk/providers', label: t('takedown.provider.title') }, { label: provider.name }]}
      />
      <h1>
        <Bdi>{provider.name}</Bdi>
      </h1>
      <p>
        <Tag>{t(`takedown.kind.${provider.kind}`)}</Tag> <Ltr>{provider.domains.slice(0, 5).join(' ')}</Ltr>{' '}
        <Ltr>{provider.networks.map((n) => `AS${n}`).join(' ')}</Ltr> <Ltr>{provider.countries.join(' ')}</Ltr>
      </p>
      <ScoreCardView card={props.card} days={props.cardDays} />
      <Contacts page={props} />
      <Agreements page={props} />
      <ProviderLetters
        provider={provider}
        interfaces={props.contacts.filter((c) => c.channel === 'api')}
        tokenState={props.tokenState}
        {...(props.refused?.form === 'letters' ? { error: props.refused.error } : {})}
      />
      <Comment page={props} />
      <Details summary={t('takedown.providers.edit')} open={props.invalid.length > 0}>
        <ProviderForm action={`/desk/providers/${provider.id}`} typed={props.typed} invalid={props.invalid} />
      </Details>
      <History page={props} />
    </>
  );
}
