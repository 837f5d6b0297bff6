import { normaliseAccount } from '../../../packages/web-address/index.ts';
import { isCategoryId } from '../country/index.ts';
import { type Addresses, storable, withoutCredentials } from './addresses.ts';
import type { Answers, SealedAnswers, Step } from './answers.ts';
import { MAX_ACCOUNT_NAME, MAX_ACCOUNTS, MAX_LINK, MAX_LINKS, MAX_NARRATIVE, MAX_SHORT } from './intake.ts';
import { AGE_BANDS, OCCURRED, REPORTERS, VISIBILITIES } from './schema.ts';

/** A message key with its parameters, shown beside the field. */
export interface FormError {
  field: string;
  key: string;
  params?: Record<string, string | number>;
}

export interface ParsedStep {
  answers: Partial<Answers>;
  sealed: Partial<SealedAnswers>;
  errors: FormError[];
}

export type FormBody = Record<string, string | string[] | undefined>;

const many = (body: FormBody, name: string): string[] => {
  const v = body[name];
  return (v === undefined ? [] : Array.isArray(v) ? v : [v]).map((t) => storable(t).replace(/\r\n/g, '\n'));
};
const one = (body: FormBody, name: string): string => many(body, name)[0] ?? '';

/** Length as people count it: by code point. */
const length = (text: string): number => [...text].length;

function choose<T extends string>(body: FormBody, name: string, allowed: readonly T[]): T | undefined {
  const value = one(body, name);
  return (allowed as readonly string[]).includes(value) ? (value as T) : undefined;
}

/** Reads one page of the form. Pure; what was typed comes back even when there are errors. */
export function parseStep(step: Step, body: FormBody, addresses: Addresses): ParsedStep {
  const errors: FormError[] = [];
  const answers: Partial<Answers> = {};
  const sealed: Partial<SealedAnswers> = {};
  const tooLong = (field: string, max: number) =>
    errors.push({ field, key: 'reporting.form.tooLong', params: { max } });
  const required = (field: string) => errors.push({ field, key: 'reporting.form.choose' });

  switch (step) {
    case 'who':
      answers.reporter = choose(body, 'reporter', REPORTERS);
      if (!answers.reporter) required('reporter');
      break;
    case 'danger':
      answers.danger = choose(body, 'danger', ['yes', 'no', 'unsure'] as const);
      if (!answers.danger) required('danger');
      break;
    case 'what': {
      const category = one(body, 'category');
      if (isCategoryId(category)) answers.category = category;
      else required('category');
      break;
    }
    case 'where': {
      const typed = one(body, 'links');
      const links = typed
        .split('\n')
        .map((l) => withoutCredentials(l.trim()))
        .filter(Boolean);
      // With an error nothing is kept on the server, and all that was typed goes back on the page, however much it was.
      answers.links = links;
      if (links.length > MAX_LINKS)
        errors.push({ field: 'links', key: 'reporting.form.tooManyLinks', params: { max: MAX_LINKS } });
      for (const link of links.slice(0, MAX_LINKS)) {
        // Half an address leads to another page, or to none.
        const fault = link.length > MAX_LINK ? 'linkTooLong' : addresses.read(link) ? undefined : 'notALink';
        if (!fault) continue;
        errors.push({
          field: 'links',
          key: `reporting.form.${fault}`,
          params: { link: link.slice(0, 80), max: MAX_LINK },
        });
        break;
      }
      const platforms = many(body, 'platform');
      const names = many(body, 'account');
      sealed.accounts = names
        .map((name, i) => ({ platform: (platforms[i] ?? '').slice(0, 40) || 'other', name: name.trim() }))
        .filter((a) => a.name)
        .slice(0, MAX_ACCOUNTS);
      sealed.accounts.forEach((a, i) => {
        if (a.name.length > MAX_ACCOUNT_NAME) tooLong(`account-${i}`, MAX_ACCOUNT_NAME);
      });
      break;
    }
    case 'story': {
      const narrative = one(body, 'narrative').trim();
      // The page never shows what was written before: so an empty field on the way through says nothing, and wiping is asked for.
      if (narrative || one(body, 'wipe') === 'yes') sealed.narrative = narrative;
      if (length(narrative) > MAX_NARRATIVE) tooLong('narrative', MAX_NARRATIVE);
      break;
    }
    case 'seen':
      answers.visibility = choose(body, 'visibility', VISIBILITIES) ?? 'unknown';
      break;
    case 'when':
      answers.occurred = choose(body, 'occurred', OCCURRED) ?? 'unknown';
      break;
    case 'age':
      answers.ageBand = choose(body, 'ageBand', AGE_BANDS) ?? 'unknown';
      break;
    case 'contact': {
      const value = one(body, 'contact').trim();
      const when = one(body, 'contactWhen').trim();
      const sharedWith = one(body, 'contactShared').trim();
      const codeWord = one(body, 'contactCode').trim();
      if (length(value) > MAX_SHORT) tooLong('contact', MAX_SHORT);
      if (length(when) > MAX_SHORT) tooLong('contactWhen', MAX_SHORT);
      if (length(sharedWith) > MAX_SHORT) tooLong('contactShared', MAX_SHORT);
      if (length(codeWord) > MAX_SHORT) tooLong('contactCode', MAX_SHORT);
      const about = when || sharedWith || codeWord;
      if (!value && about) errors.push({ field: 'contact', key: 'reporting.form.contactMissing' });
      sealed.contact =
        value || about
          ? {
              value,
              safeToCall: choose(body, 'safeToCall', ['yes', 'no', 'unknown'] as const) ?? 'unknown',
              when,
              sharedWith,
              ...(codeWord ? { codeWord } : {}),
            }
          : undefined;
      break;
    }
    case 'review':
      break;
  }
  return { answers, sealed, errors };
}

export function toAccounts(
  typed: { platform: string; name: string }[],
): { platform: string; name: string; key: string }[] {
  return typed.slice(0, MAX_ACCOUNTS).map((given) => {
    const a = { platform: storable(given.platform), name: storable(given.name) };
    const found = normaliseAccount(a.platform, a.name);
    return 'error' in found ? { ...a, key: a.name.toLowerCase() } : found;
  });
}
