import { examineBoard } from '../../../../packages/rpz/index.ts';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  DataTable,
  Details,
  EmptyState,
  FigureCard,
  FigureRow,
  Link,
  Tag,
} from '../../../platform/ui/index.ts';
import type { TargetKind } from '../entry/target.ts';
import { type AccessGap, gapsOf } from '../partners/partner.ts';
import type { KeyView } from '../partners/partners.ts';
import type { PartnerRow } from '../schema.ts';
import type { RebaseRequest } from '../zones/rebase.ts';
import { boardRow, type ReportRow, type ZoneReport } from '../zones/report.ts';
import { RebaseState } from './rebase-page.tsx';
import { Target } from './tags.tsx';
import { FindingText, NotifyAnswer, ZoneName } from './zone-tags.tsx';

/** Nothing was heard of the role for so long, in milliseconds: it does not run. */
export const SILENT_MS = 90_000;
const DAY = 86_400_000;
/** So many days before the end of a certificate somebody is told. */
const SOON_DAYS = 14;

export interface ZonesPageProps {
  now: Date;
  seenAt: Date | undefined;
  report: ZoneReport | undefined;
  partners: readonly PartnerRow[];
  keys: readonly KeyView[];
  /** Serial of the feed log. */
  serial: number;
  /** Entries in force that no zone can say, by kind. */
  elsewhere: readonly { kind: TargetKind; entries: number }[];
  may: { manage: boolean; names: boolean; rebase?: boolean };
  /** The large zones; the desk's only. */
  rebase?: { request: RebaseRequest; at: string };
  /** Where a partner's own page lies; the desk's unless told. */
  open?: string;
}

/** Who is how far: zones, servers, and what is wrong, in plain words. */
export function ZonesPage(props: ZonesPageProps) {
  const { t, number } = useI18n();
  const { report, now } = props;
  const refused = report?.standing.flatMap((s) => s.refused) ?? [];
  return (
    <>
      <h1>{t('blocking.zones.title')}</h1>
      <p class="hint">{t('blocking.zones.lead')}</p>
      <RoleState {...props} />
      {props.may.manage && (
        <div class="actions">
          <Button href="/desk/zones/partners/new" variant="secondary" icon="plus">
            {t('blocking.zones.add')}
          </Button>
        </div>
      )}
      {report && (
        <FigureRow>
          {report.zones
            .filter((z) => z.tier === 'base' || z.rules > 1)
            .map((z) => (
              <FigureCard
                key={z.origin}
                // The name for tests is no name of the list.
                value={number(Math.max(0, z.rules - 1))}
                label={`${t(`blocking.zones.tier-${z.tier}`)} · ${t(`blocking.basis.${z.basis}`)}`}
              />
            ))}
        </FigureRow>
      )}
      <section class="desk-list">
        <h2>{t('blocking.zones.partners')}</h2>
        <DataTable
          caption={t('blocking.zones.partners')}
          captionHidden
          rows={props.partners}
          rowKey={(p) => p.id}
          empty={
            <EmptyState icon="network" title={t('blocking.zones.nobody')} level={3}>
              <p>{t('blocking.zones.nobodyNext')}</p>
            </EmptyState>
          }
          columns={[
            { key: 'name', header: t('blocking.zones.partner'), rowHeader: true, cell: (p) => <bdi>{p.name}</bdi> },
            {
              key: 'bases',
              header: t('blocking.zones.bases'),
              cell: (p) => p.bases.map((b) => t(`blocking.basis.${b}`)).join(' · '),
            },
            { key: 'state', header: t('blocking.list.state'), cell: (p) => <PartnerState {...props} partner={p} /> },
            { key: 'keys', header: t('blocking.zones.keyAge'), cell: (p) => <KeyAge {...props} partner={p} /> },
            {
              key: 'open',
              header: t('blocking.list.open'),
              headerHidden: true,
              cell: (p) =>
                (props.may.manage || props.open) && (
                  <Link href={`${props.open ?? '/desk/zones/partners'}/${p.id}`}>{t('blocking.list.open')}</Link>
                ),
            },
          ]}
        />
      </section>
      {props.rebase && (
        <RebaseState
          report={report}
          {...props.rebase}
          alive={props.seenAt !== undefined && now.getTime() - props.seenAt.getTime() <= SILENT_MS}
          may={props.may.rebase ?? false}
        />
      )}
      <ServerTable rows={report?.rows ?? []} names={new Map(props.partners.map((p) => [p.id, p.name]))} now={now} />
      {(props.elsewhere.length > 0 || refused.length > 0) && (
        <section class="desk-list">
          <h2>{t('blocking.zones.elsewhere')}</h2>
          <p class="hint">{t('blocking.zones.elsewhereText')}</p>
          <ul>
            {props.elsewhere.map(({ kind, entries }) => (
              <li key={kind}>
                {t(`blocking.kind.${kind}`)}: {number(entries)}
                {(kind === 'url' || kind === 'hash') && <p class="hint">{t(`blocking.zones.elsewhere-${kind}`)}</p>}
              </li>
            ))}
            {refused.length > 0 && <li>{t('blocking.zones.refusedCount', { n: refused.length })}</li>}
          </ul>
          {props.may.names && refused.length > 0 && (
            <Details summary={t('blocking.zones.refusedNames')}>
              <ul>
                {refused.slice(0, 200).map(({ name, fault }) => (
                  <li key={name}>
                    <Target target={name} /> {t(`blocking.zones.fault.${fault}`)}
                  </li>
                ))}
              </ul>
            </Details>
          )}
        </section>
      )}
    </>
  );
}

function RoleState({ report, seenAt, now, serial }: ZonesPageProps) {
  const { t, date, number } = useI18n();
  if (!report || !seenAt)
    return (
      <Callout tone="warn" title={t('blocking.zones.neverSeen')}>
        <p>{t('blocking.zones.neverSeenText')}</p>
      </Callout>
    );
  if (now.getTime() - seenAt.getTime() > SILENT_MS)
    return (
      <Callout tone="danger" title={t('blocking.zones.silent', { at: date(seenAt) })}>
        <p>{t('blocking.zones.silentText')}</p>
      </Callout>
    );
  if (!report.endpoint)
    return (
      <Callout tone="danger" title={t('blocking.zones.noPort')}>
        <p>{t('blocking.zones.noPortText')}</p>
      </Callout>
    );
  if (report.feed < serial)
    return (
      <Callout tone="warn" title={t('blocking.zones.following', { at: number(report.feed), of: number(serial) })} />
    );
  const { certificateUntil } = report.endpoint;
  const until = certificateUntil ? new Date(certificateUntil) : undefined;
  return (
    <>
      <Callout tone="done" title={t('blocking.zones.current', { serial: number(serial) })} />
      {until && until.getTime() - now.getTime() < SOON_DAYS * DAY && (
        <Callout tone="warn" title={t('blocking.zones.certificateSoon', { at: date(until) })}>
          <p>{t('blocking.zones.certificateSoonText')}</p>
        </Callout>
      )}
    </>
  );
}

function PartnerState(props: {
  partner: PartnerRow;
  keys: readonly KeyView[];
  report: ZoneReport | undefined;
  now: Date;
}) {
  const { t } = useI18n();
  const { partner, now } = props;
  const live = props.keys.filter((k) => k.partner === partner.id && k.state !== 'retired');
  const gaps = gapsOf(partner, live.length, now);
  const fault = props.report?.faults.find((f) => f.partner === partner.id);
  const found = (props.report?.rows ?? [])
    .filter((r) => r.secondary === partner.id)
    .flatMap((r) => examineBoard(boardRow(r, now.getTime()), now.getTime()));
  if (fault) return <Tag tone="danger">{t('blocking.zones.faulty')}</Tag>;
  if (gaps.length > 0) return <Gaps gaps={gaps} />;
  if (found.some((f) => f.severity === 'wrong')) return <Tag tone="danger">{t('blocking.zones.late')}</Tag>;
  if (found.length > 0) return <Tag tone="wait">{t('blocking.zones.mostly')}</Tag>;
  return (
    <Tag tone="done" icon="check">
      {t('blocking.zones.good')}
    </Tag>
  );
}

/** Why a partner gets nothing, or not all. */
export function Gaps(props: { gaps: readonly AccessGap[] }) {
  const { t } = useI18n();
  return (
    <>
      {props.gaps.map((gap) => (
        <Tag key={gap} tone={gap === 'ended' ? 'neutral' : 'wait'}>
          {t(`blocking.zones.gap.${gap}`)}
        </Tag>
      ))}
    </>
  );
}

function KeyAge(props: { partner: PartnerRow; keys: readonly KeyView[]; now: Date }) {
  const { t } = useI18n();
  const live = props.keys.filter((k) => k.partner === props.partner.id && k.state !== 'retired');
  const oldest = live.at(-1);
  if (!oldest) return <>{t('blocking.zones.noKey')}</>;
  const days = Math.floor((props.now.getTime() - oldest.created_at.getTime()) / DAY);
  return <>{t('blocking.zones.keyDays', { keys: live.length, days })}</>;
}

/** Each server and zone: how far it is and what the doctor says. */
export function ServerTable(props: { rows: readonly ReportRow[]; names: ReadonlyMap<string, string>; now: Date }) {
  const { t, date } = useI18n();
  const at = props.now.getTime();
  return (
    <section class="desk-list">
      <h2>{t('blocking.zones.servers')}</h2>
      <DataTable
        caption={t('blocking.zones.servers')}
        captionHidden
        rows={props.rows}
        rowKey={(r) => `${r.secondary} ${r.zone}`}
        empty={
          <EmptyState icon="server" title={t('blocking.zones.noServers')} level={3}>
            <p>{t('blocking.zones.noServersNext')}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'partner',
            header: t('blocking.zones.partner'),
            rowHeader: true,
            cell: (r) => <bdi>{props.names.get(r.secondary) ?? '–'}</bdi>,
          },
          { key: 'zone', header: t('blocking.zones.zone'), cell: (r) => <ZoneName zone={r.zone} /> },
          {
            key: 'serial',
            header: t('blocking.zones.serial'),
            cell: (r) =>
              r.has === undefined
                ? t('blocking.zones.unknown', { of: String(r.serial) })
                : r.has === r.serial
                  ? t('blocking.zones.upToDate', { serial: String(r.serial) })
                  : t('blocking.zones.behind', { has: String(r.has), of: String(r.serial) }),
          },
          {
            key: 'lag',
            header: t('blocking.zones.lag'),
            cell: (r) => {
              if (r.lateSince === undefined) return r.has === undefined ? '–' : t('blocking.zones.lag-none');
              return t('blocking.zones.lag-since', { at: date(new Date(r.lateSince)) });
            },
          },
          { key: 'notify', header: t('blocking.zones.notify'), cell: (r) => <NotifyAnswer notify={r.notify} /> },
          {
            key: 'findings',
            header: t('blocking.zones.findings'),
            cell: (r) => {
              const found = examineBoard(boardRow(r, at), at);
              if (found.length === 0) return t('blocking.zones.nothing');
              return (
                <ul class="plain">
                  {found.map((f) => (
                    <li key={f.code}>
                      {/* The zone stands in the row. */}
                      <FindingText finding={f.about === r.zone ? { code: f.code, severity: f.severity } : f} />
                    </li>
                  ))}
                </ul>
              );
            },
          },
        ]}
      />
    </section>
  );
}
