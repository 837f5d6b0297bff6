import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Decrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { createEvidence } from '../evidence/index.ts';
import { referralDocument } from './package/document.ts';
import { tables } from './schema.ts';
import { pdfText } from './testing/pdf-text.ts';
import { openScene, type Scene } from './testing/scene.ts';

const CHROMIUM = ['/usr/lib/chromium/chromium', '/usr/bin/chromium'].some((f) => existsSync(f));
const WORDS = 'PLANTED-WORDS قالوا لي أرسل نقودا';
const PHONE = 'PLANTED-PHONE-0600000000';
const PLACE = 'PLANTED-PLACE near the old station';
const NAME = 'planted_account_name';
const REASON = 'PLANTED-REASON: they wait tonight';
const NOTE = 'PLANTED-NOTE for the body';

async function unzip(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const zip = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(archive, { lazyEntries: true });
  const open = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      open(entry)
        .then((stream) => buffer(stream))
        .then((data) => {
          files.set(entry.fileName, data);
          zip.readEntry();
        }, reject);
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
  return files;
}

async function decrypt(identity: string, sealed: Buffer): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(new Uint8Array(sealed)));
}

describe('a package', { timeout: 120_000 }, () => {
  let scene: Scene;
  let dir: string;
  let sealed: Buffer;
  let files: Map<string, Buffer>;
  let id: string;
  let stopCapture: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'salama-package-'));
    let print = async (_html: string): Promise<Buffer | undefined> => undefined;
    scene = await openScene({ printing: { print: (html) => print(html) } });
    if (CHROMIUM) {
      const evidence = createEvidence(scene.platform, { capturePort: 0, unsafeNoSandbox: true });
      stopCapture = (await evidence.startCaptureServer()).stop;
      print = (html) => evidence.printing.print(html);
    }
    const { item } = await scene.item({
      narrative: WORDS,
      contact: { value: PHONE, safeToCall: 'no', when: '', sharedWith: '' },
      whereabouts: PLACE,
      accounts: [{ platform: 'instagram', name: NAME, key: `instagram:${NAME}` }],
      danger: true,
      occurred: 'now',
    });
    const { drafting } = scene.referral;
    const input = scene.input({
      urgencyReason: REASON,
      note: NOTE,
      withWords: true,
      withAccounts: true,
      hold: true,
      place: 'RBA',
    });
    const place = scene.country.provinces()[0]?.code ?? '';
    id = await drafting.create(scene.actor('analyst'), { item, send: false }, { ...input, place });
    await drafting.askDisclosure(scene.actor('analyst'), id, 'The judge asks who wrote it.');
    await expect(drafting.send(scene.actor('analyst'), id)).rejects.toThrow('REFERRAL_DISCLOSURE_OPEN');
    // Decided where all such requests are, by the custodian and nobody else.
    const [request] = await scene.disclosure.ofReferral(id);
    const decision = `/desk/identities/${request?.id}/approve`;
    const supervisor = await scene.as('supervisor');
    await supervisor.get('/desk');
    expect((await supervisor.post(decision, { field: 'contact', hours: '8' })).statusCode).toBe(403);
    const custodian = await scene.as('custodian');
    expect((await custodian.get(`/desk/referrals/${id}`)).body).toContain(`/desk/identities#request-${request?.id}`);
    expect((await custodian.get('/desk/identities')).body).toContain('The judge asks who wrote it.');
    expect((await custodian.post(decision, { field: 'contact', hours: '8' })).statusCode).toBe(303);
    await scene.platform.jobs.start(scene.platform.pool, 2);
    await drafting.send(scene.actor('analyst'), id);
    await scene.until(id, 'sent');
    const opened = await scene.referral.answers.open(scene.actor('police'), id, 'body');
    sealed = opened.data;
    expect(opened.name).toMatch(/^ES-2026-.{9}-1\.zip\.age$/);
    files = await unzip(await decrypt(scene.keys.police, sealed));
  }, 120_000);
  afterAll(async () => {
    await stopCapture?.();
    await scene?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is opened by the body’s key and by the recovery key, and by no other', async () => {
    expect(sealed.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    const archive = await decrypt(scene.keys.recovery, sealed);
    const [row] = await scene.referral.store.packages(id);
    expect(createHash('sha256').update(archive).digest('hex')).toBe(row?.sha256);
    const { generateIdentity } = await import('age-encryption');
    await expect(decrypt(await generateIdentity(), sealed)).rejects.toThrow();
  });

  it('is verified offline by openssl and sha256sum, and one altered byte is found', () => {
    for (const [name, data] of files) writeFileSync(path.join(dir, name), data);
    const openssl = (of: string) =>
      spawnSync(
        'openssl',
        [
          'pkeyutl',
          '-verify',
          '-pubin',
          '-inkey',
          'signing-key.pem',
          '-rawin',
          '-in',
          of,
          '-sigfile',
          of === 'SHA256SUMS' ? 'SHA256SUMS.sig' : 'manifest.sig',
        ],
        { cwd: dir },
      );
    expect(openssl('SHA256SUMS').status).toBe(0);
    expect(openssl('manifest.json').status).toBe(0);
    expect(
      execFileSync('sha256sum', ['--check', 'SHA256SUMS'], {
        cwd: dir,
        env: { ...process.env, LC_ALL: 'C' },
      }).toString(),
    ).not.toContain('FAILED');
    // Nothing lies in the package that no hash speaks for.
    const listed = (files.get('SHA256SUMS') ?? '')
      .toString()
      .split('\n')
      .flatMap((l) => l.split('  ')[1] ?? []);
    expect([...files.keys()].filter((f) => !listed.includes(f)).sort()).toEqual(['SHA256SUMS', 'SHA256SUMS.sig']);
    const json = path.join(dir, 'referral.json');
    const data = Buffer.from(readFileSync(json));
    data[data.length >> 1] = (data[data.length >> 1] as number) ^ 1;
    writeFileSync(json, data);
    expect(spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: dir }).status).not.toBe(0);
    writeFileSync(path.join(dir, 'SHA256SUMS'), Buffer.concat([files.get('SHA256SUMS') as Buffer, Buffer.from('\n')]));
    expect(openssl('SHA256SUMS').status).not.toBe(0);
    expect(files.get('signing-key.pem')?.toString()).toBe(scene.referral.publicKeyPem);
    expect(scene.referral.publicKeyPem).not.toBe(scene.platform.keys.publicKeyPem);
  });

  it('tells a machine everything that was decided, and nothing else', () => {
    const document = referralDocument.parse(JSON.parse((files.get('referral.json') as Buffer).toString()));
    expect(document).toMatchObject({
      schema: 'e-salama.referral/1',
      round: 1,
      urgency: { level: 'urgent', reason: REASON },
      hold: { asked: true },
      included: { words: true, accounts: true, place: false, contact: true },
      status: { fr: 'Information, à recueillir de nouveau par la police judiciaire' },
    });
    expect(document.reports[0]).toMatchObject({
      words: WORDS,
      place: null,
      contact: { value: PHONE, safeToCall: 'no' },
      accounts: [{ platform: 'instagram', name: NAME }],
    });
    expect(document.completeness.missing).toEqual(['assessment', 'legal-basis', 'evidence']);
    expect(document.reports[0]?.receivedAt).toEqual({
      utc: expect.stringMatching(/Z$/),
      local: expect.stringMatching(/T\d\d:\d\d:\d\d[+-]\d\d:\d\d$/),
      zone: 'Africa/Casablanca',
    });
    expect(JSON.parse((files.get('evidence.json') as Buffer).toString())).toEqual({
      captures: [],
      note: 'No capture of this item is kept here.',
    });
    expect(JSON.stringify(document)).not.toContain(PLACE);
  });

  it.skipIf(!CHROMIUM)('is printed in Arabic and French, with words that can be read and searched', () => {
    const clean = (name: string) =>
      pdfText(files.get(name) as Buffer)
        .normalize('NFKC')
        .replace(/\s+/g, ' ');
    if (process.env.PDF_OUT)
      for (const l of ['ar', 'fr'])
        writeFileSync(path.join(process.env.PDF_OUT, `referral-${l}.pdf`), files.get(`referral-${l}.pdf`) as Buffer);
    const fr = clean('referral-fr.pdf');
    expect(fr).toContain('Information, à recueillir de nouveau par la police judiciaire');
    expect(fr).toContain('PLANTED-REASON');
    expect(fr).toMatch(/ES-2026-/);
    const ar = clean('referral-ar.pdf');
    for (const word of ['معلومات', 'الشرطة', 'القضائية', 'للأمن', 'مستعجلة']) expect(ar).toContain(word);
    expect(ar).toContain(NAME);
  });

  it('leaves no planted word in the database outside sealed columns', async () => {
    const { pool } = scene.platform;
    const found: string[] = [];
    const { rows } = await pool.query<{ s: string; t: string }>(
      `select table_schema as s, table_name as t from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { s, t } of rows) {
      const dump = await pool.query<{ line: string }>(`select x::text as line from "${s}"."${t}" x`);
      for (const { line } of dump.rows) {
        const bytes = line.replace(/\\\\x([0-9a-f]+)/g, (_m, hex: string) =>
          Buffer.from(hex, 'hex').toString('latin1'),
        );
        if (/PLANTED|planted_account|أرسل نقودا/.test(line + bytes)) found.push(`${s}.${t}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('says in the log who opened it, what was in it, and that this server keeps no key to it', async () => {
    const { rows } = await scene.platform.pool.query<{ action: string; detail: Record<string, unknown> }>(
      `select action, detail from audit.entry where subject = $1 order by id`,
      [`referral.referral:${id}`],
    );
    expect(rows.map((r) => r.action).sort()).toEqual([
      'disclosure.request.approve',
      'disclosure.request.asked',
      'referral.created',
      'referral.disclosure.asked',
      'referral.package.opened',
      'referral.received',
      'referral.sealed',
      'referral.send',
      'referral.warning.not-safe',
    ]);
    expect(rows.find((r) => r.action === 'referral.sealed')?.detail).toMatchObject({
      sealedFor: 'keys',
      contact: true,
      words: true,
      place: false,
    });
  });

  it('without a key is kept under ours, visibly, and handed only to the body’s session', async () => {
    const { item } = await scene.item();
    const { drafting, answers, store } = scene.referral;
    const made = await drafting.create(
      scene.actor('analyst'),
      { item, send: true },
      scene.input({ body: 'gendarmerie' }),
    );
    await scene.until(made, 'sent');
    const [row] = await store.packages(made);
    expect(row).toMatchObject({ sealed_for: 'session', recipients: [] });
    await expect(answers.open(scene.actor('analyst'), made, 'sender')).rejects.toThrow('REFERRAL_NOT_THERE_YET');
    await expect(answers.open(scene.actor('care-worker'), made, 'body')).rejects.toThrow('IDENTITY_FORBIDDEN');
    const opened = await answers.open(scene.actor('police'), made, 'body');
    expect(opened).toMatchObject({ type: 'application/zip' });
    expect([...(await unzip(opened.data)).keys()]).toContain('referral.json');
    const stored = await tables(scene.platform.db)
      .selectFrom('referral.package')
      .select('sealed')
      .where('referral', '=', made)
      .executeTakeFirst();
    expect(stored?.sealed?.subarray(0, 2).toString('latin1')).not.toBe('PK');
    expect(stored?.sealed?.includes(Buffer.from('referral.json'))).toBe(false);
  });

  it('lists the captures of the item, with hashes and times', { timeout: 60_000 }, async () => {
    const sha256 = 'ab'.repeat(32);
    const at = new Date('2026-11-24T08:00:00Z');
    const capture = {
      id: 'c1',
      kind: 'page',
      url: 'http://photos.sample-host.example/p/1',
      capturedAt: at,
      sha256,
      stampedAt: null,
    };
    const other = await openScene({ evidence: { capturesOf: async () => [capture] } });
    try {
      const { item } = await other.item();
      const made = await other.referral.drafting.create(other.actor('analyst'), { item, send: true }, other.input());
      await other.referral.seal({ referral: made });
      const { data } = await other.referral.answers.open(other.actor('police'), made, 'body');
      const inside = await unzip(await decrypt(other.keys.police, data));
      expect(JSON.parse((inside.get('evidence.json') as Buffer).toString()).captures).toMatchObject([
        { id: 'c1', sha256, capturedAt: { utc: '2026-11-24T08:00:00.000Z' }, stampedAt: null },
      ]);
      expect((await other.referral.store.get(made)).missing).not.toContain('evidence');
      // No printer here: the same pages as HTML, and the desk can say so.
      expect([...inside.keys()]).toContain('referral-ar.html');
      expect((await other.referral.store.packages(made))[0]).toMatchObject({ pages: false });
    } finally {
      await other.close();
    }
  });
});
