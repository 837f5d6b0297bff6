import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Checkbox, Field, Form, Ltr } from '../../../platform/ui/index.ts';
import { MAX_EXTRA, type TokenState } from '../letter/provider-settings.ts';
import { UNUSABLE } from '../providers/contact-state.ts';
import type { ProviderContact } from '../providers/contacts.ts';
import type { ProviderRow } from '../schema.ts';

/** What becomes of the token, in words: to which one address it goes, or why to none. */
function TokenStanding(props: { provider: ProviderRow; state: TokenState }) {
  const { t } = useI18n();
  const { state, provider } = props;
  if (state === 'none') return <p class="hint">{t('takedown.letter.provider.tokenNone')}</p>;
  return (
    <Callout
      tone={state === 'ready' ? 'done' : 'warn'}
      level={3}
      title={t(`takedown.letter.provider.tokenState.${state}`)}
    >
      {provider.api_address && (
        <p>
          <Ltr mono>{provider.api_address}</Ltr>
        </p>
      )}
    </Callout>
  );
}

/** How a provider wants its letters: on the page where it is edited. */
export function ProviderLetters(props: {
  provider: ProviderRow;
  interfaces: readonly ProviderContact[];
  tokenState: TokenState;
  error?: string;
}) {
  const { t } = useI18n();
  const usable = [
    ...new Set(props.interfaces.filter((c) => !UNUSABLE.includes(c.standing.state)).map((c) => c.address)),
  ];
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
        {(props.interfaces.length > 0 || provider.api_token) && (
          <>
            <TokenStanding provider={provider} state={props.tokenState} />
            {usable.length > 0 && (
              <>
                <Field
                  id="api-token"
                  name="token"
                  type="password"
                  label={t('takedown.letter.provider.token')}
                  hint={t('takedown.letter.provider.tokenHint')}
                  dir="ltr"
                  autocomplete="off"
                  optional
                  value=""
                  {...(props.error ? { error: props.error } : {})}
                />
                <Field
                  id="api-address"
                  name="api-address"
                  type="select"
                  dir="ltr"
                  label={t('takedown.letter.provider.tokenAddress')}
                  options={usable.map((address) => ({ value: address, label: address }))}
                  value={usable.find((a) => a === provider.api_address) ?? usable[0] ?? ''}
                />
              </>
            )}
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
