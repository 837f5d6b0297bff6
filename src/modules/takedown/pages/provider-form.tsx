import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Field, Form } from '../../../platform/ui/index.ts';
import { writeFormFields } from '../providers/form-fields.ts';
import {
  CONTACT_PURPOSES,
  FORM_VALUES,
  formFieldsOf,
  NOTICE_CHANNELS,
  PROVIDER_KINDS,
  type ProviderRow,
} from '../schema.ts';

/** Fields of the provider form as typed. */
export const PROVIDER_FIELDS = [
  'name',
  'kind',
  'domains',
  'networks',
  'countries',
  'fields',
  'note',
  'language',
  'channel',
  'address',
] as const;
export type ProviderTyped = Record<(typeof PROVIDER_FIELDS)[number], string>;

export const EMPTY_PROVIDER: ProviderTyped = {
  name: '',
  kind: 'host',
  domains: '',
  networks: '',
  countries: '',
  fields: '',
  language: 'fr',
  channel: 'mail',
  address: '',
  note: '',
};

export const typedOf = (row: ProviderRow): ProviderTyped => ({
  ...row,
  domains: row.domains.join('\n'),
  networks: row.networks.map((n) => `AS${n}`).join(' '),
  countries: row.countries.join(' '),
  fields: writeFormFields(formFieldsOf(row)),
});

export function ChannelField(props: { id?: string; value: string }) {
  const { t } = useI18n();
  return (
    <Field
      {...(props.id ? { id: props.id } : {})}
      name="channel"
      type="select"
      label={t('takedown.field.channel')}
      options={NOTICE_CHANNELS.map((c) => ({ value: c, label: t(`takedown.channel.${c}`) }))}
      value={props.value}
      width="half"
    />
  );
}

/** All about a provider but its contacts; a new one has its first contact in the same form. */
export function ProviderForm(props: {
  action: string;
  typed: ProviderTyped;
  invalid: readonly string[];
  isNew?: boolean;
}) {
  const { t } = useI18n();
  const { typed } = props;
  const error = (name: string) =>
    props.invalid.includes(name) ? { error: t(`takedown.provider.invalid.${name}`) } : {};
  return (
    <Form action={props.action}>
      <Field
        name="name"
        label={t('takedown.field.name')}
        required
        maxLength={200}
        value={typed.name}
        {...error('name')}
      />
      <Field
        name="kind"
        type="select"
        label={t('takedown.field.kind')}
        options={PROVIDER_KINDS.map((k) => ({ value: k, label: t(`takedown.kind.${k}`) }))}
        value={typed.kind}
        width="half"
      />
      <Field
        name="domains"
        type="textarea"
        label={t('takedown.field.domains')}
        hint={t('takedown.provider.domainsHint')}
        dir="ltr"
        rows={3}
        required
        value={typed.domains}
        {...error('domains')}
      />
      {props.isNew && (
        <>
          <ChannelField value={typed.channel} />
          <Field
            name="address"
            label={t('takedown.field.contact')}
            hint={t('takedown.contact.hint')}
            dir="ltr"
            required
            value={typed.address}
            {...error('address')}
          />
          <Field
            name="language"
            type="select"
            label={t('takedown.field.language')}
            options={LANGS.map((l) => ({ value: l, label: t(`takedown.lang.${l}`) }))}
            value={typed.language}
            width="half"
          />
        </>
      )}
      <Field
        name="networks"
        label={t('takedown.providers.networks')}
        hint={t('takedown.providers.networksHint')}
        dir="ltr"
        optional
        maxLength={3000}
        value={typed.networks}
        {...error('networks')}
      />
      <Field
        name="countries"
        label={t('takedown.providers.countries')}
        hint={t('takedown.providers.countriesHint')}
        dir="ltr"
        optional
        maxLength={300}
        value={typed.countries}
        width="half"
        {...error('countries')}
      />
      {!props.isNew && (
        <Field
          name="fields"
          type="textarea"
          label={t('takedown.providers.formFields')}
          hint={t('takedown.providers.formFieldsHint', { values: FORM_VALUES.join(', ') })}
          dir="auto"
          optional
          rows={4}
          value={typed.fields}
          {...error('fields')}
        />
      )}
      <Field
        name="note"
        type="textarea"
        label={t('takedown.field.note')}
        optional
        rows={2}
        value={typed.note}
        {...error('note')}
      />
      <Actions>
        <Button icon="save">{t('takedown.do.save')}</Button>
      </Actions>
    </Form>
  );
}

/** Fields of the form for one more contact as typed. */
export interface ContactTyped {
  purpose: string;
  channel: string;
  address: string;
  language: string;
  second: string;
  priority: string;
}
export const EMPTY_CONTACT: ContactTyped = {
  purpose: 'abuse',
  channel: 'mail',
  address: '',
  language: 'fr',
  second: '',
  priority: '2',
};

export function ContactAddForm(props: { action: string; typed: ContactTyped; error?: string }) {
  const { t } = useI18n();
  const { typed } = props;
  const languages = LANGS.map((l) => ({ value: l, label: t(`takedown.lang.${l}`) }));
  return (
    <Form action={props.action}>
      <Field
        id="contact-purpose"
        name="purpose"
        type="select"
        label={t('takedown.contacts.purpose')}
        options={CONTACT_PURPOSES.map((p) => ({ value: p, label: t(`takedown.contacts.purposes.${p}`) }))}
        value={typed.purpose}
        width="half"
      />
      <ChannelField id="contact-channel" value={typed.channel} />
      <Field
        id="contact-address"
        name="address"
        label={t('takedown.field.contact')}
        hint={t('takedown.contact.hint')}
        dir="ltr"
        required
        maxLength={2000}
        value={typed.address}
        {...(props.error ? { error: props.error } : {})}
      />
      <Field
        id="contact-language"
        name="language"
        type="select"
        label={t('takedown.field.language')}
        options={languages}
        value={typed.language}
        width="half"
      />
      <Field
        id="contact-second"
        name="second"
        type="select"
        label={t('takedown.contacts.second')}
        placeholder={t('takedown.contacts.none')}
        options={languages}
        value={typed.second}
        width="half"
      />
      <Field
        id="contact-priority"
        name="priority"
        type="number"
        min={1}
        max={99}
        label={t('takedown.contacts.priority')}
        hint={t('takedown.contacts.priorityHint')}
        value={typed.priority}
        width="short"
      />
      <Actions>
        <Button icon="plus" variant="secondary">
          {t('takedown.contacts.add')}
        </Button>
      </Actions>
    </Form>
  );
}
