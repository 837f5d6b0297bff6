import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../../../world/index.ts';
import { agreeOn } from '../../casework/testing/desk-fixture.ts';
import { hasChromium } from '../here.fixture.ts';
import { checkSignatures, checkSums, readStoredZip } from '../open/package-reader.ts';
import { ALBUM, openScene, PLANTED, type Scene } from '../testing/scene.ts';
import { accessSuite } from './access.suite.ts';
import { takeCapture } from './capture.job.ts';
import { tables } from './schema.ts';

/** The commands of docs/evidence.md, line by line as they stand there. */
const COMMANDS = (() => {
  const text = readFileSync(path.join(import.meta.dirname, '../../../../docs/evidence.md'), 'utf8');
  const block = /<!-- verify: [^>]*-->\n```sh\n([^`]+)```/.exec(text)?.[1] ?? '';
  return block.trim().split('\n');
})();
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

/** Runs the documented commands in a folder; the numbers of those that failed. */
function verify(dir: string): number[] {
  return COMMANDS.flatMap((command, i) =>
    spawnSync('/bin/sh', ['-c', command], { cwd: dir }).status === 0 ? [] : [i],
  );
}

describe.skipIf(!hasChromium)('evidence that is kept', { timeout: 240_000 }, () => {
  let scene: Scene;
  let analyst: string;
  let senior: string;
  let identity: string;
  let police: string;
  let key: string;
  const work = mkdtempSync(path.join(tmpdir(), 'salama-opened-'));

  async function decrypt(file: Buffer, by = identity): Promise<Buffer> {
    const decrypter = new Decrypter();
    decrypter.addIdentity(by);
    return Buffer.from(await decrypter.decrypt(new Uint8Array(file)));
  }
  /** Lays an opened package out as a third person has it, unpacked by unzip(1). */
  function layOut(name: string, zip: Buffer): string {
    const dir = path.join(work, name);
    mkdirSync(dir);
    writeFileSync(path.join(work, `${name}.zip`), zip);
    execFileSync('unzip', ['-q', path.join(work, `${name}.zip`), '-d', dir]);
    writeFileSync(path.join(dir, 'key.pem'), scene.platform.keys.publicKeyPem);
    writeFileSync(path.join(dir, 'tsa.pem'), scene.authority.pem);
    return dir;
  }
  /** Jobs for this capture that are still to be done. */
  const waiting = async (id: string): Promise<number> => {
    const { rows } = await scene.platform.pool.query<{ n: number }>(
      `select count(*)::int as n from graphile_worker._private_jobs where payload::text like $1`,
      [`%${id}%`],
    );
    return rows[0]?.n ?? 0;
  };
  const take = async (item: string, over = {}) =>
    scene.archive.request(item, analyst, { confirmed: false, mask: false, ...over });

  beforeAll(async () => {
    police = await generateX25519Identity();
    const deposit = { recipient: await identityToRecipient(police), legalBasis: 'made up for this test, article 1' };
    scene = await openScene({ SALAMA_EVIDENCE_DEPOSIT: JSON.stringify(deposit) });
    analyst = await scene.account('analyst');
    senior = await scene.account('senior-analyst');
    identity = await generateX25519Identity();
  }, 120_000);
  afterAll(async () => {
    await scene?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('takes nothing that nobody could open', async () => {
    const item = await scene.item(ALBUM);
    await expect(take(item)).rejects.toMatchObject({ code: 'EVIDENCE_NO_OPENER', status: 409 });
    expect(await scene.archive.ofItem(item)).toEqual([]);
  });

  it('knows good keys from others, and each only once', async () => {
    const { openers } = scene.archive;
    const recipient = await identityToRecipient(identity);
    const last = recipient.endsWith('q') ? 'p' : 'q';
    for (const bad of ['', 'age1', identity, `${recipient.slice(0, -1)}${last}`, 'age1'.padEnd(62, 'q')])
      await expect(openers.add(senior, { label: 'x', recipient: bad })).rejects.toMatchObject({
        code: 'EVIDENCE_KEY_INVALID',
      });
    await expect(openers.add(senior, { label: 'x', recipient, wrapped: identity })).rejects.toMatchObject({
      code: 'EVIDENCE_KEY_INVALID',
    });
    key = await openers.add(senior, { label: 'Desk', recipient });
    await expect(openers.add(senior, { label: 'Again', recipient })).rejects.toMatchObject({
      code: 'EVIDENCE_KEY_KNOWN',
    });
    // Who may not open is no recipient, whatever keys there are.
    await openers.add(analyst, { label: 'x', recipient: await identityToRecipient(await generateX25519Identity()) });
    expect([...(await openers.recipients()).keys()]).toEqual([key]);
  });

  it('asks a person before it fetches a link that was made for somebody', async () => {
    const item = await scene.item('https://photos.sample-host.example/invite?token=abcdef');
    await expect(take(item)).rejects.toMatchObject({ code: 'EVIDENCE_PERSONAL_LINK', status: 409 });
    expect(scene.world.requests.some((r) => r.path.startsWith('/invite'))).toBe(false);
    const browser = await scene.signedIn('analyst');
    await browser.get(`/desk/items/${item}`);
    const asked = await browser.post(`/desk/items/${item}/evidence`);
    expect(asked.statusCode).toBe(409);
    expect(asked.body).toContain('Fetch this link?');
    expect(await scene.archive.ofItem(item)).toEqual([]);
    expect((await browser.post(`/desk/items/${item}/evidence`, { confirmed: 'yes' })).statusCode).toBe(303);
    const [row] = await scene.archive.ofItem(item);
    const [first] = await scene.archive.custody.of(scene.platform.db, row?.id as string);
    expect(first).toMatchObject({ what: 'requested', detail: { personalLink: true } });
    // The page does not exist, and that is worth keeping too.
    await scene.until(row?.id as string, 'sealed');
  });

  describe('a package', () => {
    let id: string;
    let file: Buffer;
    let dir: string;

    it('is sealed to the openers, signed, chained and time-stamped', async () => {
      const item = await scene.item(ALBUM);
      expect(await scene.archive.mustMask(item)).toBe(true);
      await scene.judge(item);
      expect(await scene.archive.mustMask(item)).toBe(false);
      id = await take(item);
      const row = await scene.until(id, 'sealed');
      expect(row).toMatchObject({ masked: false, seq: 2, sealed_to: [key] });
      const [before] = (await scene.archive.newest()).filter((c) => c.seq === 1);
      expect(row.previous).toEqual(before?.manifest_sha256);
      file = await scene.archive.download(id, senior);
      expect(sha256(file)).toBe(row.package_sha256?.toString('hex'));
      const zip = await decrypt(file);
      dir = layOut('whole', zip);
      const manifest = readFileSync(path.join(dir, 'manifest.json'));
      expect(sha256(manifest)).toBe(row.manifest_sha256?.toString('hex'));
      expect(JSON.parse(manifest.toString())).toMatchObject({
        capture: id,
        url: ALBUM,
        sequence: 2,
        previous: before?.manifest_sha256?.toString('hex'),
        picturesWithheld: false,
        notice: { ar: expect.stringContaining('الشرطة القضائية'), fr: expect.stringContaining('police judiciaire') },
      });
      expect(readFileSync(path.join(dir, 'parts/page.txt'), 'utf8')).toContain(PLANTED);
      // The same in the browser of whoever opens it.
      const files = readStoredZip(new Uint8Array(zip));
      expect(await checkSums(files)).toEqual([]);
      expect(await checkSignatures(files, scene.platform.keys.publicKeyPem)).toBe(true);
    });

    it('is verified offline by the documented commands', () => {
      expect(COMMANDS).toHaveLength(4);
      const began = performance.now();
      expect(verify(dir)).toEqual([]);
      expect(performance.now() - began).toBeLessThan(10_000);
      const readme = readFileSync(path.join(dir, 'README.txt'), 'utf8');
      for (const command of COMMANDS) expect(readme).toContain(command);
    });

    it('does not hide one altered byte, wherever it is', async () => {
      const all = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
        .filter((name) => name !== 'key.pem' && name !== 'tsa.pem');
      expect(all.length).toBeGreaterThanOrEqual(12);
      for (const name of all) {
        const whole = readFileSync(path.join(dir, name));
        const places = [0, Math.floor(whole.length / 2), whole.length - 1];
        for (const at of new Set(places)) {
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] as number) ^ 1;
          writeFileSync(path.join(dir, name), changed);
          expect([name, at, verify(dir).length > 0]).toEqual([name, at, true]);
        }
        writeFileSync(path.join(dir, name), whole);
      }
      expect(verify(dir)).toEqual([]);
      for (let at = 0; at < file.length; at += Math.max(1, Math.floor(file.length / 40))) {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] as number) ^ 1;
        await expect(decrypt(changed)).rejects.toThrow();
      }
    });

    it('opens to nobody else, and the server has nothing that opens it', async () => {
      await expect(decrypt(file, await generateX25519Identity())).rejects.toThrow();
      const stored = readdirSync(scene.filesDir, { recursive: true, encoding: 'utf8' });
      expect(stored.filter((name) => name.includes('.part'))).toEqual([]);
      for (const name of stored.filter((n) => n.endsWith('.age'))) {
        const data = readFileSync(path.join(scene.filesDir, name));
        expect(data.toString('latin1', 0, 21)).toBe('age-encryption.org/v1');
        expect(data.includes(PLANTED)).toBe(false);
      }
      const { rows } = await scene.platform.pool.query<{ row: string }>(
        `select c::text || k::text as row from evidence.capture c, evidence.key k`,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { row } of rows) {
        expect(row).not.toContain(PLANTED);
        expect(row).not.toContain('AGE-SECRET-KEY');
      }
    });

    it('has its custody in order, each row with its audit entry', async () => {
      await expect(scene.archive.open(id, analyst, key)).rejects.toMatchObject({ code: 'EVIDENCE_KEY_DOES_NOT_OPEN' });
      expect(await scene.archive.open(id, senior, key)).toEqual(file);
      await scene.archive.looked(id, senior, 4_000);
      await scene.archive.downloadStamp(id, senior);
      const rows = await scene.archive.custody.of(scene.platform.db, id);
      expect(rows.map((r) => r.what)).toEqual([
        'requested',
        'captured',
        'sealed',
        'downloaded',
        'opened',
        'looked',
        'stamp-downloaded',
      ]);
      expect(rows.map((r) => r.at.getTime())).toEqual(rows.map((r) => r.at.getTime()).toSorted((a, b) => a - b));
      const { rows: audited } = await scene.platform.pool.query<{ action: string }>(
        'select action from audit.entry where subject = $1 order by at, id',
        [`evidence.capture:${id}`],
      );
      expect(audited.map((a) => a.action)).toEqual(rows.map((r) => `evidence.${r.what}`));
      expect(await scene.casework.exposureToday(senior)).toBe(4_000);
    });
  });

  it('says that the time-stamp is missing, and gets it later', async () => {
    scene.authority.down = true;
    const id = await take(await scene.item(ALBUM), { mask: true });
    const row = await scene.until(id, 'sealed-untimed');
    expect(row).toMatchObject({ masked: true, stamp: null, stamp_error: 'the authority answered 503' });
    const zip = await decrypt(await scene.archive.download(id, senior));
    const dir = layOut('untimed', zip);
    expect(existsSync(path.join(dir, 'manifest.tsr'))).toBe(false);
    expect(verify(dir)).toEqual([3]);
    await scene.platform.ticks.run('evidence.stamp');
    expect((await scene.archive.get(id)).state).toBe('sealed-untimed');
    scene.authority.down = false;
    scene.platform.clock.advance(11 * 60_000);
    await scene.platform.ticks.run('evidence.stamp');
    expect(await scene.archive.get(id)).toMatchObject({ state: 'sealed', stamp_error: null, next_stamp_at: null });
    writeFileSync(path.join(dir, 'manifest.tsr'), await scene.archive.downloadStamp(id, senior));
    expect(verify(dir)).toEqual([]);
    // No picture in any file of it.
    const magic = Buffer.from('89504e470d0a1a0a', 'hex');
    const headers = readFileSync(path.join(dir, 'parts/headers.json'), 'utf8');
    expect(headers).toContain('"withheld"');
    expect(readFileSync(path.join(dir, 'parts/capture.wacz')).includes(magic)).toBe(false);

    // What was withheld is sealed to the police, under the law that the setting names, and to nobody else.
    const sealed = await scene.archive.downloadDeposit(id, senior);
    const manifest = JSON.parse(readFileSync(path.join(dir, 'manifest.json'), 'utf8'));
    expect(manifest.deposit).toMatchObject({
      sha256: sha256(sealed),
      legalBasis: expect.stringContaining('article 1'),
    });
    await expect(decrypt(sealed)).rejects.toThrow();
    const bodies = readStoredZip(new Uint8Array(await decrypt(sealed, police)));
    expect(bodies.size).toBe(manifest.deposit.bodies);
    for (const [name, body] of bodies) {
      expect(sha256(Buffer.from(body))).toBe(name);
      expect(headers).toContain(name);
    }
    expect([...bodies.values()].some((body) => Buffer.from(body).includes(magic))).toBe(true);
  });

  it('says why there is no capture', async () => {
    const id = await take(await scene.item('https://no-such-name.example/x'));
    await expect(scene.until(id, 'sealed')).rejects.toThrow('failed: dns');
    expect((await scene.archive.custody.of(scene.platform.db, id)).map((r) => r.what)).toEqual(['requested', 'failed']);
    await expect(scene.archive.download(id, senior)).rejects.toMatchObject({ code: 'EVIDENCE_NOT_SEALED' });
  });

  it('gives each manifest the one before it, without a gap', async () => {
    const both = [await take(await scene.item(ALBUM)), await take(await scene.item(ALBUM))];
    for (const id of both) await scene.until(id, 'sealed');
    const all = await tables(scene.platform.db)
      .selectFrom('evidence.capture')
      .select(['seq', 'previous', 'manifest_sha256'])
      .where('seq', 'is not', null)
      .orderBy('seq')
      .execute();
    expect(all.map((c) => c.seq)).toEqual(all.map((_, i) => i + 1));
    for (const [i, c] of all.entries()) expect(c.previous).toEqual(all[i - 1]?.manifest_sha256 ?? Buffer.alloc(32));
  });

  it('bears that a job comes twice, and that a process dies in the middle', async () => {
    const { db, clock, jobs } = scene.platform;
    const item = await scene.item(ALBUM);
    const id = await take(item);
    for (let i = 0; i < 3; i++) await jobs.enqueue(db, takeCapture, { capture: id });
    await scene.until(id, 'sealed');
    // Whoever came second finds it done, and changes nothing.
    const before = await scene.archive.get(id);
    await jobs.enqueue(db, takeCapture, { capture: id });
    await expect.poll(() => waiting(id), { timeout: 60_000 }).toBeLessThanOrEqual(3);
    expect(await scene.archive.get(id)).toEqual(before);
    expect(sha256(await scene.archive.download(id, senior))).toBe(before.package_sha256?.toString('hex'));
    const what = (await scene.archive.custody.of(db, id)).map((r) => r.what);
    expect(what).toEqual(['requested', 'captured', 'sealed', 'downloaded']);

    // Begun long ago and given a place in the chain, with nothing behind it: said, and the place stays.
    const dead = '01a20cc8-0000-7000-8000-00000000dead';
    const seq = Math.max(...(await scene.archive.newest()).map((c) => c.seq ?? 0)) + 1;
    const begun = clock.now();
    await tables(db)
      .insertInto('evidence.capture')
      .values({ ...before, id: dead, state: 'capturing', seq, begun_at: begun, facts: null, stamp: null })
      .execute();
    clock.advance(6 * 60_000);
    await jobs.enqueue(db, takeCapture, { capture: dead });
    await expect(scene.until(dead, 'sealed')).rejects.toThrow('failed: interrupted');
    expect((await scene.archive.get(dead)).seq).toBe(seq);
  });

  it('decides bytes that two people judged before, and shows them to nobody again', async () => {
    const picture = 'http://photos.sample-host.example/media/p/5.png';
    const first = await scene.item(picture);
    const kept = await scene.archive.request(first, analyst, { mask: false, confirmed: true });
    await scene.until(kept, 'sealed');
    expect((await scene.casework.item(first)).state).toBe('waiting');
    await scene.casework.assess(first, analyst, {
      outcome: 'illegal',
      category: 'harassment',
      severity: 'serious',
      ageBand: 'unknown',
      sex: 'unknown',
      legalArticles: ['penal-447-1'],
      note: '',
    });
    await agreeOn(scene.casework, first, senior);
    const second = await scene.item(`${picture}?view=large`);
    expect(second).not.toBe(first);
    await scene.until(await scene.archive.request(second, analyst, { mask: false, confirmed: true }), 'sealed');
    const item = await scene.casework.item(second);
    expect(item).toMatchObject({ state: 'illegal', category: 'harassment' });
    const history = (await scene.casework.history(second)).map((h) => h.what);
    expect(history).toEqual(expect.arrayContaining(['hash-noted', 'same-content']));
    expect(history).not.toContain('looked');
  });

  it('puts under the item where its address led and the media that its page showed, and fetches neither', async () => {
    const gallery = 'https://photos.sample-host.example/evidence-gallery';
    const media = '/media/p/31.png';
    scene.world.sites.add(gallery, {
      lang: 'en',
      title: 'Gallery',
      body: html`<h1>Gallery</h1><img src="${media}" alt=""><img src="/media/p/31.png?size=small" width="10" alt="">`,
    });
    scene.world.sites.set('http://photos.sample-host.example/p/30', { kind: 'redirect', to: gallery, status: 302 });
    const item = await scene.item('http://photos.sample-host.example/p/30');
    const before = await scene.casework.tree.below(item);
    expect(before).toEqual([]);
    for (let i = 0; i < 2; i++) {
      const id = await take(item, { mask: i === 0 });
      const row = await scene.until(id, 'sealed');
      // The row keeps numbers only.
      expect(JSON.stringify(row.facts)).not.toContain('sample-host');
    }
    const below = await scene.casework.tree.below(item);
    expect(below.map((b) => `${b.kind} ${b.item.url}`).sort()).toEqual([
      `media https://photos.sample-host.example${media}`,
      `media https://photos.sample-host.example${media}?size=small`,
      `redirect ${gallery}`,
    ]);
    for (const { item: child } of below) {
      expect(child.state).toBe('waiting');
      expect(await scene.archive.ofItem(child.id)).toEqual([]);
    }
  });

  accessSuite(() => ({ scene, senior, key }));
});
