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

  it('refuses an account name that is too long instead of cutting it, and gives it back whole', () => {
    const long = 'a'.repeat(201);
    const form = { ...call, account: ['short', '', long], platform: ['tiktok', '', 'instagram'] };
    const { errors, typed, input } = parseOperatorForm(form, 'account:a', addresses);
    expect(errors).toEqual({ 'account-1': { key: 'casework.operator.error.long', params: { max: 200 } } });
    expect(typed.accounts[1]?.name).toBe(long);
    expect(input).toBeUndefined();
    const fits = parseOperatorForm({ ...form, account: ['b'.repeat(200)] }, 'account:a', addresses);
    expect(fits.input?.accounts[0]?.name).toHaveLength(200);
  });
});
