import type { Page } from 'playwright-core';
import { seen, submit } from './browser.ts';

/** Answers to the report form, page by page; what is not given is left as it stands. */
export interface Answers {
  who: 'child' | 'parent' | 'professional' | 'witness' | 'company';
  danger: 'yes' | 'no' | 'unsure';
  whereabouts?: string;
  what: string;
  links?: string;
  account?: string;
  story?: string;
  seen?: 'public' | 'few' | 'reporter-only' | 'unknown';
  when?: string;
  age?: string;
  contact?: string;
}

export const choose = (page: Page, value: string) => page.locator(`main input[value="${value}"]`).check();

/** The step the page shows, from its address. */
export const stepOf = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? '';

/** Fills the form in from the page that is open (`who` or a later one) up to the review. */
export async function fillIn(page: Page, answers: Answers, until = 'review'): Promise<void> {
  for (let pages = 0; pages < 15; pages++) {
    const step = stepOf(page);
    if (step === until) return;
    switch (step) {
      case 'report':
      case 'who':
        await choose(page, answers.who);
        break;
      case 'danger':
        await choose(page, answers.danger);
        break;
      case 'now':
        if (answers.whereabouts) {
          await page.locator('textarea[name=whereabouts]').fill(answers.whereabouts);
          await submit(page);
        }
        await page.locator('main form .actions a').click();
        await page.waitForURL('**/report/what');
        continue;
      case 'what':
        await choose(page, answers.what);
        break;
      case 'where':
        if (answers.links) await page.locator('textarea[name=links]').fill(answers.links);
        if (answers.account) await page.locator('#f-account-0').fill(answers.account);
        break;
      case 'story':
        if (answers.story) await page.locator('textarea[name=narrative]').fill(answers.story);
        break;
      case 'seen':
        if (answers.seen) await choose(page, answers.seen);
        break;
      case 'when':
        if (answers.when) await choose(page, answers.when);
        break;
      case 'age':
        if (answers.age) await choose(page, answers.age);
        break;
      case 'contact':
        if (answers.contact) await page.locator('input[name=contact]').fill(answers.contact);
        break;
      default:
        throw new Error(`the form led to ${page.url()}`);
    }
    await submit(page);
  }
  throw new Error(`the form never came to "${until}": ${page.url()}`);
}

/** Sends what the review shows. Without a script a form answered in under four seconds is asked to wait. */
export async function send(page: Page): Promise<void> {
  for (let tries = 0; tries < 5 && stepOf(page) === 'review'; tries++) {
    await submit(page);
    if (stepOf(page) === 'review') await page.waitForTimeout(2000);
  }
  if (stepOf(page) !== 'done') throw new Error(`the report was not sent: ${page.url()}`);
}

/** The follow-up number on the page after sending: 16 digits. */
export async function receiptOn(page: Page): Promise<string> {
  const digits = (await seen(page.locator('.receipt-number'))).replace(/\D/g, '');
  if (digits.length !== 16) throw new Error(`not a whole follow-up number: ${digits.length} digits`);
  return digits;
}

export async function openReceipt(page: Page, origin: string, lang: string, receipt: string): Promise<void> {
  await page.goto(`${origin}/${lang}/receipt`);
  await page.locator('input[name=number]').fill(receipt);
  await submit(page);
}
