import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openKeyring } from '../../src/platform/keys.ts';
import { listMigrations } from '../../src/platform/migrate.ts';
import { debianPostgresInstalled, startDebianPostgres } from '../../src/platform/postgres/debian.fixture.ts';
import { findRoot } from '../../src/platform/root.ts';
import { assessIllegal, fileReport, pageOfReceipt, staff } from '../support/by-hand.ts';
import { eventually, MailboxReader } from '../support/mailbox.ts';
import { type Place, salama } from '../support/operator.ts';
import { type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import type { RawClient } from '../support/raw-client.ts';

const PHOTO = 'http://photos.sample-host.example/p/91';

/** The oldest server that we support, in the hands of somebody else: our role owns its database and nothing more. */
describe.runIf(debianPostgresInstalled)('the whole server on Debian’s PostgreSQL 15', { timeout: 120_000 }, () => {
  let external: { url: string; stop(): Promise<void> };
  let platform: PlatformProcess;
  let mailbox: MailboxReader;
  let database: Client;
  let place: Place;
  let analyst: RawClient;
  let report: { id: string; receipt: string };
  let item: string;
  let failed = false;

  const one = async <T>(sql: string, ...values: unknown[]): Promise<T | undefined> =>
    (await database.query(sql, values)).rows[0] as T | undefined;

  beforeAll(async () => {
    external = await startDebianPostgres();
    platform = await startPlatform({ env: { DATABASE_URL: external.url } });
    place = { stateDir: platform.stateDir, databaseUrl: external.url };
    mailbox = new MailboxReader(platform.demo.mailbox);
    database = new Client({ connectionString: external.url });
    await database.connect();
  }, 240_000);
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    await database?.end();
    await platform?.stop(failed);
    await external?.stop();
  }, 60_000);

  it('is what DATABASE_URL names, with every migration, and no server of ours beside it', async () => {
    expect(await one('show server_version')).toMatchObject({ server_version: expect.stringMatching(/^15\./) });
    const { rows } = await database.query<{ name: string }>('select name from platform.migration');
    expect(rows.map((r) => r.name).sort()).toEqual((await listMigrations(findRoot())).map((m) => m.name).sort());
    expect(platform.pids().postgres).toBeUndefined();
  });

  it('takes a report, links it to its item and pages whoever is on duty', async () => {
    report = await fileReport(platform, {
      category: 'harassment',
      urls: [PHOTO],
      accounts: [{ platform: 'instagram', name: 'made_up_name' }],
      narrative: 'كلمات من صنع الخيال',
      danger: true,
    });
    const linked = await eventually('an item', () =>
      one<{ item: string }>(
        `select l.item from casework.item_report l join casework.item i on i.id = l.item
         where l.report = $1 and i.key like 'url:%'`,
        report.id,
      ),
    );
    item = linked.item;
    const page = await eventually('a danger page', () =>
      one<{ id: string }>('select id from reporting.danger_page where subject = $1', report.id),
    );
    await eventually('its mail', async () =>
      (await mailbox.mails()).find((m) => m.text.includes(`/desk/danger/${page.id}`)),
    );
    await eventually('its webhook', async () =>
      (await mailbox.webhooks()).find((body) => JSON.stringify(body).includes(page.id)),
    );
  });

  it('has it assessed at the desk, writes to the host and looks at the page', async () => {
    analyst = await staff(platform, 'analyst');
    await assessIllegal(analyst, await staff(platform, 'senior-analyst'), item, 'harassment');
    // Its letter gives it the Message-ID.
    const notice = await eventually('a notice', () =>
      one<{ message_id: string }>(
        `select message_id from takedown.notice where item = $1 and letter is not null`,
        item,
      ),
    );
    await eventually(
      'its mail',
      async () => (await mailbox.mails()).find((m) => m.messageId === notice.message_id),
      60_000,
    );
    await eventually('a look at the page', () => one('select from takedown."check" where item = $1', item), 60_000);
    const page = await pageOfReceipt(platform.origin, 'fr', report.receipt);
    expect(page.text).toContain(report.receipt.slice(-4));
  });

  it('takes figures and publishes them', async () => {
    await eventually('a snapshot', () => one('select from observatory.snapshot'), 90_000);
    const csv = await eventually(
      'the figures',
      async () => {
        const answer = await fetch(`${platform.origin}/fr/figures/figures.csv`);
        return answer.ok ? await answer.text() : undefined;
      },
      90_000,
    );
    expect(csv.split('\n').length).toBeGreaterThan(3);
  });

  it('seals its audit, and the export verifies', async () => {
    await eventually('a sealed log', () => one('select where not exists (select from audit.pending)'));
    const dir = mkdtempSync(path.join(tmpdir(), 'salama-audit-'));
    try {
      const [log, head, key] = ['log', 'head.json', 'key.pem'].map((name) => path.join(dir, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(key, openKeyring(platform.stateDir).publicKeyPem);
      writeFileSync(head, (await salama(place, 'audit', 'head')).stdout);
      expect(await salama(place, 'audit', 'export', log)).toMatchObject({ code: 0, stderr: '' });
      const verified = await salama(place, 'audit', 'verify', log, '--head', head, '--key', key);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });
      expect(verified.stdout).toContain('Verified: ');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
