import { useI18n } from '../../../platform/i18n/index.ts';
import { Breadcrumb, Callout, Card, EmptyState, Link, Ltr } from '../../../platform/ui/index.ts';
import type { OriginRequestRow } from '../schema.ts';
import { OriginDecision } from './origin-card.tsx';

export interface WaitingOrigin {
  request: OriginRequestRow;
  /** Of the reported address. */
  host: string | null;
}

function Waiting(props: { origin: WaitingOrigin; mayDecide: boolean; error: string | undefined }) {
  const { t, date } = useI18n();
  const { request, host } = props.origin;
  return (
    <Card title={host ?? request.proxy} icon="server">
      <p class="hint">
        {t('takedown.origins.by', { proxy: request.proxy })}
        {request.ended_at && <> · {date(request.ended_at)}</>}
      </p>
      {props.mayDecide ? (
        <OriginDecision request={request} host={host} back="/desk/origins" error={props.error} />
      ) : (
        <p>
          <Ltr mono>{[request.said_place, request.said_contact].filter(Boolean).join(' ')}</Ltr>
        </p>
      )}
      <p>
        <Link href={`/desk/notices/${request.notice}`}>{t('takedown.notice.one')}</Link>
      </p>
    </Card>
  );
}

/** `/desk/origins`: who was named as the host behind a proxy, longest waiting first. */
export function OriginsPage(props: {
  origins: readonly WaitingOrigin[];
  mayDecide: boolean;
  refused: { notice: string; error: string } | undefined;
}) {
  const { t } = useI18n();
  const { refused } = props;
  const title = t('takedown.origins.title');
  const shown = props.origins.some((o) => o.request.notice === refused?.notice);
  return (
    <>
      <Breadcrumb items={[{ href: '/desk/notices', label: t('takedown.list.title') }, { label: title }]} />
      <h1>{title}</h1>
      <p class="hint">{t('takedown.origins.intro')}</p>
      {refused && !shown && <Callout tone="danger" title={refused.error} live />}
      <div class="desk-list">
        {props.origins.length === 0 && <EmptyState icon="server" title={t('takedown.origins.none')} />}
        {props.origins.map((origin) => (
          <Waiting
            key={origin.request.notice}
            origin={origin}
            mayDecide={props.mayDecide}
            error={refused?.notice === origin.request.notice ? refused.error : undefined}
          />
        ))}
      </div>
    </>
  );
}
