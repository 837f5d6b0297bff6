import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, Result, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { LANGS, type Lang } from '../i18n/index.ts';

/** The smaller build: each page has to read it. */
const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Of what is in order only the first example is described.
  resultTypes: ['violations'],
};

/**
 * What axe finds on a page of ours. It runs in the page itself and is put there once, however often the page is looked at;
 * AxeBuilder puts it there twice for each look, or opens a second page. Our pages have no frames, which it would need that for.
 *
 * @param options over the rules of WCAG 2.2 AA and good practice
 */
export async function axeViolations(page: Page, options: RunOptions = {}): Promise<Result[]> {
  if (page.frames().length > 1) throw new Error(`${page.url()} has frames, which are not looked into`);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
  return page.evaluate(
    async (run) => {
      const { axe } = window as unknown as { axe: { run(at: Document, how: RunOptions): Promise<AxeResults> } };
      return (await axe.run(document, run)).violations;
    },
    { ...RULES, ...options },
  );
}

/**
 * Languages that a module's own pages are walked in: both directions, and the longest words. `test:long` walks them in all;
 * whole systems (tests/a11y) are walked in all of them always.
 */
export const WALKED: readonly Lang[] = process.env.SALAMA_LONG === '1' ? LANGS : ['ar', 'fr'];

/**
 * One language from each side: what axe finds lies in markup and colours, which all languages share. `test:long` has it look
 * at all of them.
 */
const LOOKED_AT = process.env.SALAMA_LONG === '1' ? undefined : ['ar', 'en'];

/** What axe calls serious or critical, each as one line; pages in some languages are looked at in `test:long` only. */
export async function graveViolations(page: Page): Promise<string[]> {
  if (LOOKED_AT && !LOOKED_AT.includes(await page.evaluate(() => document.documentElement.lang))) return [];
  return (await axeViolations(page))
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}`));
}
