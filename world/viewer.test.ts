import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import axe from 'axe-core';
import { createTransport } from 'nodemailer';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { close, listen } from './listen.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { startViewer, type Viewer } from './viewer.ts';
import { linkify } from './viewer-pages.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const CHROMIUM = '/usr/bin/chromium';
let clockMs = Date.parse('2026-11-24T09:00:00Z');
const now = () => new Date(clockMs);
let mailbox: Mailbox;
let viewer: Viewer;

/** Stands for the rest of the Internet: counts who comes by. */
const elsewhere = createServer((req, res) => {
  visits.push(req.url ?? '');
  res.end('here');
});
const visits: string[] = [];
let outside = '';

const hostile = () => `<html lang="ar" dir="rtl"><body><p>السلام عليكم</p><script>top.document.title='owned'</script>
<img src="${outside}/pixel.png" alt="" onerror="top.document.title='owned'">
<a href="${outside}/fr/notice/1">الإشعار</a></body></html>`;

async function send(subject: string, more: object = {}) {
  await createTransport({ host: '127.0.0.1', port: mailbox.port }).sendMail({
    from: 'notices@e-salama.example',
    to: 'abuse@sample-host.example',
    subject,
    text: 'See <http://localhost:8080/fr/notice/abc?t=x&y=1>.\n<b>not bold</b>',
    ...more,
  });
  clockMs += 1000;
}

const page = async (path = '') => {
  const response = await fetch(new URL(path, viewer.url));
  return { status: response.status, headers: response.headers, text: await response.text() };
};

beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, now });
  viewer = await startViewer({ mailbox, port: 0, now });
  outside = `http://127.0.0.1:${await listen(elsewhere, 0, '127.0.0.1')}`;
});
afterAll(async () => {
  await viewer.stop();
  await mailbox.stop();
  elsewhere.closeAllConnections();
  await close(elsewhere);
});

describe('mailbox viewer', () => {
  it('says that nothing has arrived, and looks again by itself', async () => {
    const { text } = await page();
    expect(text).toContain('Nothing has arrived yet');
    expect(text).toContain('<meta http-equiv="refresh" content="5">');
    expect(text).toContain('Demonstration mailbox');
    expect(text).toContain('<span lang="ar" dir="rtl">');
    expect(text).toContain('<span lang="fr">');
  });

  it('can be made to stand still', async () => {
    const { text } = await page('?still');
    expect(text).not.toContain('http-equiv="refresh"');
    expect((await page()).text).toContain('<a href="/?still">');
  });

  it('lists the newest first and shows each as it was meant and as plain text', async () => {
    await send('First <script>');
    await send('طلب إزالة محتوى', { html: hostile() });
    const list = (await page()).text;
    expect(list).toContain('2 messages');
    expect(list.indexOf('طلب إزالة محتوى')).toBeLessThan(list.indexOf('First &lt;script&gt;'));
    expect(list).not.toContain('First <script>');
    const { text } = await page('mail/2');
    expect(text).toContain('dir="auto">طلب إزالة محتوى</h1>');
    expect(text).not.toContain('http-equiv="refresh"');
    expect(text).toContain('&lt;b&gt;not bold&lt;/b&gt;');
    expect(text).toContain('MIME-Version: 1.0');
    expect((await page('mail/99')).status).toBe(404);
  });

  it('makes links of plain addresses without swallowing what follows', () => {
    expect(linkify('at http://a.example/x?b=1&c=2, or "javascript:1"').markup).toBe(
      'at <a href="http://a.example/x?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">http://a.example/x?b=1&amp;c=2</a>, or &quot;javascript:1&quot;',
    );
  });

  it('is for looking: no script, no form, nothing kept, nothing said to other sites', async () => {
    const { headers } = await page();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect((await fetch(viewer.url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${viewer.url}/`)).status).toBe(404);
  });
});

describe.skipIf(!existsSync(CHROMIUM))('mailbox viewer in a browser', () => {
  let browser: Browser;
  let tab: Page;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    tab = await (await browser.newContext()).newPage();
  });
  afterAll(() => browser?.close());

  it('runs no script of a mail and loads no picture from outside, but lets its links open', async () => {
    await tab.goto(`${viewer.url}mail/2`);
    const frame = tab.frameLocator('iframe');
    expect(await frame.locator('p').textContent()).toBe('السلام عليكم');
    expect(await tab.title()).toBe('طلب إزالة محتوى · demonstration mailbox');
    expect(visits).toEqual([]);
    const [popup] = await Promise.all([tab.context().waitForEvent('page'), frame.locator('a').click()]);
    await popup.waitForLoadState();
    expect(visits[0]).toBe('/fr/notice/1');
    await popup.close();
  });

  it.each(['light', 'dark'] as const)('has no accessibility fault in %s', async (colorScheme) => {
    await tab.emulateMedia({ colorScheme });
    for (const path of ['?still', 'mail/2', 'mail/99']) {
      await tab.goto(viewer.url + path);
      // Not through axe's Playwright driver: it waits for ever for a frame in which no script may run.
      await tab.evaluate(axe.source);
      const faults = await tab.evaluate(async () => {
        const { violations, passes } = await window.axe.run(document, { iframes: false });
        if (passes.length === 0) throw new Error('nothing was examined');
        return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
      });
      expect(faults, path).toEqual([]);
    }
  });
});

describe('webhook sink', () => {
  const post = (body: string, type = 'application/json') =>
    fetch(viewer.webhookUrl, { method: 'POST', body, headers: { 'content-type': type, 'x-signature': 'abc' } });

  it('keeps JSON and shows it', async () => {
    expect((await post('{"event":"danger","text":"<نص>"}')).status).toBe(204);
    expect(viewer.webhook.received).toEqual([
      {
        receivedAt: now(),
        headers: expect.objectContaining({ 'x-signature': 'abc' }),
        body: { event: 'danger', text: '<نص>' },
      },
    ]);
    expect((await page()).text).toContain('On-call webhook: 1 call<');
    expect((await page()).text).toContain('&lt;نص&gt;');
  });

  it('refuses what is not JSON, too big or not posted, and fails when told to', async () => {
    expect((await post('{')).status).toBe(400);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post(`"${'x'.repeat(300_000)}"`)).status).toBe(413);
    expect((await fetch(viewer.webhookUrl)).status).toBe(405);
    viewer.webhook.refuse(503);
    expect((await post('{}')).status).toBe(503);
    viewer.webhook.refuse(null);
    expect(viewer.webhook.received).toHaveLength(1);
  });
});
