import type { VNode } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  Card,
  CsrfField,
  DeskColumns,
  Details,
  ErrorSummary,
  Link,
  Ltr,
} from '../../../platform/ui/index.ts';
import type { Crowd } from '../assessment/crowd.ts';
import {
  AssessmentFacts,
  CrowdNote,
  HashForm,
  type ShownAssessment,
  StandingTag,
} from '../assessment/pages/assessment-facts.tsx';
import { itemEventPossible } from '../index.ts';
import type { Display } from '../wellbeing/rule.ts';
import { AssessForm, type AssessFormProps, useAssessmentErrors } from './assess-form.tsx';
import { DutiesCard, type DutiesProps } from './duties.tsx';
import { type DangerNotice, DangerSection } from './item-danger.tsx';
import { Facts, type ItemFacts, LockForm, PassForm, type Rights } from './item-panel.tsx';
import { ItemReports, type ItemReportsProps } from './item-reports.tsx';
import { LookSection } from './rendering.tsx';
import { ItemName, isDanger, PriorityTag, StateTag } from './words.tsx';

/** What just happened, said once on the page after the form. */
export const DONE = [
  'locked',
  'unlocked',
  'assessed',
  'proposed',
  'hash-noted',
  'hash-decided',
  'hash-proposed',
  'replied',
  'prioritised',
  'tree',
] as const;
export type Done = (typeof DONE)[number];

export interface AssessmentView {
  id: string;
  by: string;
  at: Date;
  standing: 'verified' | 'in-force' | 'proposed' | 'disagreed' | 'not-in-force';
  /** undefined: this reader may be the second person, and decides before seeing it. */
  shown: ShownAssessment | undefined;
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
  display: Display;
  duties: DutiesProps;
  assessments: readonly AssessmentView[];
  assess: Omit<AssessFormProps, 'action' | 'submit'> | undefined;
  reports: ItemReportsProps;
  history: readonly HistoryLine[];
  crowd: Crowd | undefined;
  /** Somebody else is to judge first; `href` leads there if it may be this person. */
  waitsFor: { what: 'proposed' | 'disagreed'; href: string | undefined } | undefined;
  auditHref: string | undefined;
  takedown: VNode | undefined;
  /** Its priority, and what it belongs to. */
  sections: VNode;
  blocking: VNode | undefined;
  evidence: VNode | undefined;
  referral: VNode | undefined;
}

const HISTORY_WORDS = [
  'reported',
  'assessed',
  'proposed',
  'verified',
  'disagreed',
  'decided',
  'look-withdrawn',
  'same-content',
  'hash-noted',
  'expired',
  'notice-sent',
  'judge-again',
  'gone',
  'back',
  'locked',
  'unlocked',
  'looked',
  'looks-allowed',
  'gone-confirmed',
  'still-there',
  'not-back',
  'look-again',
  'reporter-asked',
  'reporter-answered',
  'moved',
  'priority-set',
  'tree-added',
  'tree-placed',
  'tree-removed',
  'tree-applied',
  'referred',
  'referral-answered',
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
  const one = (a: AssessmentView) =>
    a.shown ? (
      <>
        <p>
          <StandingTag standing={a.standing} />
        </p>
        <AssessmentFacts shown={a.shown} by={a.by} at={a.at} />
      </>
    ) : (
      <p class="hint">{t('casework.verify.hidden')}</p>
    );
  const [latest, ...earlier] = props.assessments;
  if (!latest) return null;
  return (
    <Card title={t('casework.assess.latest')} icon="gavel">
      {one(latest)}
      {earlier.map((a) => (
        <Details key={a.id} summary={t('casework.assess.earlier', { at: tr.date(a.at, 'date') })}>
          {one(a)}
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
  if (props.waitsFor)
    return (
      <>
        <p class="hint">{t(`casework.assess.waits.${props.waitsFor.what}`)}</p>
        {props.waitsFor.href && (
          <Button href={props.waitsFor.href}>{t(`casework.assess.goThere.${props.waitsFor.what}`)}</Button>
        )}
      </>
    );
  if (!possible || !props.assess) return <p class="hint">{t('casework.assess.gone')}</p>;
  const form = (
    <>
      <AssessForm action={`/desk/items/${item.id}/assess`} submit={t('casework.assess.save')} {...props.assess} />
      <HashForm itemId={item.id} />
    </>
  );
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
  const summary = useAssessmentErrors(assess);
  return (
    <DeskColumns
      panelLabel={t('casework.assess.title')}
      panel={
        <>
          <h2 id="assess">{t('casework.assess.title')}</h2>
          <LockForm facts={facts} may={props.rights.lock} to={`/desk/items/${item.id}`} />
          {props.rights.lock && <PassForm itemId={item.id} />}
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
      {props.crowd && <CrowdNote crowd={props.crowd} />}
      {isDanger(item) && <DangerSection itemId={item.id} {...props.danger} />}
      <Card title={t('casework.item.facts')} icon="file-text">
        <Facts facts={facts} />
      </Card>
      {props.sections}
      {item.kind === 'url' && props.rights.look && (
        <LookSection itemId={item.id} available={props.lookAvailable} display={props.display} url={item.url} />
      )}
      {item.kind === 'account' && (
        <AccountCard itemId={item.id} name={props.accountName} may={props.reports.rights.read} />
      )}
      <Assessments assessments={props.assessments} />
      {props.referral}
      {props.takedown}
      {props.blocking}
      {props.evidence}
      <DutiesCard {...props.duties} />
      <ItemReports {...props.reports} />
      <History lines={props.history} auditHref={props.auditHref} />
    </DeskColumns>
  );
}
