import { normaliseAccount } from '../../../../packages/web-address/index.ts';
import { isLang, type Lang } from '../../../platform/i18n/index.ts';
import { isCategoryId } from '../../country/index.ts';
import {
  type Account,
  AGE_BANDS,
  bodyHash,
  type Contact,
  type Link,
  MAX_ACCOUNT_NAME,
  MAX_LINKS,
  MAX_NARRATIVE,
  REPORTERS,
  type ReportInput,
  type Reporting,
  VISIBILITIES,
} from '../../reporting/index.ts';
import { all, among, type FormBody, type FormErrors, length, one } from './forms.ts';

export const OCCURRED = ['now', 'today', 'week', 'month', 'older', 'unknown'] as const;
export const DANGER = ['yes', 'no'] as const;
export const SAFE_TO_CALL = ['yes', 'no', 'unknown'] as const;
/** Rows for accounts on the page. */
export const ACCOUNT_ROWS = 3;
/** The limits of the public form's short fields, in characters. */
const MAX_SHORT = 500;
const MAX_WHERE = 1000;

const FORM_ID = /^[A-Za-z0-9_-]{22,64}$/;

export type OperatorField =
  | 'language'
  | 'reporter'
  | 'danger'
  | 'whereabouts'
  | 'category'
  | 'links'
  | 'account-0'
  | 'account-1'
  | 'account-2'
  | 'narrative'
  | 'contact'
  | 'contactWhen'
  | 'contactShared'
  | 'form';

/** What was typed, as the page shows it again. */
export interface OperatorTyped {
  formId: string;
  language: string;
  reporter: string;
  danger: string;
  whereabouts: string;
  category: string;
  links: string;
  accounts: { platform: string; name: string }[];
  narrative: string;
  visibility: string;
  occurred: string;
  ageBand: string;
  contact: string;
  safeToCall: string;
  contactWhen: string;
  contactShared: string;
}

/** An empty page of the form. `formId` makes one report of it, however often it is sent. */
export function emptyOperatorForm(formId: string, lang: Lang): OperatorTyped {
  return {
    formId,
    language: lang,
    reporter: '',
    danger: '',
    whereabouts: '',
    category: '',
    links: '',
    accounts: [],
    narrative: '',
    visibility: 'unknown',
    occurred: 'unknown',
    ageBand: 'unknown',
    contact: '',
    safeToCall: 'unknown',
    contactWhen: '',
    contactShared: '',
  };
}

type Addresses = Pick<Reporting['addresses'], 'readAll'>;

function readLinks(text: string, addresses: Addresses): { links: Link[]; fault?: FormErrors['links'] } {
  const lines = text.split('\n').map((l) => l.trim());
  const given = lines.filter(Boolean);
  const wrong = given.find((line) => addresses.readAll([line]).length === 0);
  if (wrong !== undefined)
    return { links: [], fault: { key: 'casework.operator.error.link', params: { link: wrong.slice(0, 80) } } };
  if (given.length > MAX_LINKS)
    return { links: [], fault: { key: 'casework.operator.error.links', params: { max: MAX_LINKS } } };
  return { links: addresses.readAll(given) };
}

function readAccounts(typed: OperatorTyped['accounts']): Account[] {
  return typed.map((a) => {
    const found = normaliseAccount(a.platform, a.name);
    return 'error' in found ? { ...a, key: a.name.toLowerCase() } : found;
  });
}

/** Reads the form of somebody who files for a caller. Pure; what was typed comes back beside the errors. */
export function parseOperatorForm(
  body: FormBody,
  filedBy: string,
  addresses: Addresses,
): { typed: OperatorTyped; errors: FormErrors<OperatorField>; input?: ReportInput } {
  const text = (name: string) => one(body, name).trim();
  const names = all(body, 'account');
  const platforms = all(body, 'platform');
  const typed: OperatorTyped = {
    formId: one(body, 'formId'),
    language: one(body, 'language'),
    reporter: one(body, 'reporter'),
    danger: one(body, 'danger'),
    whereabouts: text('whereabouts'),
    category: one(body, 'category'),
    links: one(body, 'links'),
    accounts: names
      .slice(0, ACCOUNT_ROWS)
      .map((name, i) => ({ platform: (platforms[i] ?? '').slice(0, 40) || 'other', name: name.trim() }))
      .filter((a) => a.name),
    narrative: text('narrative'),
    visibility: one(body, 'visibility'),
    occurred: one(body, 'occurred'),
    ageBand: one(body, 'ageBand'),
    contact: text('contact'),
    safeToCall: one(body, 'safeToCall'),
    contactWhen: text('contactWhen'),
    contactShared: text('contactShared'),
  };
  const errors: FormErrors<OperatorField> = {};
  const language = isLang(typed.language) ? typed.language : undefined;
  const reporter = among(typed.reporter, REPORTERS);
  const danger = among(typed.danger, DANGER);
  const category = isCategoryId(typed.category) ? typed.category : undefined;
  const { links, fault } = readLinks(typed.links, addresses);

  if (!FORM_ID.test(typed.formId)) errors.form = { key: 'casework.operator.error.form' };
  if (!language) errors.language = { key: 'casework.assess.error.choose' };
  if (!reporter) errors.reporter = { key: 'casework.assess.error.choose' };
  if (!danger) errors.danger = { key: 'casework.assess.error.choose' };
  if (!category) errors.category = { key: 'casework.assess.error.choose' };
  if (fault) errors.links = fault;
  const limit = (field: OperatorField, value: string, max: number) => {
    if (length(value) > max) errors[field] = { key: 'casework.operator.error.long', params: { max } };
  };
  limit('narrative', typed.narrative, MAX_NARRATIVE);
  limit('whereabouts', typed.whereabouts, MAX_WHERE);
  // Half a name is another person's.
  typed.accounts.forEach(({ name }, i) => {
    limit(`account-${i}` as OperatorField, name, MAX_ACCOUNT_NAME);
  });
  limit('contact', typed.contact, MAX_SHORT);
  limit('contactWhen', typed.contactWhen, MAX_SHORT);
  limit('contactShared', typed.contactShared, MAX_SHORT);
  // A call back at six to nobody: without a number the rest would be dropped in silence.
  if (!typed.contact && (typed.contactWhen || typed.contactShared))
    errors.contact = { key: 'casework.operator.error.contact' };
  if (Object.keys(errors).length > 0 || !language || !reporter || !danger || !category) return { typed, errors };

  const contact: Contact | undefined = typed.contact
    ? {
        value: typed.contact,
        safeToCall: among(typed.safeToCall, SAFE_TO_CALL) ?? 'unknown',
        when: typed.contactWhen,
        sharedWith: typed.contactShared,
      }
    : undefined;
  return {
    typed,
    errors,
    input: {
      submissionKey: `operator:${filedBy}:${typed.formId}`,
      // The same form with other words in it is a mistake to be told about, not a second report and not a silent no.
      bodyHash: bodyHash(typed),
      channel: 'operator',
      language,
      reporter,
      category,
      danger: danger === 'yes',
      links,
      accounts: readAccounts(typed.accounts),
      narrative: typed.narrative,
      ...(contact ? { contact } : {}),
      ...(typed.whereabouts ? { whereabouts: typed.whereabouts } : {}),
      visibility: among(typed.visibility, VISIBILITIES) ?? 'unknown',
      ageBand: among(typed.ageBand, AGE_BANDS) ?? 'unknown',
      occurred: among(typed.occurred, OCCURRED) ?? 'unknown',
      filedBy,
    },
  };
}
