import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../src/platform/root.ts';
import { seen, signIn, submit } from '../support/browser.ts';
import { openReceipt } from '../support/report-form.ts';
import { wordsOf } from '../support/words.ts';
import type { FormSuite } from './form.suite.ts';
import { itemOf, receiptOf, VARIANTS, type Variant } from './variants.ts';

/** What a reporter does with the follow-up number while others work. */
export function receiptSuite(given: () => FormSuite): void {
  describe('behind the follow-up number', { timeout: 120_000 }, () => {
    it.each(VARIANTS)('$name: messages go both ways', async (variant) => {
      const { platform, browse } = given();
      const { t } = wordsOf(variant.lang);
      const question = `${variant.name}: et maintenant ?`;
      const answer = `${variant.name}: c’est retiré.`;
      await browse(variant, async ({ page }) => {
        await openReceipt(page, platform.origin, variant.lang, receiptOf(variant));
        await page.locator('textarea[name=message]').fill(question);
        await submit(page, 'main form[action$="/receipt/reply"] button');

        await browse({ js: variant.js, width: 1280 }, async ({ page: desk }) => {
          await signIn(desk, platform.signInUrl('analyst'), variant.lang);
          await desk.goto(platform.origin + itemOf(variant));
          await submit(desk, 'main form[action$="/narrative"] button');
          const opened = await seen(desk.locator('main'));
          expect(opened).toContain(question);
          expect(opened).toContain(variant.answers.story);
          await desk.locator('main form[action$="/reply"] textarea').fill(answer);
          await submit(desk, 'main form[action$="/reply"] button');
          expect(await seen(desk.locator('main'))).toContain(t('casework.done.replied'));
        });

        await page.reload();
        expect(await seen(page.locator('.callout-help').first())).toContain(answer);
      });
    });

    it('the reporter deletes the contact, and nobody can open it any more', async () => {
      const { platform, browse } = given();
      const [, , variant] = VARIANTS as [Variant, Variant, Variant];
      const contacts = async () =>
        browse({ js: false, width: 1280 }, async ({ page }) => {
          await signIn(page, platform.signInUrl('helpline'), 'fr');
          await page.goto(platform.origin + itemOf(variant));
          const button = page.locator('main form[action$="/contact"] button');
          if ((await button.count()) === 0) return 'none';
          await submit(page, 'main form[action$="/contact"] button');
          return seen(page.locator('main'));
        });
      expect(await contacts()).toContain('0600000063');
      await browse(variant, async ({ page }) => {
        await openReceipt(page, platform.origin, variant.lang, receiptOf(variant));
        await page
          .locator('main details', { has: page.locator('form[action$="/delete-contact"]') })
          .locator('summary')
          .click();
        await submit(page, 'main form[action$="/receipt/delete-contact"] button');
        expect(await page.locator('form[action$="/delete-contact"]').count()).toBe(0);
      });
      expect(await contacts()).toBe('none');
    });

    it('the receipt’s proof verifies with the file alone, and a changed proof does not', async () => {
      const { platform, browse } = given();
      const [variant] = VARIANTS as [Variant];
      const proof = await browse(variant, async ({ page }) => {
        await openReceipt(page, platform.origin, variant.lang, receiptOf(variant));
        await page.locator(`main a[href^="/${variant.lang}/audit/proof/"]`).click();
        const file = page.locator('main a[href^="/audit/proof/"]');
        await file.waitFor();
        const answer = await page.request.get(platform.origin + (await file.getAttribute('href')));
        expect(answer.headers()['content-disposition']).toMatch(/^attachment; filename="proof-\d+\.json"$/);
        return answer.text();
      });
      const prove = async (text: string) => {
        const file = path.join(platform.stateDir, 'proof.json');
        writeFileSync(file, text);
        const run = promisify(execFile)(
          process.execPath,
          [path.join(findRoot(), 'dist/server/cli.js'), 'audit', 'prove', file],
          {
            env: { PATH: process.env.PATH, SALAMA_STATE: platform.stateDir },
          },
        );
        return run.then(
          ({ stdout }) => ({ code: 0, stdout }),
          (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
        );
      };
      const good = await prove(proof);
      expect(good.stdout).toContain('Proven');
      expect(good.stdout).toContain('reporting.report.received');
      expect(good.code).toBe(0);
      const changed = await prove(proof.replace('reporting.report.received', 'reporting.report.refused'));
      expect(changed.stdout).toContain('NOT PROVEN');
      expect(changed.code).toBe(1);
    });
  });
}
