import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  categoryMask,
  closeSnapshot,
  nameFromText,
  openSnapshot,
  TablePublisher,
  TableReader,
} from '../../../../packages/dns-table/index.ts';
import { startWorld, type World } from '../../../../world/index.ts';
import { createEgress, vantageOptions } from '../../../platform/egress/index.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { compileNeverBlock } from '../../blocking/index.ts';
import { createCountry } from '../../country/index.ts';
import { CATEGORIES, type Category } from '../profile/rules.ts';
import { type DEMONSTRATION, seedLists } from './demonstration.ts';
import { createLists, type Lists } from './lists.ts';
import type { NewList } from './new-list.ts';
import { tarFile } from './read/tar-file.fixture.ts';

const SITE = 'https://sample-host.example';
const ADMIN = '01900000-0000-7000-8000-000000000001';
const BY = `account:${ADMIN}`;

let state: string;
let world: World;
let platform: TestPlatform;
let lists: Lists;
let extra: string[] = [];

beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'lists-'));
  world = await startWorld({ abuseDeskDelayMs: 20 });
  platform = await createTestPlatform({
    env: {
      SALAMA_DEMO: '1',
      SALAMA_ALLOW_PRIVATE: '1',
      SALAMA_STATE: state,
      SALAMA_EGRESS: JSON.stringify({ ...world.egress, vantages: [{ name: 'rabat' }] }),
    },
  });
  const { config, clock, random } = platform;
  const country = createCountry(platform);
  lists = createLists(platform, {
    protects: () => {
      const never = compileNeverBlock(country.pack(), config.publicOrigin);
      return (name, below) => (extra.includes(name) ? { name, protection: 'help' } : never.hurt(name, below));
    },
    protection: () => [country.pack().neverBlock, extra],
    repository: path.join(platform.rootDir, 'country', 'ma', 'lists'),
    egress: createEgress({
      ...vantageOptions(config.egress, config.egress.vantages[0], { clock, random }),
      minGapMs: 0,
    }),
  });
}, 60_000);
afterAll(async () => {
  await platform?.close();
  await world?.stop();
  rmSync(state, { recursive: true, force: true });
});

const source = (over: Partial<NewList>): NewList => ({
  id: 'one',
  title: 'One',
  origin: 'address',
  address: `${SITE}/one.txt`,
  format: 'plain',
  category: 'adult',
  categories: {},
  below: false,
  licence: 'CC0-1.0',
  attribution: 'Made up',
  enabled: true,
  ...over,
});
const many = (n: number, word = 'n') => Array.from({ length: n }, (_, i) => `${word}${i}.example`).join('\n');
let etags = 0;
const lay = (at: string, body: string | Buffer) =>
  world.sites.lay(`${SITE}${at}`, { type: 'text/plain', body, etag: `"${++etags}"` });

/** What the table says of a name, for somebody who closes these kinds. */
function asks(...closed: Category[]): (name: string) => string {
  const snapshot = openSnapshot(lists.tablePath);
  const publisher = new TablePublisher(snapshot);
  const reader = new TableReader(publisher.connect());
  const mask = categoryMask(closed.map((c) => CATEGORIES[c]));
  return (name) => reader.lookup(nameFromText(name), 0, mask)?.action ?? 'open';
}

describe('a list', () => {
  it('is fetched, read and built into the table, and readers are told', async () => {
    const client = new pg.Client({ connectionString: platform.databaseUrl });
    await client.connect();
    const heard: string[] = [];
    client.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await client.query('listen safe_access');
    lay('/one.txt', `# made up\nbad.example\nWORSE.example\n2511.ma\nwho.int\ngoogle.com\ncom\n${many(200)}\n`);
    await lists.add(source({}), BY);
    await lists.look('one');
    const one = await lists.one('one');
    expect(one.active).toMatchObject({ number: 1, taken: 202, skipped: { protected: 3, 'public-suffix': 1 } });
    expect(one.active?.protected.map((p) => p.protection)).toEqual(['help', 'health', 'platform']);
    expect(one).toMatchObject({ fault: null, etag: `"${etags}"` });
    expect(one.due_at?.getTime()).toBe(platform.clock.now().getTime() + 86_400_000);
    const built = await lists.build();
    expect(built).toMatchObject({ rules: 202, versions: [one.active?.id] });
    const says = asks('adult');
    expect(['bad.example', 'www.worse.example', '2511.ma', 'other.example'].map(says)).toEqual([
      ...['block', 'block', 'open', 'open'],
    ]);
    expect(asks('drugs')('bad.example')).toBe('open');
    await expect.poll(() => heard).toEqual(['lists']);
    await client.end();
  });

  it('that did not change is not taken again, and one that changed a little is', async () => {
    await lists.look('one');
    expect((await lists.versions('one')).length).toBe(1);
    expect(world.requests.filter((r) => r.path === '/one.txt').at(-1)?.status).toBe(304);
    lay('/one.txt', `${many(230)}\n`);
    await lists.look('one');
    expect((await lists.versions('one')).map((v) => [v.number, v.state, v.taken])).toEqual([
      [2, 'active', 230],
      [1, 'superseded', 202],
    ]);
  });

  it('that shrinks or grows a lot waits for a person; the last one stays in use meanwhile', async () => {
    lay('/one.txt', `${many(20)}\n`);
    await lists.look('one');
    await lists.build();
    expect(asks('adult')('n200.example')).toBe('block');
    const { active, waiting } = await lists.one('one');
    expect([active?.taken, waiting?.taken, await lists.waitingCount()]).toEqual([230, 20, 1]);
    // The same file again is the same question, not another.
    await lists.look('one');
    expect((await lists.one('one')).waiting?.id).toBe(waiting?.id);
    await lists.decide('one', waiting?.id ?? '', 'refuse', BY);
    expect((await lists.versions('one'))[0]).toMatchObject({ state: 'refused', decided_by: BY });
    await expect(lists.decide('one', waiting?.id ?? '', 'accept', BY)).rejects.toThrow('SAFE_ACCESS_LIST_DECIDED');

    // What was refused is not asked again, though the source gives it another mark.
    lay('/one.txt', `${many(20)}\n`);
    await lists.look('one');
    expect((await lists.one('one')).waiting).toBeUndefined();

    lay('/one.txt', `${many(900)}\n`);
    await lists.look('one');
    const grown = (await lists.one('one')).waiting;
    await lists.decide('one', grown?.id ?? '', 'accept', BY);
    await lists.build();
    expect(asks('adult')('n800.example')).toBe('block');
  });

  it.each([
    ['http', () => world.sites.set(`${SITE}/gone`, 'removed'), '/gone'],
    ['dns', () => {}, 'https://nobody.example/list'],
    ['refused', () => {}, 'https://metadata.sample-host.example/list'],
    ['tls', () => {}, 'https://expired-tls.example/list'],
    ['empty', () => lay('/empty', '# nothing\ncom\n'), '/empty'],
    ['damaged', () => lay('/damaged', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4])), '/damaged'],
  ] as const)('that cannot be read says why (%s), and is tried again later', async (fault, prepare, at) => {
    prepare();
    const id = `fault-${fault}`;
    await lists.add(source({ id, address: at.startsWith('/') ? SITE + at : at }), BY);
    await lists.look(id);
    const row = await lists.one(id);
    expect([row.fault, row.failures, row.active]).toEqual([fault, 1, undefined]);
    expect(row.due_at?.getTime()).toBe(platform.clock.now().getTime() + 3_600_000);
  });

  it('keeps what is in use when its source fails', async () => {
    world.sites.setHost('sample-host.example', 'reset');
    platform.clock.advance(86_400_000);
    await lists.look('one');
    world.sites.setHost('sample-host.example', null);
    const row = await lists.one('one');
    expect([row.fault, row.active?.taken]).toEqual(['network', 900]);
    await lists.look('one');
    expect(await lists.one('one')).toMatchObject({ fault: null, failures: 0 });
  });

  it('is read anew when more may never be blocked, though it did not change', async () => {
    extra = ['n7.example'];
    await lists.look('one');
    await lists.build();
    expect(asks('adult')('n7.example')).toBe('open');
    expect((await lists.one('one')).active).toMatchObject({ taken: 899, skipped: { protected: 1 } });
    extra = [];
  });

  it('comes as an archive with a folder for each kind, and as an upload', async () => {
    lay(
      '/ut1.tar',
      tarFile({
        'x/adult/domains': 'grown.example\n',
        'x/drogue/domains': 'smoke.example\n',
        'x/y/domains': 'q.example',
      }),
    );
    await lists.add(
      source({
        ...{ id: 'ut1', address: `${SITE}/ut1.tar`, format: 'ut1', category: null },
        categories: { adult: 'adult', drogue: 'drugs' },
      }),
      BY,
    );
    await lists.look('ut1');
    expect((await lists.one('ut1')).active?.by_category).toEqual({ adult: 1, drugs: 1 });

    await lists.add(source({ id: 'ours', origin: 'upload', address: null, format: 'csv', category: 'games' }), BY);
    const draft = await lists.uploadDraft();
    writeFileSync(draft, 'name,category\nplay.example\n');
    await lists.upload('ours', draft, ADMIN);
    await platform.jobs.start(platform.pool, 2);
    await expect.poll(async () => (await lists.one('ours')).active?.brought_by, { timeout: 15_000 }).toBe(BY);
    await expect.poll(() => asks('games')('play.example'), { timeout: 15_000 }).toBe('block');
    await platform.jobs.stop();
    expect(asks('drugs')('smoke.example')).toBe('block');
  });

  it('opens by its exceptions only what it closes itself', async () => {
    lay('/a.txt', '||shared.example^\n@@||good.shared.example^\n||mine.example^\n@@||good.mine.example^\n');
    lay('/b.txt', '||shared.example^\n');
    const adblock = { format: 'adblock', category: 'violence' } as const;
    await lists.add(source({ id: 'a', address: `${SITE}/a.txt`, ...adblock }), BY);
    await lists.add(source({ id: 'b', address: `${SITE}/b.txt`, ...adblock, category: 'hate' }), BY);
    await lists.look('a');
    await lists.look('b');
    expect(await lists.build()).toMatchObject({ exceptions_left_out: 1 });
    const says = asks('violence', 'hate');
    expect(['good.mine.example', 'bad.mine.example', 'good.shared.example'].map(says)).toEqual([
      'allow',
      'block',
      'block',
    ]);
    // Out of use, it opens and closes nothing.
    await lists.enable('b', false, BY);
    await lists.enable('a', false, BY);
    await lists.build();
    expect(asks('violence', 'hate')('mine.example')).toBe('open');
  });

  it('takes no http outside of the demonstration, and no second list of one name', async () => {
    await expect(lists.add(source({}), BY)).rejects.toThrow('SAFE_ACCESS_LIST_EXISTS');
    const strict = createLists(
      { ...platform, config: { ...platform.config, demo: false, dev: false }, jobs: other(), ticks: other() },
      { protects: () => () => undefined, protection: () => 1, repository: '' },
    );
    await expect(strict.add(source({ id: 'plain', address: 'http://a.example/' }), BY)).rejects.toThrow('LIST_INVALID');
  });

  it('leaves no files behind but those in use, and never builds from half of them', async () => {
    const folder = path.join(state, 'files', 'lists');
    for (const file of readdirSync(folder)) utimesSync(path.join(folder, file), 0, 0);
    await lists.sweep();
    const used = (await lists.all()).flatMap((l) =>
      [l.active, l.waiting].flatMap((v) => (v ? [`${v.id}.names.gz`] : [])),
    );
    expect(readdirSync(folder).sort()).toEqual(used.sort());
    const before = openSnapshot(lists.tablePath);
    const gone = (await lists.one('one')).active?.id;
    rmSync(path.join(folder, `${gone}.names.gz`));
    await expect(lists.build()).rejects.toThrow('not on this machine');
    const after = openSnapshot(lists.tablePath);
    expect(after.header.serial).toBe(before.header.serial);
    for (const snapshot of [before, after]) closeSnapshot(snapshot);
    // Its names are on their way again, whatever the source says of changes.
    expect(await lists.one('one')).toMatchObject({ fault: 'missing', etag: null });
    await lists.look('one');
    await lists.build();
  });

  it('of the demonstration closes something of each kind', async () => {
    await seedLists(lists, 'system');
    await lists.look('demonstration' satisfies typeof DEMONSTRATION);
    const { active } = await lists.one('demonstration');
    expect(Object.keys(active?.by_category ?? {}).sort()).toEqual(Object.keys(CATEGORIES).sort());
    expect(active?.skipped).toEqual({});
    await lists.build();
    for (const category of Object.keys(CATEGORIES) as Category[])
      expect(asks(category)(`one.${category}.demonstration.example`), category).toBe('block');
  });

  it('leaves a trace of everything somebody did', async () => {
    const { rows } = await platform.pool.query(
      `select distinct action from audit.entry where action like 'safe-access.list.%' order by 1`,
    );
    expect(rows.map((r) => r.action.slice('safe-access.list.'.length))).toEqual([
      ...['accepted', 'activated', 'added', 'disabled', 'fault', 'held', 'refused', 'uploaded'],
    ]);
  });
});

/** Tools that nobody may register with twice. */
function other(): never {
  return { handle: () => {}, every: () => {}, enqueue: async () => {} } as never;
}
