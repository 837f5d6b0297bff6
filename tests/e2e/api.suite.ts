import { describe, expect, it } from 'vitest';
import type { PlatformProcess } from '../support/platform-process.ts';

interface Problem {
  status: number;
  code: string;
  type: string;
  title: string;
  errors?: { pointer: string; detail: string }[];
}

const REPORT = {
  category: 'image-abuse',
  urls: ['http://photos.sample-host.example/p/71'],
  accounts: [{ platform: 'instagram', name: 'somebody' }],
  narrative: 'Found by our moderators.',
  language: 'ar',
  danger: false,
  ageBand: '12-14',
  occurredAt: '2026-01-05T10:00:00+01:00',
};

/** Machine intake with the demonstration's key. */
export function apiSuite(given: () => PlatformProcess): void {
  const call = (body: unknown, headers: Record<string, string> = {}, key = given().demo.apiKey) =>
    fetch(`${given().origin}/api/v1/reports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const problem = async (answer: Response): Promise<Problem> => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    return (await answer.json()) as Problem;
  };

  describe('machine intake', { timeout: 60_000 }, () => {
    it('takes a report once: 201, the same answer to a replay, 409 for another body under the same key', async () => {
      const key = { 'idempotency-key': 'whole-path-1' };
      const first = await call(REPORT, key);
      expect(first.status).toBe(201);
      const made = (await first.json()) as { id: string; receipt: string };
      expect(made.receipt).toMatch(/^\d{16}$/);
      expect(first.headers.get('location')).toBe(`/api/v1/reports/${made.id}`);

      const again = await call(REPORT, key);
      expect(again.status).toBe(201);
      expect(await again.json()).toEqual(made);

      const other = await call({ ...REPORT, narrative: 'Something else.' }, key);
      expect(other.status).toBe(409);
      expect(await problem(other)).toMatchObject({ status: 409, code: 'REPORTING_IDEMPOTENCY_CONFLICT' });

      const status = await fetch(`${given().origin}/api/v1/reports/${made.id}`, {
        headers: { authorization: `Bearer ${given().demo.apiKey}` },
      });
      expect(status.status).toBe(200);
      expect(await status.json()).toMatchObject({
        id: made.id,
        category: 'image-abuse',
        language: 'ar',
        progress: [{ step: 'received' }],
      });
    });

    it('counts ten replays at once as one report', async () => {
      const key = { 'idempotency-key': 'whole-path-2' };
      const answers = await Promise.all(Array.from({ length: 10 }, () => call(REPORT, key)));
      const bodies = await Promise.all(answers.map((a) => a.json() as Promise<{ id: string }>));
      expect(answers.map((a) => a.status)).toEqual(Array(10).fill(201));
      expect(new Set(bodies.map((b) => b.id)).size).toBe(1);
    });

    it('names every fault of a body at once', async () => {
      const answer = await call({
        category: 'nonsense',
        urls: ['no address'],
        ageBand: 'seven',
        severity: 'high',
        reporterName: 'somebody',
      });
      expect(answer.status).toBe(400);
      const pointers = (await problem(answer)).errors?.map((e) => e.pointer).sort();
      expect(pointers).toEqual(['/ageBand', '/category', '/reporterName', '/severity', '/urls/0']);
      const second = await call({ category: 'fraud-impersonation', urls: ['no address', 'http://ok.example/', ':'] });
      expect((await problem(second)).errors?.map((e) => e.pointer)).toEqual(['/urls/0', '/urls/2']);
      expect((await problem(await call({ category: 'privacy' }))).errors).toHaveLength(1);
      expect((await call('{"category":')).status).toBe(400);
    });

    it('opens to nobody without a key, and says nothing of other people’s reports', async () => {
      for (const key of ['', 'esk_wrong', `${given().demo.apiKey}x`]) {
        const answer = await call(REPORT, {}, key);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
        expect((await problem(answer)).status).toBe(401);
      }
      const unknown = await fetch(`${given().origin}/api/v1/reports/01900000-0000-7000-8000-000000000000`, {
        headers: { authorization: `Bearer ${given().demo.apiKey}` },
      });
      expect(unknown.status).toBe(404);
    });

    it('refuses what is too large', async () => {
      const answer = await call({ ...REPORT, narrative: 'x'.repeat(300 * 1024) });
      expect(answer.status).toBe(413);
      expect(await problem(answer)).toMatchObject({ status: 413 });
      const long = await call({ ...REPORT, narrative: 'x'.repeat(20_001) });
      expect((await problem(long)).errors?.map((e) => e.pointer)).toEqual(['/narrative']);
    });

    it('describes itself as OpenAPI 3.1', async () => {
      const document = (await (await fetch(`${given().origin}/api/openapi.json`)).json()) as {
        openapi: string;
        paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown[] }>>;
        components: { securitySchemes: Record<string, { type: string; scheme: string }> };
      };
      expect(document.openapi).toMatch(/^3\.1\./);
      expect(Object.keys(document.paths).sort()).toEqual([
        ...['/api/v1/blocks/court/{format}', '/api/v1/blocks/court/{format}/signature'],
        ...['/api/v1/blocks/hashes', '/api/v1/blocks/hashes/find'],
        ...['/api/v1/reports', '/api/v1/reports/{id}'],
      ]);
      const { post } = document.paths['/api/v1/reports'] ?? {};
      expect(Object.keys(post?.responses ?? {}).sort()).toEqual(['201', '400', '401', '409', '413', '415', '429']);
      for (const [, methods] of Object.entries(document.paths))
        for (const [, operation] of Object.entries(methods)) {
          const schemes = (operation.security ?? []).flatMap((s) => Object.keys(s as object));
          for (const scheme of schemes)
            expect(document.components.securitySchemes[scheme]).toMatchObject({ type: 'http', scheme: 'bearer' });
          expect(schemes.length).toBeGreaterThan(0);
        }
      // Every reference leads somewhere.
      const text = JSON.stringify(document);
      for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const found = pointer
          .split('/')
          .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document);
        expect(found, pointer).toBeDefined();
      }
    });
  });
}
