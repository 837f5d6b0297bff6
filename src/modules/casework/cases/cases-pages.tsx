import type { VNode } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Bdi,
  Button,
  Callout,
  Card,
  type Column,
  CsrfField,
  DataTable,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  PageHead,
  Tag,
} from '../../../platform/ui/index.ts';
import { ItemName, StateTag } from '../pages/words.tsx';
import type { ItemRow } from '../schema.ts';
import { type CaseState, type MemberKind, PERSON_ROLES } from './case.ts';
import { type CaseView, MAX_TITLE, type PersonView } from './cases.ts';
import type { Suggestion } from './similar.ts';

export interface CasesPageProps {
  state: CaseState;
  cases: readonly (CaseView & { size: number })[];
}

const STATE_TONE = { open: 'wait', closed: 'done', merged: 'neutral' } as const;

/** `/desk/cases`: what belongs together. */
export function CasesPage(props: CasesPageProps) {
  const { t, number, date } = useI18n();
  const columns: Column<CasesPageProps['cases'][number]>[] = [
    {
      key: 'title',
      rowHeader: true,
      header: t('casework.cases.name'),
      cell: (c) => (
        <a href={`/desk/cases/${c.id}`}>
          <Bdi>{c.title || t('casework.cases.untitled')}</Bdi>
        </a>
      ),
    },
    { key: 'size', numeric: true, header: t('casework.cases.size'), cell: (c) => number(c.size) },
    { key: 'changed', numeric: true, header: t('casework.cases.changed'), cell: (c) => date(c.changed_at, 'day') },
  ];
  return (
    <>
      <h1>{t('casework.cases.title')}</h1>
      <p>{t('casework.cases.lead')}</p>
      <nav aria-label={t('casework.field.state')}>
        <ul class="flex flex-wrap gap-4">
          {(['open', 'closed', 'merged'] as const).map((s) => (
            <li key={s}>
              <a class="link" href={`/desk/cases?state=${s}`} aria-current={s === props.state ? 'page' : undefined}>
                {t(`casework.cases.state.${s}`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <DataTable
        caption={t('casework.cases.title')}
        captionHidden
        columns={columns}
        rows={props.cases}
        rowKey={(c) => c.id}
        empty={
          <EmptyState icon="folder" title={t('casework.cases.empty')}>
            <p>{t('casework.cases.emptyNext')}</p>
            <Link href="/desk">{t('casework.item.toQueue')}</Link>
          </EmptyState>
        }
      />
    </>
  );
}

export interface CasePageProps {
  view: CaseView;
  into: CaseView | undefined;
  items: readonly ItemRow[];
  reports: readonly string[];
  people: readonly PersonView[];
  suggestions: readonly Suggestion[];
  others: readonly CaseView[];
  history: readonly { id: string; at: Date; by: string; what: string }[];
  platform(item: ItemRow): string;
  may: boolean;
  error: string | undefined;
}

const SPLIT = 'case-split';

function Member(props: CasePageProps & { kind: MemberKind; subject: string; children: VNode }) {
  const { t } = useI18n();
  const edit = props.may && props.view.state === 'open';
  const value = `${props.kind}:${props.subject}`;
  return (
    <li class="flex flex-wrap items-center gap-3">
      {props.children}
      {edit && (
        <>
          <label class="check text-sm">
            <input type="checkbox" form={SPLIT} name="member" value={value} />
            <span>{t('casework.cases.choose')}</span>
          </label>
          <form method="post" action={`/desk/cases/${props.view.id}/remove`}>
            <CsrfField />
            <input type="hidden" name="member" value={value} />
            <Button variant="quiet" small>
              {t('casework.cases.remove')}
            </Button>
          </form>
        </>
      )}
    </li>
  );
}

function Members(props: CasePageProps) {
  const { t } = useI18n();
  return (
    <Card title={t('casework.cases.members')} icon="folder-open">
      <ul class="grid gap-3">
        {props.items.map((item) => (
          <Member key={item.id} {...props} kind="item" subject={item.id}>
            <span class="flex flex-wrap items-center gap-2">
              <a class="link [overflow-wrap:anywhere]" href={`/desk/items/${item.id}`}>
                <ItemName item={item} platform={props.platform(item)} max={60} />
              </a>
              <StateTag state={item.state} />
            </span>
          </Member>
        ))}
        {props.reports.map((id) => (
          <Member key={id} {...props} kind="report" subject={id}>
            <span>
              {t('casework.item.report')} <Ltr>#{id.slice(-6)}</Ltr>
            </span>
          </Member>
        ))}
        {props.people.map((p) => (
          <Member key={p.id} {...props} kind="person" subject={p.id}>
            <span class="flex flex-wrap items-center gap-2">
              <Tag icon="user">{t(`casework.cases.role.${p.role}`)}</Tag>
              <Bdi>{p.label || t('casework.cases.untitled')}</Bdi>
            </span>
          </Member>
        ))}
      </ul>
      {props.items.length + props.reports.length + props.people.length === 0 && (
        <p class="hint">{t('casework.cases.nothing')}</p>
      )}
    </Card>
  );
}

function Suggestions(props: CasePageProps) {
  const { t } = useI18n();
  if (props.suggestions.length === 0) return null;
  return (
    <Card title={t('casework.cases.similar')} icon="search">
      <p class="hint">{t('casework.cases.similarHint')}</p>
      <ul class="grid gap-3">
        {props.suggestions.map((s) => (
          <li key={s.item.id} class="grid gap-1">
            <span class="flex flex-wrap items-center gap-3">
              <a class="link [overflow-wrap:anywhere]" href={`/desk/items/${s.item.id}`}>
                <ItemName item={s.item} platform={props.platform(s.item)} max={60} />
              </a>
              {props.may && props.view.state === 'open' && (
                <form method="post" action={`/desk/cases/${props.view.id}/add`}>
                  <CsrfField />
                  <input type="hidden" name="item" value={s.item.id} />
                  <Button variant="secondary" small>
                    {t('casework.cases.addThis')}
                  </Button>
                </form>
              )}
            </span>
            <span class="text-muted text-sm">{s.reasons.map((r) => t(`casework.cases.why.${r}`)).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Change(props: CasePageProps) {
  const { t } = useI18n();
  const { view } = props;
  const at = `/desk/cases/${view.id}`;
  if (!props.may || view.state === 'merged') return null;
  if (view.state === 'closed')
    return (
      <Form action={`${at}/reopen`}>
        <Button variant="secondary">{t('casework.cases.reopen')}</Button>
      </Form>
    );
  return (
    <>
      <Details summary={t('casework.cases.addPerson')}>
        <Form action={`${at}/person`}>
          <Field
            name="role"
            type="select"
            label={t('casework.cases.roleLabel')}
            options={PERSON_ROLES.map((r) => ({ value: r, label: t(`casework.cases.role.${r}`) }))}
          />
          <Field
            name="label"
            label={t('casework.cases.label')}
            hint={t('casework.cases.labelHint')}
            maxLength={MAX_TITLE}
          />
          <Button variant="secondary">{t('casework.cases.addPerson')}</Button>
        </Form>
      </Details>
      <Details summary={t('casework.cases.split')}>
        <Form action={`${at}/split`} id={SPLIT}>
          <p class="hint">{t('casework.cases.splitHint')}</p>
          <Field name="title" label={t('casework.cases.titleOfNew')} maxLength={MAX_TITLE} />
          <Button variant="secondary">{t('casework.cases.split')}</Button>
        </Form>
      </Details>
      {props.others.length > 0 && (
        <Details summary={t('casework.cases.merge')}>
          <Form action={`${at}/merge`}>
            <p class="hint">{t('casework.cases.mergeHint')}</p>
            <Field
              name="into"
              type="select"
              label={t('casework.cases.which')}
              options={props.others.map((c) => ({ value: c.id, label: c.title || t('casework.cases.untitled') }))}
            />
            <Button variant="secondary">{t('casework.cases.merge')}</Button>
          </Form>
        </Details>
      )}
      <Form action={`${at}/close`}>
        <Button variant="secondary">{t('casework.cases.close')}</Button>
      </Form>
    </>
  );
}

/** `/desk/cases/:id` */
export function CasePage(props: CasePageProps) {
  const { t, date } = useI18n();
  const { view } = props;
  return (
    <>
      <PageHead
        back={{ href: '/desk/cases', text: t('casework.cases.all') }}
        title={<Bdi>{view.title || t('casework.cases.untitled')}</Bdi>}
      />
      <p>
        <Tag tone={STATE_TONE[view.state]}>{t(`casework.cases.state.${view.state}`)}</Tag>
      </p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.into && (
        <p>
          {t('casework.cases.wentInto')}{' '}
          <a class="link" href={`/desk/cases/${props.into.id}`}>
            <Bdi>{props.into.title || t('casework.cases.untitled')}</Bdi>
          </a>
        </p>
      )}
      <Members {...props} />
      <Suggestions {...props} />
      <Change {...props} />
      <Details summary={t('casework.history.title')}>
        <ol class="grid gap-2">
          {props.history.map((h) => (
            <li key={h.id} class="flex flex-wrap gap-x-3">
              <time class="num text-muted" dateTime={h.at.toISOString()}>
                {date(h.at, 'day')}
              </time>
              <span>{t(`casework.cases.event.${h.what}`)}</span>
              <bdi class="text-muted">{h.by}</bdi>
            </li>
          ))}
        </ol>
      </Details>
    </>
  );
}
