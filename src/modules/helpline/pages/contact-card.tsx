import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  DefinitionList,
  Field,
  Form,
} from '../../../platform/ui/index.ts';
import type { Contact } from '../../reporting/index.ts';

export interface ContactCardProps {
  report: string;
  has: boolean;
  /** The rules of calling, once they were opened. The number is in it only when `number` is true. */
  rules: (Omit<Contact, 'value'> & { value?: string }) | 'gone' | undefined;
  error?: string | undefined;
}

/** Calling back: first what makes it safe or not, then a question, then the number. */
export function ContactCard(props: ContactCardProps) {
  const { t } = useI18n();
  const { rules } = props;
  const base = `/desk/helpline/${props.report}`;
  if (!props.has || rules === 'gone')
    return (
      <Card title={t('helpline.call.title')} icon="phone">
        <p class="hint">{t('helpline.call.none')}</p>
      </Card>
    );
  if (!rules)
    return (
      <Card title={t('helpline.call.title')} icon="phone">
        <p class="hint">{t('helpline.call.first')}</p>
        <Form action={`${base}/call-rules#call`}>
          <Button variant="secondary" icon="eye">
            {t('helpline.call.openRules')}
          </Button>
        </Form>
      </Card>
    );
  const never = rules.safeToCall === 'no';
  return (
    <Card title={t('helpline.call.title')} icon="phone" id="call">
      <Callout
        tone={rules.safeToCall === 'yes' ? 'help' : never ? 'danger' : 'warn'}
        icon={never ? 'phone-off' : 'phone'}
        title={t(`helpline.call.safe.${rules.safeToCall}`)}
        level={3}
      />
      <DefinitionList
        items={[
          {
            term: t('helpline.call.shared'),
            value: rules.sharedWith ? <Bdi>{rules.sharedWith}</Bdi> : t('helpline.call.notSaid'),
          },
          { term: t('helpline.call.when'), value: rules.when ? <Bdi>{rules.when}</Bdi> : t('helpline.call.notSaid') },
          {
            term: t('helpline.call.code'),
            value: rules.codeWord ? <Bdi>{rules.codeWord}</Bdi> : t('helpline.call.noCode'),
          },
        ]}
      />
      {rules.value === undefined ? (
        <Form action={`${base}/call-number#call`}>
          {never && (
            <Field
              name="reason"
              type="textarea"
              rows={2}
              label={t('helpline.call.reason')}
              hint={t('helpline.call.reasonHint')}
            />
          )}
          <Checkbox
            name="confirm"
            label={t(never ? 'helpline.call.confirmAnyway' : 'helpline.call.confirm')}
            {...(props.error ? { error: props.error } : {})}
          />
          <Actions>
            <Button variant={never ? 'danger' : 'secondary'}>{t('helpline.call.showNumber')}</Button>
          </Actions>
        </Form>
      ) : (
        <>
          <p class="text-lg">
            <bdi class="mono">{rules.value}</bdi>
          </p>
          <p class="hint">{t('helpline.call.say')}</p>
        </>
      )}
    </Card>
  );
}
