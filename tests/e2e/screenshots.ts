/** Writes pictures of the main pages: `node --import tsx tests/e2e/screenshots.ts OUTDIR [LANG…]`. Not a test. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser, overflow, visitor } from '../support/browser.ts';
import { startPlatform } from '../support/platform-process.ts';
import { deskTour, leaveUnfinished, readingPaths, reportTour } from '../support/tour.ts';

const [outDir = 'pictures', ...langs] = process.argv.slice(2);
mkdirSync(outDir, { recursive: true });
const platform = await startPlatform();
const browser = await launchBrowser();
const { origin } = platform;
const WIDTHS = [360, 1280];

try {
  for (const lang of langs.length > 0 ? langs : ['ar', 'fr', 'en']) {
    const { page, complaints, close } = await visitor(browser, origin);
    const look = async (name: string) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width === 360 ? 740 : 860 });
        await page.evaluate(() => document.fonts.ready);
        const wide = await overflow(page);
        await page.screenshot({ path: path.join(outDir, `${lang}-${name}-${width}.png`), fullPage: true });
        process.stdout.write(`${lang} ${name} ${width}${wide > 0 ? ` is ${wide} px too wide` : ''}\n`);
      }
    };
    for (const [name, at] of readingPaths(lang)) {
      await page.goto(origin + at);
      await look(name);
    }
    await reportTour(page, origin, lang, look);
    await leaveUnfinished(page, origin, lang);
    await deskTour(page, platform, lang, look);
    for (const complaint of complaints) process.stdout.write(`complaint: ${complaint}\n`);
    await close();
  }
} finally {
  await browser.close();
  await platform.stop();
}
