import { useI18n } from '../../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Breadcrumb,
  Button,
  Callout,
  CsrfField,
  DataTable,
  DefinitionList,
  Details,
  FileField,
  Form,
  Ltr,
  Tag,
  type TagTone,
} from '../../../../platform/ui/index.ts';
import { CATEGORY_NAMES } from '../../profile/rules.ts';
import type { VersionRow } from '../schema.ts';
import { SKIP_REASONS } from '../source.ts';
import type { ListWithVersions } from '../store.ts';
import type { VersionState } from '../version.ts';
import { StandingTag } from './lists-page.tsx';

const TONE: Record<VersionState, TagTone> = {
  waiting: 'wait',
  active: 'done',
  superseded: 'neutral',
  refused: 'neutral',
};
const PROTECTED_SHOWN = 40;

/** What a version brought, and what of it was left out and why. */
function Counts(props: { version: VersionRow }) {
  const { t, number } = useI18n();
  const { version } = props;
  const kinds = CATEGORY_NAMES.filter((c) => (version.by_category[c] ?? 0) > 0);
  const reasons = SKIP_REASONS.filter((r) => (version.skipped[r] ?? 0) > 0);
  return (
    <>
      <DefinitionList
        compact
        items={[
          ...kinds.map((c) => ({
            term: t(`safe-access.lists.category.${c}`),
            value: number(version.by_category[c] ?? 0),
          })),
          ...reasons.map((r) => ({
            term: t('safe-access.lists.leftOut', { why: t(`safe-access.lists.skip.${r}`) }),
            value: number(version.skipped[r] ?? 0),
          })),
        ]}
      />
      {version.protected.length > 0 && (
        <Details summary={t('safe-access.lists.protected')}>
          <p class="hint">{t('safe-access.lists.protectedHint')}</p>
          <ul>
            {version.protected.slice(0, PROTECTED_SHOWN).map((p) => (
              <li key={p.name}>
                <Ltr>{p.name}</Ltr>
              </li>
            ))}
          </ul>
        </Details>
      )}
    </>
  );
}

/** A version that differs so much from the one in use that somebody decides. */
function Waiting(props: { list: ListWithVersions; waiting: VersionRow; mayManage: boolean }) {
  const { t, number, date } = useI18n();
  const { list, waiting } = props;
  const at = `/desk/lists/${list.id}/versions/${waiting.id}`;
  return (
    <Callout tone="warn" title={t('safe-access.lists.waiting.title')}>
      <p>
        {t('safe-access.lists.waiting.what', {
          before: number(list.active?.taken ?? 0),
          now: number(waiting.taken),
          at: date(waiting.fetched_at, 'day'),
        })}
      </p>
      <p>{t('safe-access.lists.waiting.meanwhile')}</p>
      <Counts version={waiting} />
      {props.mayManage && (
        <Actions>
          <Form action={`${at}/accept`} class="inline">
            <Button>{t('safe-access.lists.waiting.accept')}</Button>
          </Form>
          <Form action={`${at}/refuse`} class="inline">
            <Button variant="secondary">{t('safe-access.lists.waiting.refuse')}</Button>
          </Form>
        </Actions>
      )}
    </Callout>
  );
}

export function OneListPage(props: {
  list: ListWithVersions;
  versions: readonly VersionRow[];
  names: ReadonlyMap<string, string>;
  mayManage: boolean;
  error?: string | undefined;
  asked: boolean;
}) {
  const { t, date, number } = useI18n();
  const { list, mayManage } = props;
  const at = `/desk/lists/${list.id}`;
  const who = (by: string) =>
    by.startsWith('account:') ? (props.names.get(by.slice(8)) ?? '–') : t('safe-access.lists.machine');
  return (
    <>
      <Breadcrumb items={[{ label: t('safe-access.lists.title'), href: '/desk/lists' }, { label: list.title }]} />
      <h1>
        <Bdi>{list.title}</Bdi>
      </h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.asked && <Callout tone="help" title={t('safe-access.lists.asked')} live />}
      {list.fault && (
        <Callout tone="danger" title={t(`safe-access.lists.fault.${list.fault}`)}>
          <p>{t(list.active ? 'safe-access.lists.faultKept' : 'safe-access.lists.faultNone')}</p>
          {list.fault_detail && (
            <p class="hint">
              <Ltr>{list.fault_detail}</Ltr>
            </p>
          )}
        </Callout>
      )}
      {list.waiting && <Waiting list={list} waiting={list.waiting} mayManage={mayManage} />}
      <DefinitionList
        items={[
          { term: t('safe-access.lists.field.state'), value: <StandingTag list={list} /> },
          {
            term: t('safe-access.lists.field.address'),
            value: list.address ? (
              <Ltr>
                <span class="break-all">{list.address}</span>
              </Ltr>
            ) : (
              t('safe-access.lists.origin.upload')
            ),
          },
          { term: t('safe-access.lists.field.format'), value: t(`safe-access.lists.format.${list.format}`) },
          { term: t('safe-access.lists.field.licence'), value: <Bdi>{list.licence}</Bdi> },
          { term: t('safe-access.lists.field.attribution'), value: <Bdi>{list.attribution || '–'}</Bdi> },
          {
            term: t('safe-access.lists.field.looked'),
            value: list.looked_at ? date(list.looked_at) : '–',
          },
          { term: t('safe-access.lists.field.due'), value: list.due_at ? date(list.due_at) : '–' },
        ]}
      />
      {mayManage && (
        <>
          <Actions>
            {list.origin !== 'upload' && (
              <Form action={`${at}/import`} class="inline">
                <Button icon="refresh-cw">{t('safe-access.lists.import')}</Button>
              </Form>
            )}
            <Form action={`${at}/${list.enabled ? 'disable' : 'enable'}`} class="inline">
              <Button variant="secondary">
                {t(list.enabled ? 'safe-access.lists.disable' : 'safe-access.lists.enable')}
              </Button>
            </Form>
          </Actions>
          <Details summary={t('safe-access.lists.upload.title')} open={list.origin === 'upload' && !list.active}>
            <form method="post" action={`${at}/upload`} enctype="multipart/form-data" class="form">
              <CsrfField />
              <FileField
                name="file"
                label={t('safe-access.lists.upload.file')}
                hint={t('safe-access.lists.upload.hint', { format: t(`safe-access.lists.format.${list.format}`) })}
                required
              />
              <Actions>
                <Button>{t('safe-access.lists.upload.do')}</Button>
              </Actions>
            </form>
          </Details>
        </>
      )}
      {list.active && (
        <section class="desk-list">
          <h2>{t('safe-access.lists.inUseNow')}</h2>
          <Counts version={list.active} />
        </section>
      )}
      <section class="desk-list">
        <h2>{t('safe-access.lists.versions')}</h2>
        <DataTable
          caption={t('safe-access.lists.versions')}
          captionHidden
          rows={props.versions}
          rowKey={(v) => v.id}
          empty={<p>{t('safe-access.lists.noVersions')}</p>}
          columns={[
            {
              key: 'number',
              header: t('safe-access.lists.field.number'),
              rowHeader: true,
              cell: (v) => number(v.number),
            },
            {
              key: 'state',
              header: t('safe-access.lists.field.state'),
              cell: (v) => <Tag tone={TONE[v.state]}>{t(`safe-access.lists.versionState.${v.state}`)}</Tag>,
            },
            { key: 'taken', header: t('safe-access.lists.names'), numeric: true, cell: (v) => number(v.taken) },
            { key: 'at', header: t('safe-access.lists.field.fetched'), cell: (v) => date(v.fetched_at, 'day') },
            {
              key: 'by',
              header: t('safe-access.lists.field.by'),
              cell: (v) => <Bdi>{who(v.decided_by ?? v.brought_by)}</Bdi>,
            },
            {
              key: 'sha',
              header: 'SHA-256',
              cell: (v) => (
                <Ltr>
                  <span class="mono">{v.sha256.toString('hex').slice(0, 16)}…</span>
                </Ltr>
              ),
            },
          ]}
        />
      </section>
    </>
  );
}
