import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { ephemeralKeyring } from '../../platform/keys.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { runAuditCommand } from './command.ts';
import { type Audit, createAudit, recordAudits, toHeadJson } from './index.ts';

let platform: TestPlatform;
let audit: Audit;
let dir: string;
const ids: string[] = [];

beforeAll(async () => {
  platform = await createTestPlatform();
  audit = createAudit(platform);
  dir = await mkdtemp(path.join(tmpdir(), 'salama-audit-'));
  await audit.sealOnce();
  for (let i = 0; i < 30; i += 1) {
    await record(100);
    await audit.sealOnce();
  }
  await record(2);
});
afterAll(async () => {
  await platform?.close();
  await rm(dir, { recursive: true, force: true });
});

async function record(n: number): Promise<void> {
  const { clock, random, db } = platform;
  const made = Array.from({ length: n }, (_, i) => ({
    id: uuidv7(clock, random),
    at: clock.now(),
    actor: 'system',
    action: 'test.thing.made',
    subject: `test.thing:${ids.length + i}`,
    detail: { n: i },
  })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await recordAudits(db, made);
  ids.push(...made.map((it) => it.id));
}

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const printed: string[] = [];
  const code = await runAuditCommand(args, {
    open: async () => ({ db: platform.db, publicKeyPem: platform.keys.publicKeyPem, close: async () => {} }),
    print: (line) => printed.push(line),
  });
  return { code, output: printed.join('\n') };
}

const file = (name: string) => path.join(dir, name);
async function write(name: string, value: unknown): Promise<string> {
  await writeFile(file(name), typeof value === 'string' ? value : JSON.stringify(value));
  return file(name);
}
const publishedHead = async () => {
  const head = await audit.head();
  return write('head.json', head && toHeadJson(head));
};

describe('audit export and verify', () => {
  it('write the whole log and verify it with the published head and key', async () => {
    expect(await run('export', file('log.jsonl'))).toEqual({
      code: 0,
      output: `3000 sealed entries and 2 unsealed written to ${file('log.jsonl')}.`,
    });
    const key = await write('key.pem', platform.keys.publicKeyPem);
    const { code, output } = await run('verify', file('log.jsonl'), '--head', await publishedHead(), '--key', key);
    expect(output).toContain('3000 sealed entries, 31 signed heads.');
    expect(output).toContain('Unsealed tail: 2 entries');
    expect(output).toContain('Verified');
    expect(output).toContain('Compared with the head you gave.');
    expect(code).toBe(0);
    expect(await readdir(dir)).not.toContain('log.jsonl.part');
  });

  it('verify without a database', async () => {
    const code = await runAuditCommand(['verify', file('log.jsonl')], {
      open: () => Promise.reject(new Error('there is none')),
      print: () => {},
    });
    expect(code).toBe(0);
  });

  it.each([
    {
      name: 'changed',
      change: `update audit.entry set actor = 'nobody' where id = $1`,
      at: 1234,
      says: 'entry 1234 (',
    },
    {
      name: 'deleted',
      change: 'delete from audit.entry where id = $1',
      at: 2000,
      says: 'after entry 1999 comes entry 2001',
    },
    {
      name: 'taken off the queue',
      change: 'delete from audit.pending where entry = $1',
      at: 3001,
      says: 'was taken off the',
    },
    {
      name: 'deleted before it was sealed',
      change: 'delete from audit.entry where id = $1',
      at: 3000,
      says: 'is gone',
    },
  ])('find an entry that somebody with all rights has $name', async ({ change, at, says }) => {
    const id = ids[at] as string;
    const undo = await platform.pool.query('select * from audit.entry where id = $1', [id]);
    await sql`alter table audit.entry disable trigger append_only`.execute(platform.db);
    await platform.pool.query(change, [id]);
    expect((await run('export', file('tampered.jsonl'))).code).toBe(0);
    const { code, output } = await run('verify', file('tampered.jsonl'));
    expect(output).toContain(says);
    expect(output).toContain(says.startsWith('after') ? 'NOT AS IT WAS' : id);
    expect(output).not.toContain('Verified');
    expect(code).toBe(1);

    await platform.pool.query('delete from audit.entry where id = $1', [id]);
    await platform.pool.query(`insert into audit.entry select * from json_populate_record(null::audit.entry, $1)`, [
      JSON.stringify({ ...undo.rows[0], commitment: null }),
    ]);
    if (at >= 3000) await platform.pool.query('insert into audit.pending values ($1) on conflict do nothing', [id]);
    await sql`alter table audit.entry enable always trigger append_only`.execute(platform.db);
    await run('export', file('tampered.jsonl'));
    expect((await run('verify', file('tampered.jsonl'))).code).toBe(0);
  });

  it('leave the earlier file alone when the database fails', async () => {
    const before = await readFile(file('log.jsonl'), 'utf8');
    const printed: string[] = [];
    const closed = await createTestPlatform();
    await closed.close();
    const code = await runAuditCommand(['export', file('log.jsonl')], {
      open: async () => ({ db: closed.db, publicKeyPem: 'x', close: async () => {} }),
      print: (line) => printed.push(line),
    });
    expect(code).toBe(2);
    expect(await readFile(file('log.jsonl'), 'utf8')).toBe(before);
    expect(await readdir(dir)).not.toContain('log.jsonl.part');
  });
});

describe('audit prove', () => {
  it('needs only the proof and the published head', async () => {
    const proof = await audit.inclusionProof(ids[777] as string);
    const saved = await write('proof.json', proof);
    const { code, output } = await run('prove', saved, '--head', await publishedHead());
    expect(output).toContain('Proven: entry 777 of 3000 in the log localhost:8080/audit');
    expect(output).toContain('test.thing.made');
    expect(code).toBe(0);
    expect((await run('prove', JSON.stringify(proof))).code).toBe(0);
  });

  it('joins a head that was kept to a newer one', async () => {
    const kept = await write('kept.json', (await audit.consistencyProof(1000, 1000)).first);
    const newer = await write('newer.json', await audit.inclusionProof(ids[777] as string));
    expect(await run('prove', newer, '--head', kept)).toMatchObject({
      code: 1,
      output: expect.stringContaining('consistency proof'),
    });
    const bridge = await write('bridge.json', await audit.consistencyProof(1000, 3000));
    expect(await run('prove', bridge, '--head', kept)).toMatchObject({
      code: 0,
      output: expect.stringContaining('the log of 1000 entries is the unchanged beginning of the log of 3000'),
    });
  });

  it('says what is wrong', async () => {
    const proof = JSON.parse(JSON.stringify(await audit.inclusionProof(ids[777] as string)));
    proof.entry.actor = 'somebody else';
    expect(await run('prove', JSON.stringify(proof))).toMatchObject({
      code: 1,
      output: expect.stringContaining('NOT PROVEN'),
    });
    const stranger = await write('stranger.pem', ephemeralKeyring().publicKeyPem);
    expect(await run('prove', file('proof.json'), '--key', stranger)).toMatchObject({
      code: 1,
      output: expect.stringContaining('another key'),
    });
  });
});

describe('audit', () => {
  it('prints the newest head', async () => {
    const { code, output } = await run('head');
    expect(JSON.parse(output)).toMatchObject({ size: 3000, origin: 'localhost:8080/audit' });
    expect(code).toBe(0);
  });

  it.each([[[]], [['verify']], [['dance', 'x']], [['verify', 'a', 'b']], [['verify', 'x', '--loud']]])(
    'tells how it is used: %j',
    async (args) => {
      expect(await run(...args)).toMatchObject({ code: 2, output: expect.stringContaining('usage:') });
    },
  );

  it('says that a file is not there', async () => {
    expect(await run('verify', file('absent'))).toMatchObject({ code: 2, output: expect.stringContaining('ENOENT') });
    expect(await run('prove', '{}')).toMatchObject({ code: 2 });
  });
});
