import { useI18n } from '../../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  Card,
  CsrfField,
  DeskColumns,
  Details,
  ErrorSummary,
  Link,
} from '../../../../platform/ui/index.ts';
import { AssessForm, type AssessFormProps, useAssessmentErrors } from '../../pages/assess-form.tsx';
import { Facts, type ItemFacts } from '../../pages/item-panel.tsx';
import { LookSection } from '../../pages/rendering.tsx';
import { ItemName, PriorityTag } from '../../pages/words.tsx';
import type { Display } from '../../wellbeing/rule.ts';
import { AssessmentFacts, type ShownAssessment } from './assessment-facts.tsx';

export interface LookPageProps {
  id: string;
  /** False once somebody took this look. */
  waits: boolean;
  facts: ItemFacts;
  lookAvailable: boolean;
  display: Display;
  /** The first judgement; undefined where the second person decides without seeing it. */
  first: { shown: ShownAssessment; by: string; at: Date; sameContent: boolean } | undefined;
  form: Omit<AssessFormProps, 'action' | 'submit'>;
  error: string | undefined;
}

function Panel(props: LookPageProps) {
  const { t } = useI18n();
  const action = `/desk/verify/${props.id}`;
  if (!props.waits) return <p class="hint">{t('casework.verify.over')}</p>;
  const form = <AssessForm action={action} submit={t('casework.verify.save')} {...props.form} />;
  if (!props.first)
    return (
      <>
        <p>{t('casework.verify.blindIntro')}</p>
        {form}
      </>
    );
  return (
    <>
      <form method="post" action={action}>
        <CsrfField />
        <input type="hidden" name="agree" value="yes" />
        <Button icon="check">{t('casework.verify.agree')}</Button>
      </form>
      <Details summary={t('casework.verify.differ')} open={Object.keys(props.form.errors).length > 0}>
        {form}
      </Details>
    </>
  );
}

/** The second look at one item: what it is beside what the second person says of it. */
export function LookPage(props: LookPageProps) {
  const { t } = useI18n();
  const { facts, first } = props;
  const { item } = facts;
  const summary = useAssessmentErrors(props.form);
  return (
    <DeskColumns
      panelLabel={t('casework.verify.own')}
      panel={
        <>
          <h2 id="assess">{t('casework.verify.own')}</h2>
          <Panel {...props} />
        </>
      }
    >
      <p>
        <Link href="/desk/verify">{t('casework.verify.back')}</Link>
      </p>
      <h1 class="[overflow-wrap:anywhere]">
        <ItemName item={item} platform={facts.platform} />
      </h1>
      <p class="flex flex-wrap gap-2">
        <PriorityTag urgency={item.urgency} />
      </p>
      {props.waits && (
        <Button href="#assess" variant="secondary" small class="lg:hidden">
          {t('casework.verify.own')}
        </Button>
      )}
      {props.error && <Callout tone="danger" title={props.error} live />}
      <ErrorSummary errors={summary} />
      {first && (
        <Card title={t('casework.verify.first')} icon="gavel">
          {first.sameContent && <p>{t('casework.verify.sameContent')}</p>}
          <AssessmentFacts shown={first.shown} by={first.by} at={first.at} />
        </Card>
      )}
      <Card title={t('casework.item.facts')} icon="file-text">
        <Facts facts={facts} />
        <p>
          <Link href={`/desk/items/${item.id}`}>{t('casework.item.open')}</Link>
        </p>
      </Card>
      {item.kind === 'url' && !first?.sameContent && (
        <LookSection itemId={item.id} available={props.lookAvailable} display={props.display} url={item.url} />
      )}
    </DeskColumns>
  );
}
