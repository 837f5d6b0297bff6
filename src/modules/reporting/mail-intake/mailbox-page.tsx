import { useI18n } from '../../../platform/i18n/index.ts';
import type { ImapSettings } from '../../../platform/imap-config.ts';
import {
  Button,
  Callout,
  type Column,
  DataTable,
  DefinitionList,
  EmptyState,
  Form,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { MailState, MailTakenRow, ReportingTables } from '../schema.ts';

type Mail = Pick<MailTakenRow, 'id' | 'state' | 'reason' | 'at' | 'uid' | 'seen_at'>;
export interface MailboxPageProps {
  settings: ImapSettings | undefined;
  box: ReportingTables['reporting.mail_box'] | undefined;
  counts: readonly { state: MailState; all: number; day: number }[];
  mails: readonly Mail[];
  mayManage: boolean;
}

/** In the order of the page. */
const STATES = ['report', 'known', 'set-aside', 'refused', 'trying'] as const satisfies readonly MailState[];

export function MailboxPage(props: MailboxPageProps) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('reporting.mail.page.title')}</h1>
      <p>{t('reporting.mail.page.lead')}</p>
      {props.settings ? (
        <Standing {...props} settings={props.settings} />
      ) : (
        <Callout tone="help" title={t('reporting.mail.page.off')}>
          <p>{t('reporting.mail.page.offNext')}</p>
        </Callout>
      )}
      <h2>{t('reporting.mail.page.counts')}</h2>
      <Counts counts={props.counts} />
      <h2>{t('reporting.mail.page.mails')}</h2>
      <p class="hint">{t('reporting.mail.page.mailsHint')}</p>
      <Mails mails={props.mails} mayManage={props.mayManage} />
    </>
  );
}

function Standing({ settings, box, mayManage }: MailboxPageProps & { settings: ImapSettings }) {
  const { t, date } = useI18n();
  const failing = box !== undefined && box.failures > 0 && box.last_error !== null;
  return (
    <>
      {failing && (
        <Callout tone="danger" title={t('reporting.mail.page.failing', { n: box.failures })}>
          <p>{t(`reporting.mail.trouble.${box.last_error}`)}</p>
          <p class="hint">
            <Ltr>{box.last_error_detail ?? ''}</Ltr>
          </p>
          {box.next_round_at && <p>{t('reporting.mail.page.nextTry', { at: date(box.next_round_at, 'day') })}</p>}
        </Callout>
      )}
      <DefinitionList
        items={[
          {
            term: t('reporting.mail.page.server'),
            value: (
              <Ltr>
                {settings.host}:{settings.port}
              </Ltr>
            ),
          },
          { term: t('reporting.mail.page.folder'), value: <bdi>{settings.folder}</bdi> },
          {
            term: t('reporting.mail.page.secured'),
            value: t(`reporting.mail.tls.${settings.tls}`),
          },
          {
            term: t('reporting.mail.page.after'),
            value: t(`reporting.mail.processed.${settings.processed}`, { folder: settings.processedFolder }),
          },
          { term: t('reporting.mail.page.answer'), value: t(`reporting.mail.answerMode.${settings.answer}`) },
          {
            term: t('reporting.mail.page.last'),
            value: box?.last_round_at ? date(box.last_round_at) : t('reporting.mail.page.never'),
          },
          {
            term: t('reporting.mail.page.every'),
            value: t('reporting.mail.page.seconds', { n: settings.everyMs / 1000 }),
          },
          ...(box?.last_error_at && !failing
            ? [
                {
                  term: t('reporting.mail.page.lastError'),
                  value: `${date(box.last_error_at)} · ${t(`reporting.mail.trouble.${box.last_error}`)}`,
                },
              ]
            : []),
        ]}
      />
      {failing && mayManage && (
        <Form action="/desk/mailbox/now">
          <Button variant="secondary" icon="refresh-cw">
            {t('reporting.mail.page.now')}
          </Button>
        </Form>
      )}
    </>
  );
}

function Counts({ counts }: Pick<MailboxPageProps, 'counts'>) {
  const { t, number } = useI18n();
  return (
    <DefinitionList
      items={STATES.map((state) => {
        const found = counts.find((c) => c.state === state);
        return {
          term: t(`reporting.mail.state.${state}`),
          value: t('reporting.mail.page.countOf', { all: number(found?.all ?? 0), day: number(found?.day ?? 0) }),
        };
      })}
    />
  );
}

function Mails({ mails, mayManage }: Pick<MailboxPageProps, 'mails' | 'mayManage'>) {
  const { t, date } = useI18n();
  const columns: Column<Mail>[] = [
    { key: 'at', rowHeader: true, header: t('reporting.mail.page.at'), cell: (m) => date(m.at, 'day') },
    {
      key: 'state',
      header: t('reporting.mail.page.became'),
      cell: (m) => (
        <Tag tone={m.state === 'refused' && !m.seen_at ? 'danger' : m.state === 'trying' ? 'wait' : 'neutral'}>
          {t(`reporting.mail.state.${m.state}`)}
        </Tag>
      ),
    },
    {
      key: 'why',
      header: t('reporting.mail.page.why'),
      cell: (m) => (
        <>
          {m.reason && t(`reporting.mail.reason.${m.reason}`)}
          {m.seen_at && <p class="hint">{t('reporting.mail.page.seenAt', { at: date(m.seen_at, 'day') })}</p>}
        </>
      ),
    },
    { key: 'uid', header: t('reporting.mail.page.uid'), cell: (m) => <Ltr>{String(m.uid)}</Ltr> },
    {
      key: 'actions',
      header: t('reporting.mail.page.actions'),
      headerHidden: true,
      cell: (m) =>
        mayManage && m.state === 'refused' ? (
          <div class="flex flex-wrap gap-2">
            {!m.seen_at && (
              <Form action={`/desk/mailbox/${m.id}/seen`}>
                <Button small variant="secondary">
                  {t('reporting.mail.page.seen')}
                </Button>
              </Form>
            )}
            <Form action={`/desk/mailbox/${m.id}/again`}>
              <Button small variant="secondary">
                {t('reporting.mail.page.again')}
              </Button>
            </Form>
          </div>
        ) : null,
    },
  ];
  return (
    <DataTable
      caption={t('reporting.mail.page.mails')}
      captionHidden
      columns={columns}
      rows={mails}
      rowKey={(m) => m.id}
      empty={<EmptyState icon="mail-check" title={t('reporting.mail.page.none')} />}
    />
  );
}
