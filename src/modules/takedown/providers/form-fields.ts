import type { Translator } from '../../../platform/i18n/index.ts';
import type { ExactLocation, NoticeFacts } from '../notice/facts.ts';
import { FORM_VALUES, type FormField } from '../schema.ts';

/** Reads lines of the kind `Label = value`, where the value is one of ours; anything else is free text to fill in by hand. */
export function readFormFields(text: string): FormField[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const cut = line.lastIndexOf('=');
      const value = FORM_VALUES.find((v) => v === line.slice(cut + 1).trim());
      return cut > 0 && value ? { label: line.slice(0, cut).trim(), value } : { label: line, value: 'other' as const };
    });
}

export const writeFormFields = (fields: readonly FormField[]): string =>
  fields.map((f) => `${f.label} = ${f.value}`).join('\n');

/** What goes into each field of a provider's form, in the language of the notice; empty where a person has to know. */
export function filledFields(
  fields: readonly FormField[],
  facts: NoticeFacts,
  tr: Translator,
  location: ExactLocation | undefined,
): { label: string; text: string }[] {
  const { t, text } = tr;
  const place = facts.place.kind === 'host' ? facts.place.host : text(facts.place.platform);
  const params = { place, category: text(facts.category), country: text(facts.country), hours: facts.deadlineHours };
  const values: Record<FormField['value'], string> = {
    address: location === undefined ? '' : location.kind === 'url' ? location.url : location.name,
    reason: t(facts.place.kind === 'host' ? 'takedown.mail.foundHost' : 'takedown.mail.foundAccount', params),
    law: facts.articles
      .map((a) =>
        t('takedown.mail.article', { instrument: text(a.instrument), number: a.number, title: text(a.title) }),
      )
      .join('\n'),
    request: t('takedown.mail.request', params),
    reference: facts.id,
    link: facts.link,
    other: '',
  };
  return fields.map((f) => ({ label: f.label, text: values[f.value] }));
}
