import type { VNode } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DefinitionList,
  DeskColumns,
  Details,
  ErrorSummary,
  Link,
  Ltr,
} from '../../../platform/ui/index.ts';
import type { AgeBand } from '../../reporting/index.ts';
import { itemEventPossible } from '../index.ts';
import type { Outcome, Severity, Sex } from '../schema.ts';
import { AssessForm, type AssessFormProps, useAssessmentLabels, useSummary } from './assess-form.tsx';
import { type DangerNotice, DangerSection } from './item-danger.tsx';
import { Facts, type ItemFacts, LockForm, type Rights } from './item-panel.tsx';
import { ItemReports, type ItemReportsProps } from './item-reports.tsx';
import { LookSection } from './rendering.tsx';
import { ItemName, isDanger, PriorityTag, StateTag } from './words.tsx';

/** What just happened, said once on the page after the form. */
export const DONE = ['locked', 'unlocked', 'assessed', 'replied', 'prioritised', 'tree'] as const;
export type Done = (typeof DONE)[number];

export interface AssessmentView {
  id: string;
  outcome: Outcome;
  category: string;
  severity: Severity;
  ageBand: AgeBand;
  sex: Sex;
  articles: string[];
  note: string;
  by: string;
  at: Date;
}

export interface HistoryLine {
  id: string;
  at: Date;
  by: string;
  what: string;
}

export interface ItemPageProps {
  facts: ItemFacts;
  rights: Rights;
  done: Done | undefined;
  error: string | undefined;
  danger: { lines: Parameters<typeof DangerSection>[0]['lines']; notices: DangerNotice[]; mayTake: boolean };
  /** The account's name, in the answer to the POST that opened it; 'gone' when its report was purged. */
  accountName: string | 'gone' | undefined;
  lookAvailable: boolean;
  assessments: readonly AssessmentView[];
  assess: Omit<AssessFormProps, 'itemId'> | undefined;
  reports: ItemReportsProps;
  history: readonly HistoryLine[];
  auditHref: string | undefined;
  takedown: VNode | undefined;
  /** Its priority, and what it belongs to. */
  sections: VNode;
}

const HISTORY_WORDS = [
  'reported',
  'assessed',
  'notice-sent',
  'gone',
  'back',
  'locked',
  'unlocked',
  'looked',
  'priority-set',
  'tree-added',
  'tree-placed',
  'tree-removed',
  'tree-applied',
] as const;

function What(props: { what: string }) {
  const { t } = useI18n();
  const known = HISTORY_WORDS.find((w) => w === props.what);
  // Modules downstream write here too; what the desk has no words for is shown as it is, never left out.
  return known ? <span>{t(`casework.history.${known}`)}</span> : <Ltr>{props.what}</Ltr>;
}

function Assessments(props: { assessments: readonly AssessmentView[] }) {
  const tr = useI18n();
  const { t } = tr;
  const facts = (a: AssessmentView) => (
    <DefinitionList
      compact
      items={[
        { term: t('casework.assess.outcome'), value: t(`casework.outcome.${a.outcome}.title`) },
        { term: t('casework.field.category'), value: a.category },
        { term: t('casework.assess.severity'), value: t(`casework.severity.${a.severity}`) },
        { term: t('casework.assess.ageBand'), value: t(`casework.ageBand.${a.ageBand}`) },
        { term: t('casework.assess.sex'), value: t(`casework.sex.${a.sex}`) },
        ...(a.articles.length > 0 ? [{ term: t('casework.assess.articles'), value: a.articles.join(' · ') }] : []),
        ...(a.note
          ? [
              {
                term: t('casework.assess.note'),
                value: (
                  <span class="whitespace-pre-wrap" dir="auto">
                    {a.note}
                  </span>
                ),
              },
            ]
          : []),
        { term: t('casework.assess.by'), value: <Bdi>{a.by}</Bdi> },
        { term: t('casework.assess.at'), value: tr.date(a.at) },
      ]}
    />
  );
  const [latest, ...earlier] = props.assessments;
  if (!latest) return null;
  return (
    <Card title={t('casework.assess.latest')} icon="gavel">
      {facts(latest)}
      {earlier.map((a) => (
        <Details key={a.id} summary={t('casework.assess.earlier', { at: tr.date(a.at, 'date') })}>
          {facts(a)}
        </Details>
      ))}
    </Card>
  );
}

function AssessPanel(props: ItemPageProps) {
  const { t } = useI18n();
  const { item } = props.facts;
  const possible = itemEventPossible(item.state, { type: 'assessed', outcome: 'harmful' });
  if (!props.rights.assess) return <p class="hint">{t('casework.assess.notYours')}</p>;
  if (!possible || !props.assess) return <p class="hint">{t('casework.assess.gone')}</p>;
  const form = <AssessForm itemId={item.id} {...props.assess} />;
  const failed = Object.keys(props.assess.errors).length > 0;
  return props.assessments.length === 0 ? (
    form
  ) : (
    <Details summary={t('casework.assess.again')} open={failed}>
      {form}
    </Details>
  );
}

function AccountCard(props: { itemId: string; name: string | undefined; may: boolean }) {
  const { t } = useI18n();
  return (
    <Card title={t('casework.account.title')} icon="at-sign">
      {props.name === undefined ? (
        <>
          <p class="hint">{t('casework.account.sealed')}</p>
          {props.may && (
            <form method="post" action={`/desk/items/${props.itemId}/account`}>
              <CsrfField />
              <Button variant="secondary" small icon="eye">
                {t('casework.account.open')}
              </Button>
            </form>
          )}
        </>
      ) : props.name === 'gone' ? (
        <p class="hint">{t('casework.account.purged')}</p>
      ) : (
        <p>
          <bdi class="mono">{props.name}</bdi>
        </p>
      )}
    </Card>
  );
}

function History(props: { lines: readonly HistoryLine[]; auditHref: string | undefined }) {
  const { t, date } = useI18n();
  return (
    <Details summary={t('casework.history.title')}>
      <ol class="grid gap-2">
        {props.lines.map((line) => (
          <li key={line.id} class="flex flex-wrap gap-x-3">
            <time class="num text-muted" dateTime={line.at.toISOString()}>
              {date(line.at, 'day')}
            </time>
            <What what={line.what} />
            <bdi class="text-muted">{line.by}</bdi>
          </li>
        ))}
      </ol>
      {props.auditHref && <Link href={props.auditHref}>{t('casework.history.audit')}</Link>}
    </Details>
  );
}

/** One item: what it is, who reported it, what was judged and done; the judgement beside it. */
export function ItemPage(props: ItemPageProps) {
  const { t } = useI18n();
  const { facts, assess } = props;
  const { item } = facts;
  const summary = useSummary(assess?.errors ?? {}, useAssessmentLabels());
  return (
    <DeskColumns
      panelLabel={t('casework.assess.title')}
      panel={
        <>
          <h2 id="assess">{t('casework.assess.title')}</h2>
          <LockForm facts={facts} may={props.rights.lock} to={`/desk/items/${item.id}`} />
          <AssessPanel {...props} />
        </>
      }
    >
      <p>
        <Link href="/desk">{t('casework.item.toQueue')}</Link>
      </p>
      <h1 class="[overflow-wrap:anywhere]">
        <ItemName item={item} platform={facts.platform} />
      </h1>
      <p class="flex flex-wrap gap-2">
        <PriorityTag urgency={item.urgency} />
        <StateTag state={item.state} />
      </p>
      {assess && (
        <Button href="#assess" variant="secondary" small class="lg:hidden">
          {t('casework.assess.go')}
        </Button>
      )}
      {props.error && <Callout tone="danger" title={props.error} live />}
      <ErrorSummary errors={summary} />
      {props.done && <Callout tone="done" title={t(`casework.done.${props.done}`)} live />}
      {isDanger(item) && <DangerSection itemId={item.id} {...props.danger} />}
      <Card title={t('casework.item.facts')} icon="file-text">
        <Facts facts={facts} />
      </Card>
      {props.sections}
      {item.kind === 'url' && props.rights.look && <LookSection itemId={item.id} available={props.lookAvailable} />}
      {item.kind === 'account' && (
        <AccountCard itemId={item.id} name={props.accountName} may={props.reports.rights.read} />
      )}
      <Assessments assessments={props.assessments} />
      {props.takedown}
      <ItemReports {...props.reports} />
      <History lines={props.history} auditHref={props.auditHref} />
    </DeskColumns>
  );
}
