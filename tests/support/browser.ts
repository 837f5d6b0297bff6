import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

export { launchBrowser } from '../../src/platform/testkit/pages.ts';

export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** What no page may do: ask another origin, break the content policy, throw. */
  complaints: string[];
  close(): Promise<void>;
}

/** One person's browser: a context of its own, watched. */
export async function visitor(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  timeoutMs = 30_000,
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  context.setDefaultTimeout(timeoutMs);
  const complaints: string[] = [];
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) complaints.push(`asked for ${url}`);
  });
  context.on('console', (message) => {
    // A refusal that a test provokes is an answer of the server, not a fault of the page.
    if (message.type() === 'error' && !/the server responded with a status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return { page: await context.newPage(), context, complaints, close: () => context.close() };
}

/** The text that can be seen there: what is folded away or hidden is not in it. */
export function seen(at: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is exactly what must not count
  return at.innerText();
}

/** Presses the main button of the page's form and waits for the answer. */
export async function submit(page: Page, selector = 'main form.form button.btn-primary'): Promise<void> {
  const answered = page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 303);
  await page.locator(selector).first().click();
  await answered;
  await page.waitForLoadState();
}

/** Signs a demonstration account in with its link; the desk's language is asked for as its switcher does. */
export async function signIn(page: Page, url: string, lang: string): Promise<void> {
  const { origin } = new URL(url);
  await page.context().addCookies([{ name: 'lang', value: lang, url: origin }]);
  await page.goto(url);
  await submit(page, 'main button[type=submit]');
}

/** How far the page is wider than its window, in pixels; 0 when everything fits. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, (document.scrollingElement?.scrollWidth ?? 0) - window.innerWidth));
}
