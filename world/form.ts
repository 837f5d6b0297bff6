import { DomUtils, parseDocument } from 'htmlparser2';

type Root = ReturnType<typeof parseDocument>;
type Tag = ReturnType<typeof DomUtils.getElementsByTagName>[number];

/** A form as a browser would send it: where, how, and what it holds before anything is chosen. */
export interface Form {
  action: string;
  method: 'GET' | 'POST';
  fields: [name: string, value: string][];
  /** What a person could choose: buttons, radio buttons, options; each with the name and value it would send. */
  choices: { name: string; value: string }[];
  /** Free text that must not stay empty. */
  requiredTexts: string[];
}

const parse = (page: string): Root => parseDocument(page);
const tags = (root: Tag | Root, ...names: string[]) =>
  DomUtils.getElementsByTagName((name) => names.includes(name), root.children);

/** The addresses of all links, absolute, in order. */
export function linksOf(markup: string): string[] {
  return tags(parse(markup), 'a').flatMap((a) => (URL.canParse(a.attribs.href ?? '') ? [a.attribs.href ?? ''] : []));
}

/** Every exact address a notice page reports: the attribute's value, or the element's text where it is empty. */
export function reportedUrls(page: string): string[] {
  const found = DomUtils.findAll((e) => e.attribs['data-reported-url'] !== undefined, parse(page).children);
  const urls = found.map((e) => e.attribs['data-reported-url'] || DomUtils.textContent(e).trim());
  return [...new Set(urls.filter((u) => URL.canParse(u)))];
}

function readForm(form: Tag, pageUrl: string): Form {
  const read: Form = {
    action: new URL(form.attribs.action || pageUrl, pageUrl).href,
    method: form.attribs.method?.toLowerCase() === 'post' ? 'POST' : 'GET',
    fields: [],
    choices: [],
    requiredTexts: [],
  };
  for (const control of tags(form, 'input', 'button', 'select', 'textarea')) {
    const { name = '', type = '', value = '' } = control.attribs;
    if (control.attribs.disabled !== undefined) continue;
    const isSubmit = control.name === 'button' ? type === '' || type === 'submit' : type === 'submit';
    if (isSubmit) read.choices.push({ name, value });
    else if (name === '' || control.name === 'button') continue;
    else if (type === 'radio') read.choices.push({ name, value });
    else if (control.name === 'select')
      for (const option of tags(control, 'option'))
        read.choices.push({ name, value: option.attribs.value ?? DomUtils.textContent(option) });
    else if (type === 'checkbox') {
      // A required box is a declaration ("I am entitled to answer"), which this desk makes.
      if (control.attribs.checked !== undefined || control.attribs.required !== undefined)
        read.fields.push([name, value || 'on']);
    } else if (control.name === 'textarea') {
      if (control.attribs.required !== undefined) read.requiredTexts.push(name);
      else read.fields.push([name, DomUtils.textContent(control)]);
    } else if (control.attribs.required !== undefined && value === '') read.requiredTexts.push(name);
    else read.fields.push([name, value]);
  }
  return read;
}

export function formsOf(page: string, pageUrl: string): Form[] {
  return tags(parse(page), 'form').map((form) => readForm(form, pageUrl));
}

export type DeskAnswer = 'received' | 'removed' | 'disagree';

/**
 * Fills in the form that gives an answer: one with a choice or hidden field of that value ("disagree" may be written
 * "disagreed" or "disagrees"), or whose action ends in it. `null` when the page offers no such answer.
 */
export function fill(
  forms: readonly Form[],
  answer: DeskAnswer,
  reason: string,
): { form: Form; body: URLSearchParams } | null {
  const fits = (value: string) => (answer === 'disagree' ? /^disagree[ds]?$/.test(value) : value === answer);
  for (const form of forms) {
    if (form.method !== 'POST') continue;
    const choice = form.choices.find((c) => fits(c.value));
    const fixed =
      form.fields.some(([, value]) => fits(value)) || fits(new URL(form.action).pathname.split('/').at(-1) ?? '');
    if (!choice && !fixed) continue;
    const body = new URLSearchParams(form.fields);
    for (const name of form.requiredTexts) body.append(name, reason);
    if (choice?.name) body.append(choice.name, choice.value);
    return { form, body };
  }
  return null;
}
