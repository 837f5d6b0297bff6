import { DomUtils, parseDocument } from 'htmlparser2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LANGS } from '../../src/platform/i18n/index.ts';
import { PAGES, type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { RawClient } from '../support/raw-client.ts';

/** The issue's limit for the first page of a report, without fonts. */
const LIMIT = 30 * 1024;

let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatform({ roles: PAGES });
}, 180_000);
afterAll(() => platform?.stop(), 60_000);

it.each(LANGS)('the first report page weighs at most 30 KB over the wire in %s, scripts included', async (lang) => {
  // What an old phone in a slow network pays: no cache, one page, headers of answers included.
  const client = new RawClient(platform.origin, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
  const page = await client.get(`/${lang}/report`);
  expect(page.status).toBe(200);
  const document = parseDocument(page.text);
  const wanted = DomUtils.findAll(
    (e) => 'src' in e.attribs || (e.name === 'link' && 'href' in e.attribs),
    document.children,
  )
    .map((e) => e.attribs.src ?? e.attribs.href ?? '')
    .filter((address) => !address.startsWith('data:'));
  expect(wanted.some((w) => w.endsWith('.css'))).toBe(true);
  const sizes = new Map([['html', page.body.length]]);
  for (const address of wanted) {
    expect(address).toMatch(/^\/assets\//);
    const answer = await client.get(address);
    expect(answer.status, address).toBe(200);
    expect(answer.headers['content-encoding'], address).toBe('br');
    sizes.set(address, answer.body.length);
    // A stylesheet may ask for more: only fonts, and they don't count.
    if (address.endsWith('.css'))
      for (const [, inner] of (await client.get(address, { 'accept-encoding': 'identity' })).text.matchAll(
        /url\(([^)]+)\)/g,
      ))
        expect(inner).toMatch(/\.woff2["']?$|^["']?data:/);
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(total, JSON.stringify([...sizes])).toBeLessThanOrEqual(LIMIT);
  process.stdout.write(
    `${lang}: ${total} bytes (${[...sizes].map(([name, size]) => `${name.replace('/assets/', '')} ${size}`).join(', ')})\n`,
  );
});

it('the first page needs no script: its question is answered by a plain form', async () => {
  const client = new RawClient(platform.origin);
  const page = await client.get('/ar/report');
  const form = DomUtils.findOne((e) => e.name === 'form', parseDocument(page.text).children);
  expect(form?.attribs).toMatchObject({ method: 'post', action: '/ar/report/who' });
  const answer = await client.post('/ar/report', '/ar/report/who', { reporter: 'child' });
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe('/ar/report/danger');
});
