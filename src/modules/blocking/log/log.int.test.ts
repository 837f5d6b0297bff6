import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../identity/testing/desk.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';
import { runBlockingCommand } from './command.ts';
import { checkLines } from './verify.ts';

let b: Blocks;
let dir: string;
let first: { entry: string; item: string };
beforeAll(async () => {
  b = await openBlocks({ seed: 45 });
  dir = await mkdtemp(path.join(tmpdir(), 'salama-log-'));
  first = await b.released('http://photos.sample-host.example/secret-place');
  const second = await b.released();
  await b.blocking.decisions.remove(
    second.entry,
    await b.person('senior-3', 'senior-analyst'),
    'mistake',
    'Wrong one.',
  );
});
afterAll(async () => {
  await b?.close();
  await rm(dir, { recursive: true, force: true });
});

const get = (url: string) => b.app.inject({ method: 'GET', url });
const rows = async () => (await get('/blocked/log.ndjson')).body.trim().split('\n');
async function command(args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runBlockingCommand(args, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}
async function file(name: string, text: string): Promise<string> {
  const at = path.join(dir, name);
  await writeFile(at, text);
  return at;
}

describe('the public log', () => {
  it('has a line for each decision, none for a proposal, and no name, no person, no reason', async () => {
    const lines = (await rows()).map((r) => JSON.parse(r));
    expect(lines.map((l) => l.detail.decision)).toEqual(['approve', 'release', 'approve', 'release', 'remove']);
    expect(lines.map((l) => l.detail.line)).toEqual([1, 2, 3, 4, 5]);
    expect(lines[4].detail).toMatchObject({ basis: 'csam', why: 'mistake' });
    expect(lines[0].commitment).toBe(lines[1].commitment);
    expect(lines[0].commitment).not.toBe(lines[2].commitment);
    const page = (await get('/en/blocked/log')).body;
    const json = (await get('/blocked/log.json')).json();
    expect(json.head.line).toBe(5);
    for (const text of [page, JSON.stringify(json), (await rows()).join()]) {
      expect(text).not.toMatch(/sample-host|secret-place|account:|Looked at anew|Wrong one/);
      expect(text).not.toContain(first.entry);
      expect(text).not.toContain(first.item);
    }
    expect(JSON.stringify((await get('/blocked/log.json')).headers)).not.toContain('set-cookie');
  });

  it('pages: each line once', async () => {
    const from3 = (await get('/blocked/log.json?from=3')).json();
    expect(from3.lines.map((l: { detail: { line: number } }) => l.detail.line)).toEqual([3, 4, 5]);
    expect((await get('/fr/blocked/log?until=2')).body).toContain('/blocked/log/2/proof.json');
    expect((await get('/blocked/log/99/proof.json')).statusCode).toBe(404);
    expect((await get('/blocked/log/x/proof.json')).statusCode).toBe(404);
  });

  it('is checked by anybody: chain, proof of the last line, and what an opening opens', async () => {
    const log = await file('log.ndjson', (await rows()).join('\n'));
    expect((await get('/blocked/log/5/proof.json')).statusCode).toBe(202);
    await b.audit.sealOnce();
    const proof = await file('proof.json', (await get('/blocked/log/5/proof.json')).body);
    const supervisor = await b.as('supervisor', 'supervisor');
    await supervisor.get(`/desk/blocking/${first.entry}`);
    const given = await supervisor.post(`/desk/blocking/${first.entry}/opening`);
    expect(given.statusCode).toBe(200);
    expect(given.json().lines).toEqual([1, 2]);
    const opening = await file('opening.json', given.body);
    const key = await file('key.pem', b.audit.publicKeyPem);
    const { code, text } = await command(['verify', log, '--proof', proof, '--key', key, '--opening', opening]);
    expect(text).toContain('Proven: lines 1 to 5');
    expect(text).toContain('2 line(s) about url http://photos.sample-host.example/secret-place');
    expect(text).toMatch(/ {2}1 .*approve.*\n {2}2 .*release/);
    expect(code).toBe(0);
    // An opening for another name opens nothing: the nonce alone is not enough.
    const wrong = await file('wrong.json', JSON.stringify({ ...given.json(), target: 'http://other.example/' }));
    expect((await command(['verify', log, '--opening', wrong])).text).toContain('0 line(s) about');
    const { rows: audited } = await b.scene.platform.pool.query(
      `select 1 from audit.entry where action = 'blocking.entry.opening-given'`,
    );
    expect(audited).toHaveLength(1);
  });

  it('shows every way of tampering', async () => {
    const whole = await rows();
    const problem = async (lines: string[]) => (await checkLines(lines)).problem;
    expect(await problem(whole)).toBeUndefined();
    expect(await problem(whole.toSpliced(1, 1))).toEqual({ kind: 'order', row: 2, line: 3 });
    expect(await problem([whole[1] as string, whole[0] as string])).toEqual({ kind: 'order', row: 1, line: 2 });
    const changed = { ...JSON.parse(whole[2] as string), at: '2026-01-01T00:00:00.000Z' };
    expect(await problem(whole.with(2, JSON.stringify(changed)))).toEqual({ kind: 'changed', line: 3 });
    expect(await problem(whole.with(2, '{}'))).toEqual({ kind: 'malformed', row: 3 });
    const twice = JSON.parse(whole[1] as string);
    twice.detail.previous = 'ab'.repeat(32);
    expect((await problem(whole.with(1, JSON.stringify(twice))))?.kind).toBe('changed');
    const bad = await file('bad.ndjson', whole.toSpliced(0, 1).join('\n'));
    expect(await command(['verify', bad])).toMatchObject({ code: 1 });
    expect(await command(['verify', path.join(dir, 'nothing')])).toMatchObject({ code: 2 });
    expect(await command([])).toMatchObject({ code: 2 });
  });

  it('refuses to be changed, as the feed log does', async () => {
    const { pool } = b.scene.platform;
    await expect(pool.query('update blocking.log_line set why = null')).rejects.toThrow('append-only');
    await expect(pool.query('delete from blocking.feed_entry')).rejects.toThrow('append-only');
  });

  it('gives the opening to nobody else', async () => {
    const browser = new Browser(b.app);
    await browser.get('/en/blocked/appeal');
    expect((await browser.post(`/desk/blocking/${first.entry}/opening`)).statusCode).not.toBe(200);
    const senior = await b.as('senior-analyst', 'senior-analyst');
    await senior.get(`/desk/blocking/${first.entry}`);
    expect((await senior.post(`/desk/blocking/${first.entry}/opening`)).statusCode).toBe(403);
  });
});
