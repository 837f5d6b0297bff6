import { useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, Button, Card, Details, Field, Form } from '../../../platform/ui/index.ts';
import { type CaseView, MAX_TITLE } from './cases.ts';

export interface CaseCardProps {
  itemId: string;
  of: readonly CaseView[];
  /** Cases that the item could be put into. */
  open: readonly CaseView[];
  may: boolean;
}

/** The cases that an item belongs to; it can be put into another, or begin one. */
export function CaseCard(props: CaseCardProps) {
  const { t } = useI18n();
  const others = props.open.filter((c) => !props.of.some((o) => o.id === c.id));
  return (
    <Card title={t('casework.cases.belongs')} icon="folder" id="cases">
      {props.of.length === 0 && <p class="hint">{t('casework.cases.noneOf')}</p>}
      <ul class="grid gap-1">
        {props.of.map((c) => (
          <li key={c.id}>
            <a class="link" href={`/desk/cases/${c.id}`}>
              <Bdi>{c.title || t('casework.cases.untitled')}</Bdi>
            </a>
          </li>
        ))}
      </ul>
      {props.may && (
        <Details summary={t('casework.cases.put')}>
          {others.length > 0 && (
            <Form action={`/desk/items/${props.itemId}/case`}>
              <Field
                name="case"
                id="f-case"
                type="select"
                label={t('casework.cases.which')}
                options={others.map((c) => ({ value: c.id, label: c.title || t('casework.cases.untitled') }))}
              />
              <Button variant="secondary">{t('casework.cases.putHere')}</Button>
            </Form>
          )}
          <Form action={`/desk/items/${props.itemId}/case`}>
            <Field name="title" id="f-case-title" label={t('casework.cases.titleOfNew')} maxLength={MAX_TITLE} />
            <Button variant="secondary">{t('casework.cases.begin')}</Button>
          </Form>
        </Details>
      )}
    </Card>
  );
}
