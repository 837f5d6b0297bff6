import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Field, Form, PageHead } from '../../../platform/ui/index.ts';

/** One action that takes a mistake, or everything of an account that was taken over, off every feed. */
export function RollbackPage(props: {
  people: readonly { id: string; name: string }[];
  typed: { account: string; hours: string; reason: string };
  error: string | undefined;
  off: number | undefined;
}) {
  const { t } = useI18n();
  const { typed } = props;
  return (
    <>
      <PageHead
        back={{ href: '/desk/blocking', text: t('blocking.list.title') }}
        title={t('blocking.rollback.title')}
      />
      <p>{t('blocking.rollback.lead')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.off !== undefined && <Callout tone="done" title={t('blocking.rollback.done', { n: props.off })} live />}
      <Form action="/desk/blocking/rollback">
        <Field
          name="account"
          type="select"
          width="half"
          label={t('blocking.rollback.account')}
          hint={t('blocking.rollback.accountHint')}
          value={typed.account}
          placeholder={t('blocking.rollback.everybody')}
          options={props.people.map((p) => ({ value: p.id, label: p.name }))}
        />
        <Field
          name="hours"
          type="number"
          width="short"
          min={1}
          label={t('blocking.rollback.hours')}
          hint={t('blocking.rollback.hoursHint')}
          value={typed.hours}
          optional
        />
        <Field
          name="reason"
          type="textarea"
          rows={3}
          label={t('blocking.entry.reason')}
          value={typed.reason}
          required
        />
        <Actions>
          <Button variant="danger">{t('blocking.rollback.do')}</Button>
        </Actions>
      </Form>
    </>
  );
}
