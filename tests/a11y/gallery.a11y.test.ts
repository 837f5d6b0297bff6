import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/db.ts';
import { EventBus } from '../../src/platform/events.ts';
import { buildServer } from '../../src/platform/http/index.ts';
import { LANGS, loadCatalogues } from '../../src/platform/i18n/index.ts';
import { Jobs, Ticks } from '../../src/platform/jobs.ts';
import { ephemeralKeyring } from '../../src/platform/keys.ts';
import { createLogger } from '../../src/platform/log.ts';
import { createMailer } from '../../src/platform/mail.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { findRoot } from '../../src/platform/root.ts';
import { axeViolations } from '../../src/platform/testkit/axe.ts';
import { assets } from '../../src/platform/ui/assets.ts';
import { GALLERY_PAGES, galleryRoutes } from '../../src/platform/ui/gallery.routes.tsx';
import { launchBrowser } from '../support/browser.ts';

const ZONE = 'Africa/Casablanca';

/** The platform without a database behind it: the gallery asks none, and connections open on first use only. */
function platformWithoutDatabase(): Platform {
  const config = loadConfig({ SALAMA_DEV: '1', LOG_LEVEL: 'silent' });
  const log = createLogger(config.logLevel, 'test');
  return {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    db: openDatabase('postgres://127.0.0.1:1/none', { max: 1 }).db,
    keys: ephemeralKeyring(),
    events: new EventBus(),
    jobs: new Jobs(log),
    ticks: new Ticks(systemClock, log),
    mail: createMailer(config.smtpUrl, config.mailFrom),
    i18n: loadCatalogues(findRoot()),
    rootDir: findRoot(),
  };
}

let app: FastifyInstance;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!assets().stylesheet) throw new Error('build the assets first: npm run build');
  const platform = platformWithoutDatabase();
  app = await buildServer(platform, {
    zone: ZONE,
    fallbackLang: 'ar',
    shellData: async () => ({ helpLines: [], user: undefined }),
  });
  await app.register(galleryRoutes(platform, ZONE));
  app.get('/exit', (_req, reply) =>
    reply.type('text/html').send('<!doctype html><title>Closed</title><link rel="icon" href="data:,"><p>closed'),
  );
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** Runs `use` on a page of the gallery; fails when the page asked for anything outside itself or broke its own policy. */
async function visitIn<T>(context: BrowserContext, path: string, use: (page: Page) => Promise<T>): Promise<T> {
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) complaints.push(`asked for ${url}`);
  });
  const response = await page.goto(`${origin}/gallery${path}`);
  expect(response?.status()).toBe(200);
  await page.evaluate(() => document.fonts.ready);
  const result = await use(page);
  expect(complaints).toEqual([]);
  await page.close();
  return result;
}

/** The same in a browser of its own, which knows nothing yet. */
async function visit<T>(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext(options);
  try {
    return await visitIn(context, path, use);
  } finally {
    await context.close();
  }
}

async function violations(page: Page): Promise<string[]> {
  const found = await axeViolations(page);
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary ?? ''}`));
}

describe.each(LANGS)('gallery in %s', { timeout: 90_000 }, (lang) => {
  // One browser for all its pages, as a visitor has: fonts and styles come once.
  let context: BrowserContext;
  beforeAll(async () => {
    context = await browser.newContext();
  });
  afterAll(() => context.close());

  it.concurrent.each(GALLERY_PAGES)(
    '/gallery%s has nothing that axe finds, and fits, at 360 and 1280 px',
    async (path) => {
      await visitIn(context, `${path}?lang=${lang}`, async (page) => {
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await violations(page), `${width} px`).toEqual([]);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow, `overflow at ${width} px`).toBeLessThanOrEqual(0);
        }
      });
    },
  );
});

describe('other eyes', { timeout: 90_000 }, () => {
  it('would notice: a picture without words and pale letters are found', async () => {
    await visit('/question?lang=fr', {}, async (page) => {
      expect(await violations(page)).toEqual([]);
      await page.evaluate(() => {
        const main = document.querySelector('main') as HTMLElement;
        main.append(document.createElement('img'));
        const pale = document.createElement('p');
        pale.textContent = 'pale';
        pale.style.color = '#ddd';
        main.append(pale);
      });
      const found = (await violations(page)).map((v) => v.split(':')[0]);
      expect(found).toEqual(expect.arrayContaining(['image-alt', 'color-contrast']));
    });
  });

  it.concurrent.each(GALLERY_PAGES)('/gallery%s keeps its contrast in the dark', async (path) => {
    await visit(
      `${path}?lang=fr&demo=1`,
      { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
      async (page) => {
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(ground).toBe('rgb(18, 24, 33)');
        expect(await violations(page)).toEqual([]);
      },
    );
  });

  it('can be used with the text twice as large', async () => {
    await visit('/question?lang=ar', { viewport: { width: 360, height: 800 } }, async (page) => {
      await page.evaluate(() => {
        document.documentElement.style.fontSize = '200%';
      });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  });

  it('gives every finger 48 px, except the languages in the bar (48 px tall)', async () => {
    await visit('/question?lang=ar', { viewport: { width: 360, height: 800 } }, async (page) => {
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('a:not(.skip), button, .option')]
          .map((e) => ({
            text: e.textContent?.slice(0, 30),
            box: e.getBoundingClientRect(),
            nav: e.closest('.languages'),
          }))
          .filter(({ box, nav }) => box.height < 48 || (!nav && box.width < 48))
          .map(({ text, box }) => `${text} ${box.width}×${box.height}`),
      );
      expect(small).toEqual([]);
    });
  });

  it('shows Arabic in the Arabic face and Tifinagh in its own, both served by us', async () => {
    for (const [lang, family] of [
      ['ar', 'Salama Sans'],
      ['zgh', 'Salama Tifinagh'],
    ])
      await visit(`/question?lang=${lang}`, {}, async (page) => {
        const loaded = await page.evaluate(() =>
          [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family.replaceAll('"', '')),
        );
        expect(loaded).toContain(family);
      });
  });
});

describe('weight', () => {
  it('a report page weighs at most 30 KB over the wire, without fonts, and needs no script', async () => {
    const get = async (path: string) => {
      const answer = await app.inject({ url: path });
      expect(answer.statusCode, path).toBe(200);
      return answer.rawPayload;
    };
    for (const lang of LANGS) {
      const html = await get(`/gallery/question?lang=${lang}`);
      const referenced = [...html.toString().matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((m) => m[1] ?? '');
      expect(referenced.length).toBeGreaterThanOrEqual(2);
      const parts = await Promise.all(referenced.map(get));
      const bytes = [html, ...parts].reduce((sum, body) => sum + gzipSync(body).length, 0);
      expect(bytes, lang).toBeLessThanOrEqual(30_000);
    }
  });

  it('works without JavaScript: an answer can be chosen by its words, and the frame leads out', async () => {
    await visit('/question?lang=fr', { javaScriptEnabled: false }, async (page) => {
      await page.getByText('Harcèlement').click();
      expect(await page.getByLabel('Harcèlement').isChecked()).toBe(true);
      await page.getByRole('link', { name: 'Quitter vite' }).click();
      expect(new URL(page.url()).pathname).toBe('/exit');
    });
  });
});

describe('quick exit', () => {
  const store = (page: Page) =>
    page.evaluate(() => {
      localStorage.setItem('draft', '1');
      sessionStorage.setItem('draft', '1');
    });
  const kept = (page: Page) => page.evaluate(() => localStorage.length + sessionStorage.length);

  it('replaces the page in the history and clears what was kept', async () => {
    await visit('/standing?lang=fr', {}, async (page) => {
      await page.goto(`${origin}/gallery/question?lang=fr`);
      await store(page);
      await page.getByRole('link', { name: 'Quitter vite' }).click();
      await page.waitForURL(/\/exit\?lang=/);
      expect(await kept(page)).toBe(0);
      await page.goBack();
      expect(page.url()).toContain('/gallery/standing');
    });
  });

  it('hears Shift three times, and says so', async () => {
    await visit('/question?lang=en', {}, async (page) => {
      await store(page);
      const status = page.getByRole('status');
      await page.keyboard.press('Shift');
      expect(await status.textContent()).toBe('Press Shift 2 more times to leave');
      await page.keyboard.press('Shift');
      expect(await status.textContent()).toBe('Press Shift once more to leave');
      await page.keyboard.press('Shift');
      await page.waitForURL(/\/exit\?lang=/);
      expect(await kept(page)).toBe(0);
    });
  });

  it('does not take capitals for a wish to leave', async () => {
    await visit('?lang=en', {}, async (page) => {
      const story = page.getByLabel('What happened?');
      await story.fill('');
      for (const letter of ['A', 'B', 'C', 'D']) await page.keyboard.press(`Shift+${letter}`);
      expect(await story.inputValue()).toBe('ABCD');
      expect(new URL(page.url()).pathname).toBe('/gallery');
      await page.getByText('Characters left: 19,996').waitFor();
    });
  });
});
