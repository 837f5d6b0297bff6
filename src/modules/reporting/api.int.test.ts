import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildServer } from '../../platform/http/index.ts';
import { LANGS } from '../../platform/i18n/index.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { apiRoutes } from './api.routes.ts';
import { createReporting } from './index.ts';

let platform: TestPlatform;
let server: FastifyInstance;

beforeAll(async () => {
  platform = await createTestPlatform();
  server = await buildServer(platform, {
    zone: 'Africa/Casablanca',
    fallbackLang: 'ar',
    shellData: async () => ({ helpLines: [], user: undefined }),
  });
  const reporting = createReporting(platform, {
    duty: async () => ({ first: undefined, second: undefined, everybody: [] }),
    zone: 'Africa/Casablanca',
    categoryName: (id) => id,
  });
  // The door has tests of its own, in identity.
  const requireMachine = () => async (req: { actor: unknown }) => {
    req.actor = { kind: 'machine', keyId: 'k', organisationId: '00000000-0000-7000-8000-000000000009' };
  };
  await server.register(apiRoutes({ platform, reporting, requireMachine } as Parameters<typeof apiRoutes>[0]));
});
afterAll(async () => {
  await server?.close();
  await platform?.close();
});

const url = '/api/v1/reports';
const post = (payload: string, headers: Record<string, string> = {}) =>
  server.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });

describe('machine intake over HTTP', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'text/xml'])('takes no %s: 415', async (type) => {
    const answer = await post('{"category":"other","narrative":"x"}', { 'content-type': type });
    expect(answer.statusCode).toBe(415);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 415, code: 'HTTP_UNSUPPORTED_MEDIA' });
  });

  it.each([
    ['DELETE', url, 'POST'],
    ['GET', url, 'POST'],
    ['PUT', `${url}/`, 'POST'],
    ['DELETE', `${url}/01900000-0000-7000-8000-000000000000?x=1`, 'GET, HEAD'],
  ] as const)('answers %s at %s with 405 and what it allows', async (method, at, allow) => {
    const answer = await server.inject({ method, url: at });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 405, code: 'HTTP_METHOD_NOT_ALLOWED' });
  });

  it('answers 404 where there is nothing, whatever the method', async () => {
    expect((await server.inject({ method: 'DELETE', url: '/api/v1/nothing' })).statusCode).toBe(404);
    expect((await server.inject({ method: 'POST', url: '/nothing' })).statusCode).toBe(404);
  });

  it('says what is wrong in the caller’s language', async () => {
    const body = JSON.stringify({
      urls: ['no address', ''],
      accounts: 'x',
      narrative: 'a'.repeat(20_001),
      language: 'de',
      occurredAt: 'today',
      more: 1,
    });
    const said = new Set<string>();
    for (const lang of LANGS) {
      const answer = await post(body, { 'accept-language': `${lang};q=0.9, de` });
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-language']).toBe(lang);
      expect(answer.headers.vary).toBe('accept-language');
      const problem = answer.json() as { title: string; errors: { pointer: string; detail: string }[] };
      expect(problem.errors.map((e) => e.pointer).sort()).toEqual(
        ['/accounts', '/category', '/language', '/more', '/narrative', '/occurredAt', '/urls/0', '/urls/1'].sort(),
      );
      const text = `${problem.title} ${problem.errors.map((e) => e.detail).join(' ')}`;
      expect(text).not.toContain('reporting.api');
      expect(text).not.toContain('Invalid');
      said.add(text);
    }
    expect(said.size).toBe(LANGS.length);
    const french = await post('{}', { 'accept-language': 'fr' });
    expect(french.json().errors).toEqual([
      { pointer: '/category', detail: 'est absent' },
      { pointer: '/urls', detail: 'il faut au moins l’un de ces membres : urls, accounts, narrative' },
    ]);
  });

  it('takes a report', async () => {
    expect((await post('{"category":"other","narrative":"x"}')).statusCode).toBe(201);
  });
});
