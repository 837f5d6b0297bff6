import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { runningUrl } from '../../src/platform/postgres/index.ts';
import type { PlatformProcess } from '../support/platform-process.ts';
import { RawClient } from '../support/raw-client.ts';

/** Addresses that nothing else in the system has: whoever finds them found a remote address. */
const CLIENT = '127.77.66.55';
const FORWARDED = '203.0.113.77';
/** The control: what is reported must be found by the same search, or the search is blind. */
const REPORTED = 'photos.sample-host.example/p/7766';

/** Each row of each table as text. */
async function everyRow(databaseUrl: string, use: (table: string, rows: string[]) => void): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      use(
        name,
        rows.map((r) => r.row),
      );
    }
    await client.query('checkpoint').catch(() => {});
  } finally {
    await client.end();
  }
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .map((e) => path.join(e.parentPath, e.name))
    .filter((file) => statSync(file, { throwIfNoEntry: false }));
}

/** No trace of who asked: not in the logs, not in the database, not in any file of the state folder. */
export function privacySuite(given: () => PlatformProcess): void {
  describe('no remote address is kept', { timeout: 120_000 }, () => {
    it('not of a report by form, by API, of a receipt or of a sign-in that fails', async () => {
      const platform = given();
      const client = new RawClient(platform.origin, {
        localAddress: CLIENT,
        headers: { 'x-forwarded-for': FORWARDED, 'x-real-ip': FORWARDED, forwarded: `for=${FORWARDED}` },
      });
      const step = (name: string, fields: Record<string, string>) =>
        client.post(`/fr/report/${name}`.replace(/\/who$/, ''), `/fr/report/${name}`, fields);
      expect((await step('who', { reporter: 'witness' })).headers.location).toBe('/fr/report/danger');
      expect((await step('danger', { danger: 'yes' })).headers.location).toBe('/fr/report/now');
      expect((await step('what', { category: 'image-abuse' })).status).toBe(303);
      expect((await step('where', { links: `http://${REPORTED}` })).status).toBe(303);
      expect((await step('review', {})).headers.location).toBe('/fr/report/done');
      const api = await client.send('POST', '/api/v1/reports', '{"category":"privacy","urls":["nothing"]}', {
        authorization: `Bearer ${platform.demo.apiKey}`,
        'content-type': 'application/json',
      });
      expect(api.status).toBe(400);
      expect((await client.post('/fr/receipt', '/fr/receipt', { number: '1234' })).status).toBe(400);
      const refused = await client.post('/desk/sign-in', '/desk/sign-in', { email: 'a@b.example', password: 'wrong' });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect((await client.get('/fr/nowhere')).status).toBe(404);

      // Requests are in the log at this level, so the search below looks where an address would be.
      expect(platform.log()).toContain('"path":"/fr/report/where"');
      for (const address of [CLIENT, FORWARDED]) expect(platform.log()).not.toContain(address);

      const needles = [CLIENT, FORWARDED].flatMap((a) => [a, Buffer.from(a).toString('hex')]);
      let seen = 0;
      await everyRow(runningUrl(platform.stateDir) ?? '', (table, rows) => {
        for (const row of rows) {
          if (row.includes(REPORTED)) seen += 1;
          for (const needle of needles) expect(row.includes(needle), `${needle} in ${table}`).toBe(false);
        }
      });
      expect(seen).toBeGreaterThan(0);

      // Write-ahead log and server logs included.
      const found = new Set<string>();
      for (const file of filesBelow(platform.stateDir)) {
        const bytes = readFileSync(file);
        for (const needle of [REPORTED, CLIENT, FORWARDED]) if (bytes.includes(needle)) found.add(needle);
      }
      expect([...found]).toEqual([REPORTED]);
    });
  });

  it('no page may load anything from anybody else', async () => {
    const client = new RawClient(given().origin);
    for (const page of ['/ar', '/fr/report', '/ar/receipt', '/fr/figures', '/desk/sign-in', '/exit', '/fr/nowhere']) {
      const { headers } = await client.get(page);
      const policy = new Map(
        String(headers['content-security-policy'])
          .split('; ')
          .map((d) => [d.split(' ')[0] ?? '', d.split(' ').slice(1)] as const),
      );
      expect(policy.get('default-src'), page).toEqual(["'none'"]);
      for (const [, sources] of policy)
        for (const source of sources) expect(source, page).toMatch(/^('self'|'none'|'nonce-[\w-]+'|data:|blob:)$/);
      expect(policy.get('frame-ancestors'), page).toEqual(["'none'"]);
      expect(headers['referrer-policy'], page).toBe('no-referrer');
      expect(headers.server, page).toBeUndefined();
    }
  });
}
