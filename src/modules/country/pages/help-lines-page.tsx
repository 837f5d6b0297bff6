import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Card,
  Checkbox,
  CsrfField,
  ErrorSummary,
  Field,
  Form,
  Tag,
} from '../../../platform/ui/index.ts';
import type { HelpLine } from '../index.ts';

export interface HelpLinesPageProps {
  lines: readonly HelpLine[];
  /** Overlay keys in force. */
  changed: ReadonlySet<string>;
  error?: { id: string; message: string; typed: { tel: string; url: string } };
}

export function HelpLinesPage(props: HelpLinesPageProps) {
  const { t, text } = useI18n();
  return (
    <>
      <h1>{t('country.admin.title')}</h1>
      <p class="hint">{t('country.admin.hint')}</p>
      {props.lines.map((line) => {
        const error = props.error?.id === line.id ? props.error : undefined;
        const changed = [...props.changed].some((key) => key.startsWith(`helpLines.${line.id}.`));
        return (
          <Card key={line.id} id={`line-${line.id}`} title={text(line.name)}>
            <p>
              <Tag tone={line.active ? 'done' : 'neutral'}>
                {t(line.active ? 'country.admin.shown' : 'country.admin.hidden')}
              </Tag>{' '}
              <Tag tone={line.verified ? 'done' : 'wait'}>
                {t(line.verified ? 'country.admin.verified' : 'country.admin.toVerify')}
              </Tag>
            </p>
            <p>{text(line.description)}</p>
            <p class="hint">
              {t('country.admin.source')} <bdi>{line.source}</bdi>
            </p>
            {error && <ErrorSummary errors={[{ field: `tel-${line.id}`, message: error.message }]} />}
            <Form action={`/desk/admin/help-lines/${line.id}`}>
              <Field
                id={`f-tel-${line.id}`}
                name="tel"
                type="tel"
                label={t('country.admin.tel')}
                value={error?.typed.tel ?? line.tel ?? ''}
                width="short"
                optional
              />
              <Field
                id={`f-url-${line.id}`}
                name="url"
                type="url"
                label={t('country.admin.url')}
                value={error?.typed.url ?? line.url ?? ''}
                optional
              />
              <Checkbox
                id={`f-active-${line.id}`}
                name="active"
                label={t('country.admin.show')}
                checked={line.active}
              />
              <Checkbox
                id={`f-verified-${line.id}`}
                name="verified"
                label={t('country.admin.confirm')}
                checked={line.verified}
              />
              <Actions>
                <Button small>{t('country.admin.save')}</Button>
              </Actions>
            </Form>
            {changed && (
              <form method="post" action={`/desk/admin/help-lines/${line.id}/reset`}>
                <CsrfField />
                <Button variant="link">{t('country.admin.reset')}</Button>
              </form>
            )}
          </Card>
        );
      })}
    </>
  );
}
