import { describe, expect, it } from 'vitest';
import { parseOperatorForm } from './operator-form.ts';

/** No address is typed here, so none has to be read. */
const addresses = { readAll: () => [] };

const call = {
  formId: '0192f1f1-0000-7000-8000-000000000001',
  language: 'fr',
  reporter: 'parent',
  danger: 'no',
  category: 'harassment',
  links: '',
  narrative: 'Des moqueries.',
};
const parse = (more: Record<string, string>) => parseOperatorForm({ ...call, ...more }, 'account:a', addresses);

describe('the form of somebody who files for a caller', () => {
  it('becomes a report', () => {
    expect(parse({ contact: '0600000000', contactWhen: 'le soir' }).input?.contact).toMatchObject({ when: 'le soir' });
    expect(parse({}).input).toMatchObject({ narrative: 'Des moqueries.', danger: false });
  });

  it('asks for the number to call back instead of dropping when to call', () => {
    const { errors, typed, input } = parse({ contactWhen: 'le soir' });
    expect(errors).toEqual({ contact: { key: 'casework.operator.error.contact' } });
    expect(typed.contactWhen).toBe('le soir');
    expect(input).toBeUndefined();
  });
});
