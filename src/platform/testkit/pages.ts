import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Pictures of every page that is looked at go to this folder, for the eye, when somebody wants them. */
export const PICTURES = process.env.PICTURES;

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Quiet: no call home, no sandbox of its own, because tests run as root on pages of ours. */
export const QUIET_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium for pages of ours. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET_FLAGS] });
}

/** Opens every closed part of a page: what is hidden is not examined. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const d of document.querySelectorAll('details')) d.open = true;
  });
}

/** That a page is no wider than the screen: on a desk and on a phone, ending at the phone. */
export async function fits(page: Page, name: string): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${name} is wider than the screen of ${width} px`).toBeLessThanOrEqual(0);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${width}.png`, fullPage: true });
  }
}
