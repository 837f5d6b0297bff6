import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { CHROMIUM } from '../../src/platform/testkit/pages.ts';

/** A browser as a person sets it up in the settings: it asks this address, and no other also when it does not answer. */
export function openChromiumWithDoh(dir: string, templates: string): Promise<BrowserContext> {
  const profile = path.join(dir, 'profile');
  mkdirSync(profile);
  writeFileSync(path.join(profile, 'Local State'), JSON.stringify({ dns_over_https: { mode: 'secure', templates } }));
  return chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--ignore-certificate-errors'],
  });
}

/** What becomes of a page: its heading, or why the browser shows none. */
export async function headingAt(browser: BrowserContext, url: string): Promise<string> {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return (await page.textContent('h1')) ?? '';
  } catch (error) {
    return /net::(ERR_\w+)/.exec(String(error))?.[1] ?? String(error);
  } finally {
    await page.close();
  }
}
