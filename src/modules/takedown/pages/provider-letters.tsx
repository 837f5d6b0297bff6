import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Card, Checkbox, Field, Form } from '../../../platform/ui/index.ts';
import { MAX_EXTRA } from '../letter/provider-settings.ts';
import type { ProviderRow } from '../schema.ts';

/** How a provider wants its letters: on the page where it is edited. */
export function ProviderLetters(props: { provider: ProviderRow; hasInterface: boolean; error?: string }) {
  const { t } = useI18n();
  const { provider } = props;
  return (
    <Card title={t('takedown.letter.provider.title')} icon="send" id="letters">
      <Form action={`/desk/providers/${provider.id}/letters`}>
        <Checkbox
          id="attach-plain"
          name="attach"
          value="plain"
          checked={provider.attach === 'plain'}
          label={t('takedown.letter.provider.attach')}
          hint={t('takedown.letter.provider.attachHint')}
        />
        {LANGS.map((lang) => (
          <Field
            key={lang}
            id={`extra-${lang}`}
            name={`extra-${lang}`}
            type="textarea"
            label={t('takedown.letter.provider.extra', { language: t(`takedown.lang.${lang}`) })}
            dir={lang === 'ar' ? 'rtl' : 'ltr'}
            rows={2}
            maxLength={MAX_EXTRA}
            optional
            value={provider.extra[lang] ?? ''}
          />
        ))}
        {props.hasInterface && (
          <>
            <Field
              id="api-token"
              name="token"
              type="password"
              label={t('takedown.letter.provider.token')}
              hint={t(provider.api_token ? 'takedown.letter.provider.tokenKept' : 'takedown.letter.provider.tokenNone')}
              dir="ltr"
              autocomplete="off"
              optional
              value=""
              {...(props.error ? { error: props.error } : {})}
            />
            {provider.api_token && (
              <Checkbox id="token-forget" name="forget" label={t('takedown.letter.provider.forget')} />
            )}
          </>
        )}
        <Actions>
          <Button icon="save" variant="secondary">
            {t('takedown.do.save')}
          </Button>
        </Actions>
      </Form>
    </Card>
  );
}
