import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openKeyring } from '../../src/platform/keys.ts';
import { debianPostgresInstalled, startDebianPostgres } from '../../src/platform/postgres/debian.fixture.ts';
import { runningUrl, startPostgres } from '../../src/platform/postgres/index.ts';
import { systemUser } from '../../src/platform/users.ts';
import { assessIllegal, fileReport, pageOfReceipt, staff } from '../support/by-hand.ts';
import { eventually, MailboxReader } from '../support/mailbox.ts';
import { type Place, salama } from '../support/operator.ts';
import { type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { manifestOf, type Rows, rowsIn, rowsOf, sha256Of } from './rows.ts';
import { ServerTree } from './server-tree.ts';

const PHOTO = 'http://photos.sample-host.example/p/81';
/** Files that rows speak of; one has a name that only a careful copy keeps. */
const FILES: Record<string, string> = { '2026/11/seal.bin': '\u0000\u0001\u0002', 'ⵣ ملاحظة.txt': 'نص' };

let platform: PlatformProcess;
let failed = false;
let dir: string;
/** Where the backup is, what was sent before it, and what stood in the tables that nobody wrote to meanwhile. */
let backup: string;
/** Every file there was: these, and what the demonstration keeps. */
let kept: string[];
let before: { id: string; receipt: string }[];
let after: { id: string; receipt: string };
let still: Rows;
let headFile: string;
let keyFile: string;

/** Empty before and after, and full in between: whatever came in meanwhile went through these. */
const QUEUES = /\.(inbox|pending)$|^graphile_worker\./;

const REPORTS = [
  { category: 'harassment', urls: [PHOTO], narrative: 'كلمات من صنع الخيال\tبين سطرين\nوسطر آخر \\N' },
  { category: 'harassment', urls: [PHOTO, 'http://forum.sample-host.example/t/81'], narrative: 'Une deuxième fois.' },
  { category: 'privacy', accounts: [{ platform: 'instagram', name: 'made_up_name' }], narrative: 'ⴰⵣⵓⵍ' },
  { category: 'self-harm', narrative: 'Somebody has to look at once.', danger: true },
];

async function prepare(): Promise<void> {
  const mailbox = new MailboxReader(platform.demo.mailbox);
  before = [];
  for (const report of REPORTS) before.push(await fileReport(platform, report));
  const analyst = await staff(platform, 'analyst');
  const item = await eventually('an item', async () => {
    const queue = await analyst.get('/desk?host=photos.sample-host.example&category=harassment');
    return /data-row="([0-9a-f-]{36})"/.exec(queue.text)?.[1];
  });
  await assessIllegal(analyst, await staff(platform, 'senior-analyst'), item, 'harassment');
  await eventually('a notice', async () => (await mailbox.mails()).find((m) => m.text.includes('/notice/')));
  await eventually('a danger page', async () => (await mailbox.webhooks())[0]);
  const app = process.getuid?.() === 0 ? systemUser('salama-app') : undefined;
  for (const [name, content] of Object.entries(FILES)) {
    const file = path.join(platform.stateDir, 'files', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (app) chownSync(file, app.uid, app.gid);
  }
}

/** Takes the backup while reports come in, and keeps what an operator keeps beside it. */
async function takeBackup(): Promise<void> {
  const { stateDir } = platform;
  headFile = path.join(dir, 'head.json');
  keyFile = path.join(dir, 'key.pem');
  const head = await salama({ stateDir }, 'audit', 'head');
  expect(head.code, head.stderr).toBe(0);
  writeFileSync(headFile, head.stdout);
  writeFileSync(keyFile, openKeyring(stateDir).publicKeyPem);

  const url = runningUrl(stateDir) as string;
  const earlier = await rowsOf(url);
  let working = true;
  const sending = (async () => {
    while (working) await fileReport(platform, { category: 'privacy', narrative: 'Meanwhile.' });
  })();
  backup = path.join(dir, 'backup');
  const said = await salama({ stateDir }, 'backup', backup);
  working = false;
  await sending;
  expect(said).toMatchObject({ code: 0, stderr: '' });
  expect(said.stdout).toMatch(/^Backup written to .*: \d+ tables\. The keys in .* are not in it\.\n$/);
  kept = filesBelow(path.join(stateDir, 'files'));
  expect(kept).toEqual(expect.arrayContaining(Object.keys(FILES)));
  const later = await rowsOf(url);
  still = Object.fromEntries(
    Object.entries(earlier).filter(([table, rows]) => later[table] === rows && !QUEUES.test(table)),
  );
  after = await fileReport(platform, { category: 'privacy', narrative: 'Too late for the backup.' });
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'salama-operator-'));
  // Its abuse desk leaves the notice unread: the restored server shall find it on its way.
  platform = await startPlatform({ abuseDeskDelayMs: 3_600_000 });
  await prepare();
  await takeBackup();
}, 300_000);
afterEach(({ task }) => {
  failed ||= task.result?.state === 'fail';
});
afterAll(async () => {
  await platform?.stop(failed);
  if (dir) rmSync(dir, { recursive: true });
}, 60_000);

/** Below a folder, by their paths. */
const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();

describe('a backup taken beside a working server', () => {
  it('is one moment of it: every table that nobody wrote to, everything acknowledged before, nothing from after', () => {
    const rows = rowsIn(backup);
    expect(Object.keys(still).length).toBeGreaterThan(25);
    expect(rows).toMatchObject(still);
    for (const table of ['casework.item', 'reporting.report_account', 'takedown.notice', 'audit.head', 'audit.chain'])
      expect(rows[table], table).toMatch(/^[1-9]/);
  });

  it('holds files and checksums, and nothing of the keys', () => {
    const { tables, files } = manifestOf(backup);
    expect(files.map((f) => f.path).sort()).toEqual(kept);
    for (const { file, sha256 } of [...tables, ...files]) expect(sha256Of(path.join(backup, file)), file).toBe(sha256);
    const [sum] = readFileSync(path.join(backup, 'manifest.json.sha256'), 'utf8').split(' ');
    expect(sha256Of(path.join(backup, 'manifest.json'))).toBe(sum);
    const keys = JSON.parse(readFileSync(path.join(platform.stateDir, 'keys/master.json'), 'utf8')) as {
      masters: { key: string }[];
    } & Record<string, string>;
    const secrets = [...keys.masters.map((m) => m.key), keys.receipt, keys.index, keys.token, keys.signing] as string[];
    secrets.push(readFileSync(path.join(platform.stateDir, 'keys/db-password'), 'utf8').trim());
    for (const name of filesBelow(backup)) {
      const bytes = readFileSync(path.join(backup, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
      expect(
        secrets.some((secret) => text.includes(secret)),
        name,
      ).toBe(false);
    }
    expect(statSync(backup).mode & 0o777).toBe(0o700);
  });
});

const SERVERS = [
  { name: 'a fresh state folder', here: true, start: async () => undefined },
  { name: 'Debian’s PostgreSQL 15', here: debianPostgresInstalled, start: startDebianPostgres },
];

for (const { name, here, start } of SERVERS) {
  describe.runIf(here)(`restored into ${name}`, { timeout: 120_000 }, () => {
    let external: { url: string; stop(): Promise<void> } | undefined;
    let server: ServerTree;
    let place: Place;
    let damaged: string;
    const files = () => path.join(place.stateDir, 'files');

    /** What the database holds while no server runs. */
    async function rows(): Promise<Rows> {
      if (external) return rowsOf(external.url);
      const own = await startPostgres({ stateDir: place.stateDir, log: () => {} });
      try {
        return await rowsOf(own.url);
      } finally {
        await own.stop('fast');
      }
    }

    beforeAll(async () => {
      external = await start();
      // Without a worker nothing goes out from what was restored.
      const roles = { SALAMA_ROLES: 'web' };
      server = await ServerTree.create({ ...roles, ...(external ? { DATABASE_URL: external.url } : {}) });
      place = { stateDir: server.stateDir, ...(external ? { databaseUrl: external.url } : {}) };
      damaged = path.join(dir, `damaged-${external ? 'external' : 'own'}`);
      cpSync(backup, damaged, { recursive: true });
      const table = manifestOf(damaged).tables.find((t) => t.schema === 'reporting' && t.name === 'report');
      const file = path.join(damaged, table?.file as string);
      const bytes = readFileSync(file);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(file, bytes);
    }, 120_000);
    afterAll(async () => {
      await server?.remove();
      await external?.stop();
    }, 90_000);

    it('is refused without its keys', async () => {
      const said = await salama(place, 'restore', backup);
      expect(said).toMatchObject({ code: 1, stdout: '' });
      expect(said.stderr).toBe(
        'The backup was made with other keys: put its keys folder into the state folder first.\n',
      );
      // A keys folder left behind would take the copy of the right one inside itself.
      for (const made of ['keys', 'files', 'postgres']) expect(existsSync(path.join(place.stateDir, made))).toBe(false);
      mkdirSync(path.join(place.stateDir, 'keys'), { recursive: true, mode: 0o700 });
      cpSync(path.join(platform.stateDir, 'keys/master.json'), path.join(place.stateDir, 'keys/master.json'));
    });

    it('is refused when a byte of it has changed, and nothing is there afterwards', async () => {
      const said = await salama(place, 'restore', damaged);
      expect(said).toMatchObject({ code: 1, stdout: '' });
      expect(said.stderr).toMatch(
        /^The backup is damaged: tables\/\d{4}-reporting\.report\.copy\.gz is not what .*\n$/,
      );
      expect(await rows()).toEqual({});
      expect(existsSync(files()) ? filesBelow(files()) : []).toEqual([]);
    });

    it('is what the snapshot was: every row of every table, and every file', async () => {
      const said = await salama(place, 'restore', backup);
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect(said.stdout).toBe('Restored; 0 destroyed key(s) destroyed again, 0 newer migration(s) applied.\n');
      expect(await rows()).toEqual(rowsIn(backup));
      expect(filesBelow(files())).toEqual(kept);
      for (const [file, content] of Object.entries(FILES)) {
        const at = path.join(files(), file);
        expect(readFileSync(at, 'utf8')).toBe(content);
        // Whoever writes and reads them there can do so here.
        expect(statSync(at).uid).toBe(statSync(path.join(platform.stateDir, 'files', file)).uid);
      }
      expect(statSync(files()).uid).toBe(statSync(path.join(platform.stateDir, 'files')).uid);
      expect(existsSync(`${files()}.restoring`)).toBe(false);
    });

    it('stays as it is when somebody then restores a damaged backup over it', async () => {
      const said = await salama(place, 'restore', damaged, '--force-empty');
      expect(said.code).toBe(1);
      expect(said.stderr).toContain('The backup is damaged');
      expect(await rows()).toEqual(rowsIn(backup));
      expect(filesBelow(files())).toEqual(kept);
      const again = await salama(place, 'restore', backup);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('use --force-empty to throw it away');
    });

    it('has a log that verifies against the head and the key from before', async () => {
      const log = path.join(dir, `log-${external ? 'external' : 'own'}`);
      const exported = await salama(place, 'audit', 'export', log);
      expect(exported, exported.stderr).toMatchObject({ code: 0 });
      const verified = await salama(place, 'audit', 'verify', log, '--head', headFile, '--key', keyFile);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });
      expect(verified.stdout).toContain('Verified: ');
    });

    it('opens every follow-up number from before, and no other', async () => {
      server.start();
      await server.ready();
      for (const { receipt } of before) {
        const page = await pageOfReceipt(server.origin, 'fr', receipt);
        expect(page.status).toBe(200);
        expect(page.text).toContain(receipt.slice(-4));
      }
      await expect(pageOfReceipt(server.origin, 'fr', after.receipt)).rejects.toThrow('answered 400');
      const asked = await fetch(`${server.origin}/api/v1/reports/${before[0]?.id}`, {
        headers: { authorization: `Bearer ${platform.demo.apiKey}` },
      });
      expect(asked.status).toBe(200);
      expect(await asked.json()).toMatchObject({ id: before[0]?.id, category: 'harassment' });
    });

    it('is not written over while its server runs', async () => {
      const said = await salama(place, 'restore', backup, '--force-empty');
      expect(said.code).toBe(1);
      expect(said.stderr).toMatch(/^The database is in use .*: stop e-Salama before you restore\.\n$/);
      expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
      await server.stop();
    });
  });
}
