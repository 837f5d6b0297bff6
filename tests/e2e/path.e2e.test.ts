import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, seen, signIn, submit, type Visitor, visitor } from '../support/browser.ts';
import { eventually, MailboxReader } from '../support/mailbox.ts';
import { type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { fillIn, openReceipt, receiptOn, send, stepOf } from '../support/report-form.ts';
import { wordsOf } from '../support/words.ts';
import { apiSuite } from './api.suite.ts';
import { formSuite } from './form.suite.ts';
import { privacySuite } from './privacy.suite.ts';
import { receiptSuite } from './receipt.suite.ts';
import { base, itemOf, photo, receiptOf, VARIANTS, type Variant } from './variants.ts';

/** Whose browser stays open with the follow-up number on it. */
const LAST = VARIANTS.at(-1) as Variant;

let platform: PlatformProcess;
let browser: Browser;
let mailbox: MailboxReader;
let failed = false;
let left: Visitor | undefined;

beforeAll(async () => {
  platform = await startPlatform({ env: { LOG_LEVEL: 'debug' } });
  browser = await launchBrowser();
  mailbox = new MailboxReader(platform.demo.mailbox);
}, 180_000);

afterEach(({ task }) => {
  failed ||= task.result?.state === 'fail';
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop(failed);
}, 60_000);

/** A browser for one test; what it complains of fails the test that opened it. */
async function browse<T>(
  variant: { js: boolean; width?: number },
  use: (v: Visitor) => Promise<T>,
  keep = false,
): Promise<T> {
  const v = await visitor(browser, platform.origin, {
    javaScriptEnabled: variant.js,
    viewport: { width: variant.width ?? 360, height: 800 },
  });
  const result = await use(v);
  expect(v.complaints).toEqual([]);
  if (keep) left = v;
  else await v.close();
  return result;
}

/** The page through a picture of it: grey and blurred until asked. Where no browser can be confined, the desk says so. */
async function lookThrough(page: Page, variant: Variant): Promise<void> {
  const { t } = wordsOf(variant.lang);
  const possible = !platform.log().includes('Renderings  unavailable');
  const picture = page.locator('main img');
  const blurred = async () => /\bblur-/.test((await picture.getAttribute('class')) ?? '');
  if (variant.js) {
    await page.locator('#look form button').click();
    if (!possible) return void (await page.getByText(t('casework.look.failed')).waitFor());
    await picture.waitFor({ timeout: 60_000 });
    expect(await blurred()).toBe(true);
    await page.locator('#look form button').click();
    expect(await blurred()).toBe(false);
    await eventually('a picture that blurs by itself', async () => (await blurred()) || undefined, 10_000);
  } else {
    await submit(page, '#look form button');
    if (!possible) return expect(await seen(page.locator('main'))).toContain(t('casework.look.failed'));
    expect(await picture.isVisible()).toBe(false);
    await page.locator('main details summary').click();
    expect(await blurred()).toBe(true);
  }
  // The analyst's browser never asked the reported site for anything: it would be among the complaints.
  expect(await picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100);
}

describe('the whole path', { timeout: 120_000 }, () => {
  it.each(VARIANTS)('$name: a page is reported, step by step', async (variant) => {
    const { lang, answers } = variant;
    const { t } = wordsOf(lang);
    await browse(
      variant,
      async ({ page }) => {
        await page.goto(`${platform.origin}/${lang}/report`);
        expect(await page.locator('html').getAttribute('dir')).toBe(lang === 'ar' ? 'rtl' : 'ltr');
        await fillIn(page, answers, 'where');

        // The browser's own "back", then on again: the answer is still there, nothing is lost, nothing asks to resend.
        await page.goBack();
        expect(stepOf(page)).toBe('what');
        await page.reload();
        expect(await page.locator(`input[value="${base.what}"]`).isChecked()).toBe(true);
        await submit(page);
        expect(stepOf(page)).toBe('where');

        // An error says what to change and keeps what was typed.
        const typed = 'this is not an address';
        await page.locator('textarea[name=links]').fill(typed);
        await page.locator('#f-account-0').fill('@somebody');
        await submit(page);
        expect(await page.locator('textarea[name=links]').inputValue()).toBe(typed);
        expect(await page.locator('#f-account-0').inputValue()).toBe('@somebody');
        expect(await seen(page.locator('.error-summary'))).toContain(typed);
        await page.locator('#f-account-0').fill('');

        await fillIn(page, answers);
        const review = await seen(page.locator('main'));
        for (const said of [variant.url, answers.story, answers.contact]) if (said) expect(review).toContain(said);
        await send(page);
        variant.receipt = await receiptOn(page);
        expect(await seen(page.locator('main'))).toContain(t('reporting.done.keep'));

        // An answer that got lost on the way must not lose the number.
        await page.reload();
        expect(await receiptOn(page)).toBe(variant.receipt);
      },
      variant === LAST,
    );
  });

  it('whoever opens the form anew in the same browser does not get back to the number', async () => {
    await browse({ js: false }, async ({ page }) => {
      await page.goto(`${platform.origin}/fr/report`);
      await fillIn(page, { ...base, who: 'witness', danger: 'no', what: 'harassment' });
      await send(page);
      await page.goto(`${platform.origin}/fr/report`);
      await page.goto(`${platform.origin}/fr/report/done`);
      expect(stepOf(page)).toBe('report');
    });
  });

  it('danger that was declared or written about pages whoever is on duty, by mail and webhook', async () => {
    const hooks = await eventually('two pages by webhook', async () => {
      const sent = (await mailbox.webhooks()).filter((h) => h.type === 'danger' && h.step === 0);
      return sent.some((h) => h.declared === true) && sent.some((h) => h.declared === false) ? sent : undefined;
    });
    const words = hooks.find((h) => h.declared === false);
    expect(words?.kinds).toContain('self-harm');
    expect(JSON.stringify(hooks)).not.toContain('photos.sample-host.example');
    for (const hook of hooks) {
      const mails = (await mailbox.mails()).filter((m) => m.text.includes(String(hook.link)));
      expect(mails.map((m) => m.to)).toEqual(['on-call@e-salama.example']);
    }
  });

  it('one danger is one page: sending the draft that rang does not ring again', async () => {
    const hooks = (await mailbox.webhooks()).filter((h) => h.type === 'danger' && h.step === 0);
    expect(hooks).toHaveLength(2);
  });

  it('on-call opens the page from the mail, reads where the child is, and takes it', async () => {
    const { t } = wordsOf('ar');
    const declared = (await mailbox.webhooks()).find((h) => h.declared === true);
    await browse({ js: false, width: 1280 }, async ({ page }) => {
      await signIn(page, platform.signInUrl('on-call'), 'ar');
      await page.goto(String(declared?.link));
      expect(await seen(page.locator('main'))).not.toContain('قرب محطة القطار');
      await submit(page, 'main form[action$="/whereabouts"] button');
      expect(await seen(page.locator('main'))).toContain('قرب محطة القطار');
      await submit(page, 'main form[action$="/acknowledge"] button');
      expect(await seen(page.locator('main'))).toContain(t('casework.done.taken'));
    });
  });

  it.each(VARIANTS)('$name: an analyst finds it in the queue, looks at it and judges it', async (variant) => {
    const { t } = wordsOf(variant.lang);
    await browse({ js: variant.js, width: 1280 }, async ({ page }) => {
      await signIn(page, platform.signInUrl('analyst'), variant.lang);
      expect(new URL(page.url()).pathname).toBe('/desk');
      await page.locator('main table a', { hasText: new URL(variant.url).pathname }).click();
      await page.waitForURL(/item=/);
      const href = await page.locator('.desk-panel a[href^="/desk/items/"]').first().getAttribute('href');
      variant.item = href?.split('#')[0] ?? '';
      await page.goto(platform.origin + itemOf(variant));
      // What was written is opened by a deed that is recorded, not by looking at the item.
      expect(await seen(page.locator('main'))).not.toContain(variant.answers.story ?? '');

      await lookThrough(page, variant);
      await page.goto(platform.origin + itemOf(variant));

      await page.locator('main input[name=outcome][value=illegal]').check();
      for (const [name, value] of Object.entries({ severity: 'serious', ageBand: '12-14', sex: 'unknown' }))
        await page.locator(`main select[name=${name}]`).selectOption(value);
      await submit(page, 'main form[action$="/assess"] button.btn-primary');
      expect(await seen(page.locator('main'))).toContain(t('casework.done.proposed'));
    });
  });

  it('nothing has left yet: one person’s word is not enough', async () => {
    expect((await mailbox.mails()).filter((m) => m.to === 'abuse@sample-host.example')).toEqual([]);
  });

  it.each(VARIANTS)('$name: a second person looks, and judges the same', async (variant) => {
    const { t } = wordsOf(variant.lang);
    await browse({ js: variant.js, width: 1280 }, async ({ page }) => {
      await signIn(page, platform.signInUrl('senior-analyst'), variant.lang);
      await page.goto(`${platform.origin}/desk/verify`);
      await page.locator('main table a', { hasText: new URL(variant.url).pathname }).click();
      await page.waitForURL(/\/desk\/verify\/[0-9a-f-]{36}$/);
      // Where the rule is not blind, what the first person said is there to be weighed.
      expect(await seen(page.locator('main'))).toContain(t('casework.verify.first'));
      await submit(page, '.desk-panel form button[type=submit], .desk-panel form button');
      expect(await seen(page.locator('main'))).toContain(t('casework.verify.done.agreed'));
    });
  });

  it('a lawful notice goes to the abuse desk, once for each page, without a word of the reports', async () => {
    const notices = await eventually(
      'four notices',
      async () => {
        const found = (await mailbox.mails()).filter((m) => m.to === 'abuse@sample-host.example');
        return found.length >= VARIANTS.length ? found : undefined;
      },
      60_000,
    );
    expect(new Set(notices.map((n) => n.messageId)).size).toBe(VARIANTS.length);
    expect(notices).toHaveLength(VARIANTS.length);
    for (const notice of notices) {
      expect(notice.text).toContain(`${platform.origin}/notice/`);
      // The exact place of such content stands behind the signed link, not in a mail.
      expect(notice.text).not.toMatch(/\/p\/6\d/);
      for (const { answers } of VARIANTS) expect(notice.text).not.toContain(answers.story);
    }
  });

  it('a look at the signed page changes nothing, and its answers are the provider’s alone', async () => {
    const notice = (await mailbox.mails()).find((m) => m.to === 'abuse@sample-host.example');
    const link = /https?:\/\/\S+\/notice\/\S+/.exec(notice?.text ?? '')?.[0] ?? '';
    await browse({ js: false }, async ({ page }) => {
      await page.goto(link);
      expect(await seen(page.locator('h1'))).toBe(wordsOf('fr').t('takedown.page.title'));
      const wrong = await page.goto(`${link.slice(0, -2)}xx`);
      expect(wrong?.status()).toBe(404);
    });
  });

  // The site takes its minute, and the looks after it: what does not wait for them goes on meanwhile.
  receiptSuite(() => ({ platform, browse }));
  formSuite(() => ({ platform, browse }));
  apiSuite(() => platform);

  it('the site removes the pages; looks from two vantages close the items', async () => {
    const { t } = wordsOf('fr');
    await browse({ js: false, width: 1280 }, async ({ page }) => {
      await signIn(page, platform.signInUrl('analyst'), 'fr');
      for (const variant of VARIANTS) {
        const said = await eventually(
          `${variant.name}: closed`,
          async () => {
            await page.goto(platform.origin + itemOf(variant));
            const text = await seen(page.locator('main'));
            return text.includes(t('takedown.state.closed')) ? text : undefined;
          },
          180_000,
        );
        expect(said).toContain(t('casework.state.gone'));
        expect(said.match(/\bfirst\b/g)?.length ?? 0).toBeGreaterThanOrEqual(1);
        expect(said.match(/\bsecond\b/g)?.length ?? 0).toBeGreaterThanOrEqual(1);
      }
    });
  }, 300_000);

  it.each(VARIANTS)('$name: the receipt says it in words', async (variant) => {
    const { t } = wordsOf(variant.lang);
    await browse(variant, async ({ page }) => {
      await openReceipt(page, platform.origin, variant.lang, receiptOf(variant));
      const steps = await page.locator('ol.timeline li').allInnerTexts();
      const told = ['received', 'read', 'asked-site', 'site-answered', 'gone'].map((s) =>
        t(`reporting.progress.${s as 'gone'}.title`),
      );
      expect(steps.map((s) => told.find((title) => s.includes(title)))).toEqual(told);
      expect(await seen(page.locator('main'))).not.toContain(receiptOf(variant));
      expect(await seen(page.locator('main'))).toContain(receiptOf(variant).slice(-4));
    });
  });

  it('the reporter adds a link, and it reaches the desk', async () => {
    const [variant] = VARIANTS as [Variant];
    await browse(variant, async ({ page }) => {
      await openReceipt(page, platform.origin, variant.lang, receiptOf(variant));
      const form = page.locator('main details', { has: page.locator('input[name=link]') });
      await form.locator('summary').click();
      await form.locator('input[name=link]').fill(photo(65));
      await submit(page, 'main form[action$="/receipt/link"] button');
      expect(await page.locator('main').textContent()).toContain(photo(65));
    });
    await browse({ js: false, width: 1280 }, async ({ page }) => {
      await signIn(page, platform.signInUrl('analyst'), 'ar');
      await eventually('the new link in the queue', async () => {
        await page.goto(`${platform.origin}/desk?host=photos.sample-host.example`);
        return (await page.locator('main table a', { hasText: '/p/65' }).count()) > 0 || undefined;
      });
    });
  });

  it('the number that was left on a screen is masked two minutes after sending', async () => {
    if (!left) throw new Error('nobody left a browser open');
    const { page, close } = left;
    await eventually(
      'a masked number',
      async () => {
        await page.reload();
        return (await page.locator('.receipt-number').count()) === 0 || undefined;
      },
      140_000,
    );
    expect(await seen(page.locator('.receipt-masked'))).toContain(receiptOf(LAST).slice(-4));
    expect((await page.content()).replace(/\D/g, '')).not.toContain(receiptOf(LAST));
    await close();
  }, 160_000);

  it('the figures show numbers, hide small ones, and say the same as CSV', async () => {
    const { t } = wordsOf('fr');
    await browse({ js: false, width: 1280 }, async ({ page }) => {
      const table = await eventually(
        'figures with the four reports',
        async () => {
          await page.goto(`${platform.origin}/fr/figures`);
          const rows = await page.locator('main table').first().locator('tbody tr').all();
          const cells = await Promise.all(rows.map((r) => r.locator('th, td').allInnerTexts()));
          // Six samples and four of ours; the total stands beside the category.
          return cells.some((row) => Number(row[1]) >= 10) ? cells : undefined;
        },
        90_000,
      );
      const hidden = await page.locator(`main abbr[title="${t('observatory.hidden')}"]`).count();
      expect(hidden).toBeGreaterThan(0);
      const csv = await (await page.request.get(`${platform.origin}/fr/figures/figures.csv`)).text();
      const lines = csv
        .replace('\ufeff', '')
        .trim()
        .split('\r\n')
        .map((l) => l.split(','));
      expect(lines[0]?.at(-1)).toBe(t('observatory.total'));
      const numbers = (totals: (string | undefined)[]) => totals.map((n) => Number.parseInt(n ?? '', 10) || null);
      // The page may show a snapshot that is a minute older than the file.
      expect(numbers(lines.slice(1).map((r) => r.at(-1))).filter((n) => n === null)).toHaveLength(
        numbers(table.map((r) => r[1])).filter((n) => n === null).length,
      );
      for (const chart of ['months', 'categories', 'months-narrow', 'categories-narrow-dark']) {
        const svg = await page.request.get(`${platform.origin}/fr/figures/${chart}.svg`);
        expect(svg.headers()['content-type']).toContain('image/svg+xml');
      }
    });
  }, 150_000);
});

privacySuite(() => platform);
