import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineError } from '../../platform/errors.ts';
import { buildServer } from '../../platform/http/index.ts';
import { LANGS } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { type Audit, createAudit, recordAudits } from './index.ts';
import { headJson, readPublicKey, verifyHead } from './log/head.ts';
import { verifyProof } from './proof.ts';
import { routes } from './routes.tsx';

const REFUSED = defineError('http', 'NOT_FOUND', 404);
let platform: TestPlatform;
let audit: Audit;
let server: FastifyInstance;
let auditor = true;
const ids: string[] = [];

beforeAll(async () => {
  platform = await createTestPlatform();
  audit = createAudit(platform);
  server = await buildServer(platform, {
    zone: 'Africa/Casablanca',
    fallbackLang: 'ar',
    shellData: async () => ({ helpLines: [], user: { name: 'Auditor' } }),
  });
  const requireAuditor = async () => {
    if (!auditor) throw REFUSED();
  };
  await server.register(routes({ audit, zone: 'Africa/Casablanca', requireAuditor }));
});
afterAll(async () => {
  await server?.close();
  await platform?.close();
});

async function record(n: number): Promise<void> {
  const { clock, random, db } = platform;
  for (let i = 0; i < n; i += 1) {
    const id = uuidv7(clock, random);
    const detail = { n: i, mark: '<b>bold</b>' };
    const subject = `test.thing:${i}`;
    await recordAudits(db, [{ id, at: clock.now(), actor: 'reporter', action: 'test.thing.made', subject, detail }]);
    ids.push(id);
    clock.advance(1000);
  }
}

const get = (url: string, lang = 'en') => server.inject({ method: 'GET', url, cookies: { lang } });

it('says so while nothing is sealed', async () => {
  expect((await get('/audit/head.json')).statusCode).toBe(404);
  expect((await get('/audit/head.json')).json()).toMatchObject({ code: 'AUDIT_HEAD_UNKNOWN' });
  expect((await get('/en/audit')).body).toContain('Nothing is sealed yet');
  expect((await get('/desk/audit')).body).toContain('No entry fits');
  await record(60);
  expect(await audit.sealOnce()).toBe(60);
});

describe('for machines', () => {
  it('publishes a head that the published key verifies', async () => {
    const [headReply, keyReply] = [await get('/audit/head.json'), await get('/audit/key.pem')];
    const head = headJson.parse(headReply.json());
    expect(head.size).toBe(60);
    expect(verifyHead(head, readPublicKey(keyReply.body))).toBe(true);
    expect(headReply.headers).toMatchObject({
      'cache-control': 'public, max-age=1',
      'access-control-allow-origin': '*',
    });
    expect((await get('/audit/checkpoint')).body).toContain(`\n60\n${head.root.toString('base64')}\n`);
    expect(headReply.headers['set-cookie']).toBeUndefined();
  });

  it('gives the proof of an entry, which verifies', async () => {
    const reply = await get(`/audit/proof/${ids[7]}.json`);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(verifyProof(reply.json())).toMatchObject({ ok: true, proof: { index: 7, entry: { id: ids[7] } } });
  });

  it('asks to wait for an entry that is not sealed yet', async () => {
    await record(1);
    const reply = await get(`/audit/proof/${ids[60]}.json`);
    expect(reply.statusCode).toBe(202);
    expect(reply.json()).toEqual({ kind: 'pending' });
    expect(reply.headers['retry-after']).toBe('1');
    await audit.sealOnce();
    expect((await get(`/audit/proof/${ids[60]}.json`)).statusCode).toBe(200);
  });

  it.each(LANGS)('says in %s what the proof proves, and gives the file behind it', async (lang) => {
    const page = await get(`/${lang}/audit/proof/${ids[7]}`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(`<html lang="${lang}"`);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.body).toContain('test.thing.made');
    expect(page.body).toContain((await audit.head())?.root.toString('base64'));
    expect(page.body).toContain('audit prove proof-7.json');
    expect(page.body).toContain('audit verify log.jsonl');
    expect(page.body).not.toContain('audit.proof.');
    const href = /href="(\/audit\/proof\/[^"]+)"/.exec(page.body)?.[1] ?? '';
    const file = await get(href);
    expect(file.headers['content-disposition']).toBe('attachment; filename="proof-7.json"');
    expect(verifyProof(file.json())).toMatchObject({ ok: true, proof: { index: 7 } });
  });

  it('says so in words while an entry waits for its seal, or when there is none', async () => {
    await record(1);
    const waiting = await get(`/en/audit/proof/${ids[61]}`);
    expect(waiting.body).toContain('is being sealed');
    expect(waiting.body).toContain('http-equiv="refresh"');
    expect(waiting.body).not.toContain('audit prove');
    await audit.sealOnce();
    expect((await get(`/en/audit/proof/${ids[61]}`)).body).toContain('audit prove proof-61.json');
    const unknown = await get('/en/audit/proof/00000000-0000-7000-8000-000000000000');
    expect(unknown.statusCode).toBe(404);
    expect(unknown.headers['content-type']).toContain('text/html');
  });

  it('gives consistency proofs between heads', async () => {
    expect(verifyProof((await get('/audit/consistency/60/61.json')).json())).toMatchObject({ ok: true });
  });

  it.each([
    ['/audit/proof/0193.json', 'AUDIT_ENTRY_UNKNOWN'],
    ['/audit/proof/00000000-0000-7000-8000-000000000000.json', 'AUDIT_ENTRY_UNKNOWN'],
    ['/audit/consistency/59/60.json', 'AUDIT_HEAD_UNKNOWN'],
    ['/audit/consistency/60/-1.json', 'AUDIT_HEAD_UNKNOWN'],
    ['/audit/consistency/1e3/61.json', 'AUDIT_HEAD_UNKNOWN'],
  ])('answers %s with %s', async (url, code) => {
    const reply = await get(url);
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json()).toMatchObject({ code });
  });
});

describe('pages', () => {
  it.each(LANGS)('explain in %s, with the seal to keep', async (lang) => {
    const reply = await get(`/${lang}/audit`);
    expect(reply.statusCode).toBe(200);
    const head = await audit.head();
    expect(reply.body).toContain(`<html lang="${lang}"`);
    expect(reply.body).toContain(head?.root.toString('base64'));
    expect(reply.body).not.toContain('audit.public.');
  });

  it.each(LANGS)('show the log to the auditor in %s', async (lang) => {
    const reply = await get('/desk/audit', lang);
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain('test.thing:59');
    expect(reply.body).toContain('&lt;b>bold&lt;/b>');
    expect(reply.body).not.toContain('audit.desk.');
  });

  it('are for the auditor only', async () => {
    auditor = false;
    const reply = await get('/desk/audit');
    auditor = true;
    expect(reply.statusCode).toBe(404);
    expect(reply.body).not.toContain('test.thing:59');
  });

  it('filter and page by plain links', async () => {
    const first = await get('/desk/audit?action=test.');
    expect(first.body).toContain('test.thing:59<');
    expect(first.body).not.toContain('test.thing:3<');
    const next = /rel="next" href="([^"]+)"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).toContain('action=test.');
    const second = await get(next);
    expect(second.body).toContain('test.thing:3<');
    expect(second.body).not.toContain('test.thing:59<');
    const one = await get('/desk/audit?subject=test.thing:5&actor=reporter');
    expect(one.body.match(/\/audit\/proof\//g)).toHaveLength(1);
    expect((await get('/desk/audit?from=2026-11-25')).body).not.toContain('/audit/proof/');
    expect((await get('/desk/audit?from=2026-11-24&until=2026-11-24')).body).toContain('/audit/proof/');
  });

  it.each(['from=yesterday', 'after=nonsense', `subject=${'x'.repeat(301)}`])('refuse the filter %s', async (query) => {
    expect((await get(`/desk/audit?${query}`)).statusCode).toBe(400);
  });
});
