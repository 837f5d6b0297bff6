import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../platform/ids.ts';
import type { ApiScope } from '../../identity/index.ts';
import { feedRoutes } from '../index.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';
import { runTraceCommand } from './command.ts';

const DAY = 86_400_000;
let b: Blocks;
let entry: string;
const keys = new Map<string, string>();
const organisations = new Map<string, string>();

/** A court's entry, released by three people. */
async function ordered(target: string, kind: 'domain' | 'host' = 'domain'): Promise<string> {
  const { proposals, decisions } = b.blocking;
  const id = await proposals.fromOrder({
    ...{ kind, target, number: '77/2026', court: 'Tribunal de Rabat', date: '2026-11-20', reference: 'C-77' },
    ...{ scope: 'Le nom entier.', grounds: 'Arrivé ce matin.' },
    account: await b.person('programme-manager', 'programme-manager'),
    expiresAt: new Date(b.scene.platform.clock.now().getTime() + 180 * DAY),
  });
  await decisions.approve(id, await b.person('senior-2', 'senior-analyst'), 'As the document says.');
  await decisions.release(id, await b.person('supervisor-2', 'supervisor'), 'Compared with the document.');
  return id;
}

/** What was agreed with an organisation, from a day ago; ended a minute ago when told. */
async function contract(name: string, bases: string[], ended = false): Promise<void> {
  const { clock, random, pool } = b.scene.platform;
  const now = clock.now().getTime();
  const organisation = organisations.get(name);
  await pool.query('delete from blocking.partner where organisation = $1', [organisation]);
  await pool.query(
    `insert into blocking.partner (id, organisation, name, contract, from_at, until_at, bases, created_at, changed_at)
     values ($1, $2, $3, 'C-1', $4, $5, $6, $4, $4)`,
    [uuidv7(clock, random), organisation, name, new Date(now - DAY), ended ? new Date(now - 60_000) : null, bases],
  );
}

beforeAll(async () => {
  b = await openBlocks({ seed: 71 });
  const { identity, platform } = b.scene;
  const administrator = await identity.findAccount(await b.person('administrator', 'administrator'));
  const actor = {
    ...{ kind: 'staff', accountId: administrator?.id ?? '', name: 'A', lang: 'fr', roles: ['administrator'] },
    ...{ organisationId: '', territory: null, assurance: 'full', factors: ['passkey'], sessionId: '' },
  } as Parameters<typeof identity.createApiKey>[0];
  const all = await identity.listOrganisations();
  const scopes: [string, ApiScope[]][] = [
    ['one', ['blocks:read']],
    ['two', ['blocks:read', 'hashes:read']],
    ['three', ['reports:read']],
  ];
  for (const [i, [name, given]] of scopes.entries()) {
    const organisation = all[i % all.length]?.id ?? '';
    organisations.set(name, organisation);
    const { secretText } = await identity.createApiKey(actor, { organisationId: organisation, name, scopes: given });
    keys.set(name, secretText);
  }
  expect(organisations.get('one')).not.toBe(organisations.get('two'));
  await contract('one', ['court']);
  await contract('two', ['court', 'csam']);
  for (let i = 0; i < 4; i++) entry = await ordered(`ordered${i}.example`);
  await ordered('only.shared.example', 'host');
  await b.released('http://photos.sample-host.example/csam/1');
  expect(platform.config.demo).toBe(true);
  await b.app.close();
  // The routes of the test's own server, with the feeds beside them.
  const { buildServer } = await import('../../../platform/http/index.ts');
  b.app = await buildServer(platform, {
    zone: 'Africa/Casablanca',
    fallbackLang: 'ar',
    shellData: async () => ({ helpLines: [], user: undefined }),
    beforeRoutes: (instance) => identity.hooks(instance),
  });
  await b.app.register(feedRoutes({ files: b.blocking.feedFiles, identity }));
  await b.app.ready();
}, 180_000);
afterAll(() => b?.close());

const get = (url: string, key: string, headers: Record<string, string> = {}) =>
  b.app.inject({ url: `/api/v1/blocks/${url}`, headers: { authorization: `Bearer ${keys.get(key)}`, ...headers } });

describe('files of the list', () => {
  it('go to whom a contract in force names for them, whatever a key opens', async () => {
    const refused = async (url: string, key: string) => {
      const answer = await get(url, key);
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'BLOCKING_FEED_NO_CONTRACT']);
    };
    await contract('two', ['court']);
    await refused('hashes', 'two');
    expect((await get('court/json', 'two')).statusCode).toBe(200);
    await contract('two', ['csam', 'court'], true);
    await refused('hashes', 'two');
    await refused('court/json', 'two');
    await contract('two', ['csam', 'court']);
    expect((await get('hashes', 'two')).statusCode).toBe(200);
  });

  it('are for keys with the right, and say nothing of what shows abuse', async () => {
    expect((await b.app.inject({ url: '/api/v1/blocks/court/hosts' })).statusCode).toBe(401);
    expect((await get('court/hosts', 'three')).statusCode).toBe(403);
    expect((await get('hashes', 'one')).statusCode).toBe(403);
    expect((await get('court/pdf', 'one')).statusCode).toBe(404);
    for (const format of ['hosts', 'adblock', 'dnsmasq', 'csv', 'json']) {
      const { statusCode, body } = await get(`court/${format}`, 'one');
      expect(statusCode).toBe(200);
      expect(body).toContain('ordered0.example');
      expect(body).not.toContain('sample-host');
    }
  });

  it('are signed, and have an ETag that holds while nothing changes', async () => {
    const got = await get('court/csv', 'one');
    const pem = (await b.app.inject({ url: '/api/v1/blocks/key.pem' })).body;
    const signature = Buffer.from(String(got.headers['x-signature-ed25519']), 'base64');
    expect(verify(null, got.rawPayload, createPublicKey(pem), signature)).toBe(true);
    const detached = (await get('court/csv/signature', 'one')).json();
    expect(detached).toEqual({
      serial: Number(got.headers['x-list-serial']),
      sha256: createHash('sha256').update(got.rawPayload).digest('hex'),
      signature: signature.toString('base64'),
    });
    const again = await get('court/csv', 'one', { 'if-none-match': String(got.headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await get('court/csv', 'two')).headers.etag).not.toBe(got.headers.etag);
  });

  it('tell what changed since a serial, where the format can', async () => {
    const before = (await get('court/json', 'one')).json();
    await b.blocking.decisions.remove(entry, await b.person('senior-2', 'senior-analyst'), 'mistake', 'Not it.');
    await ordered('late.example');
    const told = (await get(`court/json?since=${before.serial}`, 'one')).json();
    expect(told).toMatchObject({ full: false, since: before.serial, serial: before.serial + 2 });
    const targets = (lines: { target: string }[]) => lines.map((l) => l.target);
    expect(targets(told.add)).toContain('late.example');
    expect(targets(told.remove)).toContain('ordered3.example');
    // What one has after the changes is what one would have got anew.
    const have = new Set(targets(before.add));
    for (const t of targets(told.remove)) have.delete(t);
    for (const t of targets(told.add)) have.add(t);
    expect([...have].sort()).toEqual(targets((await get('court/json', 'one')).json().add).sort());
    for (const wrong of ['hosts?since=1', 'json?since=x', 'json?since=99999', 'json?since=-1'])
      expect((await get(`court/${wrong}`, 'one')).statusCode, wrong).toBe(400);
  });

  it('of what shows abuse are hashes with a salt, told by prefix and confirmed whole', async () => {
    const { salt, prefixes } = (await get('hashes', 'two')).json();
    const hash = createHash('sha256').update(`${salt} url http://photos.sample-host.example/csam/1`).digest('hex');
    expect(prefixes).toEqual([hash.slice(0, 8)]);
    const find = (asked: string[]) =>
      b.app.inject({
        method: 'POST',
        url: '/api/v1/blocks/hashes/find',
        headers: { authorization: `Bearer ${keys.get('two')}` },
        payload: { prefixes: asked },
      });
    expect((await find([hash.slice(0, 8), '00000000'])).json().hashes).toEqual([hash]);
    expect((await find(['00000000'])).json().hashes).toEqual([]);
    expect((await find(['nothex'])).statusCode).toBe(400);
  });

  it('name whom a leak came from, by a command', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'leak-'));
    const file = path.join(folder, 'leak.txt');
    const said: string[] = [];
    const deps = {
      ...{ db: b.scene.platform.db, keys: b.scene.platform.keys, print: (line: string) => said.push(line) },
      markDomains: [],
      names: async () => new Map([...organisations].map(([name, id]) => [id, `provider ${name}`])),
    };
    const lines = (await get('court/hosts', 'two')).body.split('\n').filter((l) => !l.startsWith('#'));
    writeFileSync(file, lines.sort().join('\n'));
    expect(await runTraceCommand(file, deps)).toBe(0);
    expect(said[0]).toMatch(/^NAMED +provider two: file, \d of \d mark/);
    expect(said.filter((l) => l.startsWith('NAMED'))).toHaveLength(1);
    said.length = 0;
    writeFileSync(file, 'ordered0.example\nsomething else\n');
    expect(await runTraceCommand(file, deps)).toBe(1);
    expect(said.at(-1)).toMatch(/^Nobody is named/);
    rmSync(folder, { recursive: true });
  });
});
