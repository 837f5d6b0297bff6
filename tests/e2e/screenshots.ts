/**
 * Writes pictures of the main pages: `node --import tsx tests/e2e/screenshots.ts OUTDIR [LANG…]`. Not a test.
 * With `--readme` it writes the two pictures of the README instead, to docs/pictures.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser, overflow, signIn, visitor } from '../support/browser.ts';
import { startPlatform } from '../support/platform-process.ts';
import { choose, fillIn, send } from '../support/report-form.ts';
import { deskTour, leaveUnfinished, readingPaths, reportTour } from '../support/tour.ts';

const { values, positionals } = parseArgs({
  options: { readme: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [outDir = values.readme ? 'docs/pictures' : 'pictures', ...langs] = positionals;
mkdirSync(outDir, { recursive: true });
const platform = await startPlatform();
const browser = await launchBrowser();
const { origin } = platform;
const WIDTHS = [360, 1280];
const SAMPLE = 'http://photos.sample-host.example/p/41';

/** Every page of every language, at both widths, as long as it is. */
async function everyPage(): Promise<void> {
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
}

/** First screens: a child's first choice on a phone, and the analysts' queue. */
async function readmePictures(): Promise<void> {
  const child = await visitor(browser, origin);
  await child.page.goto(`${origin}/ar/report`);
  await fillIn(child.page, { who: 'child', danger: 'yes', what: 'harassment', links: SAMPLE, seen: 'few' });
  await send(child.page);
  const phone = await visitor(browser, origin, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 });
  await phone.page.goto(`${origin}/ar/report`);
  await fillIn(phone.page, { who: 'child', danger: 'no', what: 'sextortion' }, 'what');
  await choose(phone.page, 'sextortion');
  await phone.page.screenshot({ path: path.join(outDir, 'report-ar.png') });
  const desk = await visitor(browser, origin, { viewport: { width: 1280, height: 860 } });
  await signIn(desk.page, platform.signInUrl('senior-analyst'), 'ar');
  await desk.page.screenshot({ path: path.join(outDir, 'desk.png') });
}

try {
  await (values.readme ? readmePictures() : everyPage());
} finally {
  await browser.close();
  await platform.stop();
}
