import { useI18n } from '../../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Field, Form, Link, OptionGroup } from '../../../../platform/ui/index.ts';
import { Facts, type ItemFacts } from '../../pages/item-panel.tsx';
import { ItemName, PriorityTag } from '../../pages/words.tsx';
import { MAX_NOTE } from '../answers.ts';
import { AssessmentFacts, type ShownAssessment } from './assessment-facts.tsx';

interface Side {
  shown: ShownAssessment;
  by: string;
  at: Date;
}

/** Two judgements side by side, and the choice between them. The content itself is not shown again. */
export function DecidePage(props: {
  id: string;
  waits: boolean;
  facts: ItemFacts;
  /** The first one counts already: it was drawn for a second look afterwards. */
  inForce: boolean;
  first: Side;
  second: Side | undefined;
  error: string | undefined;
}) {
  const { t } = useI18n();
  const { facts, first, second } = props;
  const side = (which: 'first' | 'second', s: Side) => (
    <Card title={t(`casework.disagreements.${which}`)} icon="gavel">
      <AssessmentFacts {...s} />
    </Card>
  );
  return (
    <>
      <p>
        <Link href="/desk/disagreements">{t('casework.disagreements.back')}</Link>
      </p>
      <h1 class="[overflow-wrap:anywhere]">
        <ItemName item={facts.item} platform={facts.platform} />
      </h1>
      <p class="flex flex-wrap gap-2">
        <PriorityTag urgency={facts.item.urgency} />
      </p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.inForce && <p class="hint">{t('casework.disagreements.inForce')}</p>}
      <div class="grid gap-4 md:grid-cols-2">
        {side('first', first)}
        {second && side('second', second)}
      </div>
      <Card title={t('casework.item.facts')} icon="file-text">
        <Facts facts={facts} />
      </Card>
      {props.waits ? (
        <Form action={`/desk/disagreements/${props.id}`}>
          <OptionGroup
            name="pick"
            legend={t('casework.disagreements.which')}
            value=""
            required
            options={(['first', 'second'] as const).map((which) => ({
              value: which,
              icon: 'gavel',
              title: t(`casework.disagreements.${which}`),
              hint: which === 'first' ? first.shown.outcome : (second?.shown.outcome ?? ''),
            }))}
          />
          <Field
            name="why"
            type="textarea"
            rows={3}
            label={t('casework.disagreements.why')}
            hint={t('casework.disagreements.whyHint')}
            maxLength={MAX_NOTE}
            optional
          />
          <Actions>
            <Button>{t('casework.disagreements.save')}</Button>
          </Actions>
        </Form>
      ) : (
        <p class="hint">{t('casework.verify.over')}</p>
      )}
    </>
  );
}
