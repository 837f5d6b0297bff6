import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameFromText } from '../../../../packages/dns-table/index.ts';
import type { FeedChange } from '../../blocking/index.ts';
import { DiskLog } from './disk-log.ts';
import { NationalList } from './national.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (name: string) => path.join(folder, name);

describe('profiles on disk', () => {
  const open = (write = true) => new DiskLog(file('profiles'), { write });
  const found = (log: DiskLog) => (log.found ? Object.fromEntries(log.found) : undefined);

  it('survive: the snapshot, what was appended, and what was taken out', () => {
    const log = open();
    expect(log.found).toBeUndefined();
    expect(log.append([['a', 1]])).toBe(false);
    log.compact(
      new Map<string, unknown>([
        ['a', { n: 1 }],
        ['b', 2],
      ]),
    );
    expect(
      log.append([
        ['b', null],
        ['c', 'ü'],
      ]),
    ).toBe(true);
    log.close();
    const again = open();
    expect(found(again)).toEqual({ a: { n: 1 }, c: 'ü' });
    again.append([['d', 4]]);
    again.close();
    expect(found(open(false))).toEqual({ a: { n: 1 }, c: 'ü', d: 4 });
  });

  it('torn at any byte of the journal: all that was whole before it counts, and goes on from there', () => {
    const log = open();
    log.compact(new Map([['a', 0]]));
    for (let i = 1; i <= 3; i++) log.append([['a', i]]);
    log.close();
    const whole = readFileSync(file('profiles.journal'));
    let before = 3;
    for (let length = whole.length; length > 20; length--) {
      writeFileSync(file('profiles.journal'), whole.subarray(0, length));
      const torn = open();
      const value = torn.found?.get('a') as number;
      expect(value === before || value === before - 1).toBe(true);
      before = value;
      torn.append([['b', length]]);
      torn.close();
      const next = open(false);
      expect(found(next)).toMatchObject({ a: value, ...(next.found?.has('b') ? { b: length } : {}) });
    }
    expect(before).toBe(0);
  });

  it('a damaged snapshot is not believed: the one before is', () => {
    const log = open();
    log.compact(new Map([['a', 1]]));
    log.compact(new Map([['a', 2]]));
    log.append([['a', 3]]);
    log.close();
    const bytes = readFileSync(file('profiles'));
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
    writeFileSync(file('profiles'), bytes);
    const again = open();
    expect(found(again)).toEqual({ a: 1 });
    expect(again.trouble).toContain('damaged');
    // Behind an older state nothing is appended; a new snapshot mends it.
    expect(again.append([['a', 4]])).toBe(false);
    again.compact(new Map([['a', 5]]));
    again.close();
    expect(found(open(false))).toEqual({ a: 5 });
  });

  it('a reader changes nothing', () => {
    const log = open();
    log.compact(new Map([['a', 1]]));
    log.append([['a', 2]]);
    truncateSync(file('profiles.journal'), readFileSync(file('profiles.journal')).length - 2);
    const before = readFileSync(file('profiles.journal'));
    const reader = open(false);
    expect(found(reader)).toEqual({ a: 1 });
    expect(reader.append([['a', 9]])).toBe(false);
    reader.compact(new Map());
    expect(readFileSync(file('profiles.journal'))).toEqual(before);
    log.close();
  });
});

describe('the national list on disk', () => {
  const change = (serial: number, target: string | null, over: Partial<FeedChange> = {}): FeedChange => ({
    serial,
    op: 'add',
    entry: `e${serial}`,
    kind: 'domain',
    basis: 'csam',
    target,
    at: new Date(0),
    ...over,
  });
  const listed = (list: NationalList, name: string) => list.reader?.lookup(nameFromText(name))?.action === 'block';
  const open = (write = true) => new NationalList(folder, { write });

  it('is not ready without a table; an empty one at serial 0 is one', () => {
    const list = open();
    expect(list.ready).toBe(false);
    expect(list.apply([change(1, 'a.example')])).toBe(false);
    list.begin(0, []);
    expect([list.ready, list.serial]).toEqual([true, 0]);
    list.close();
    const again = open();
    expect([again.ready, again.serial]).toEqual([true, 0]);
    again.close();
  });

  it('keeps the newest change over a restart, and takes what came off', () => {
    const list = open();
    list.begin(5, [{ entry: 'x', kind: 'domain', basis: 'csam', target: 'old.example' }]);
    expect(list.apply([change(6, 'new.example'), change(7, 'old.example', { op: 'remove' })])).toBe(true);
    expect([listed(list, 'a.new.example'), listed(list, 'old.example')]).toEqual([true, false]);
    list.close();
    // Nothing was laid out anew yet: it stands in the journal.
    for (let restart = 0; restart < 3; restart++) {
      const again = open();
      expect([again.serial, listed(again, 'new.example'), listed(again, 'old.example')]).toEqual([7, true, false]);
      again.close();
    }
    const reader = open(false);
    expect(reader.apply([change(8, 'only-here.example')])).toBe(true);
    expect(listed(reader, 'only-here.example')).toBe(true);
    reader.close();
    const last = open();
    expect(last.serial).toBe(7);
    last.close();
  });

  it('refuses a gap and a name that nobody knows any more; counts what is not for a name server', () => {
    const list = open();
    list.begin(1, []);
    expect(list.apply([change(3, 'a.example')])).toBe(false);
    expect(list.apply([change(2, null, { op: 'remove' })])).toBe(false);
    expect(list.serial).toBe(1);
    expect(list.apply([change(2, 'https://a.example/', { kind: 'url' }), change(3, null)])).toBe(true);
    expect([list.serial, listed(list, 'a.example')]).toEqual([3, false]);
    list.close();
  });

  it('with a broken table it serves the one before, and the changes since', () => {
    const list = open();
    list.begin(1, [{ entry: 'x', kind: 'domain', basis: 'court', target: 'one.example' }]);
    list.apply([change(2, 'two.example')]);
    list.close();
    // The restart lays it out anew; the older one and its journal stay.
    const middle = open();
    middle.apply([change(3, 'three.example')]);
    middle.close();
    const bytes = readFileSync(file('national.table'));
    bytes[140] = (bytes[140] as number) ^ 0xff;
    writeFileSync(file('national.table'), bytes);
    const last = open();
    expect(last.trouble).toBeDefined();
    expect([last.serial, ...['one', 'two', 'three'].map((n) => listed(last, `${n}.example`))]).toEqual([
      3,
      true,
      true,
      true,
    ]);
    last.close();
  });

  it('with a torn journal all that was whole counts', () => {
    const list = open();
    list.begin(0, []);
    list.apply([change(1, 'one.example')]);
    list.apply([change(2, 'two.example')]);
    list.close();
    const journal = file('national.journal');
    truncateSync(journal, readFileSync(journal).length - 5);
    const again = open();
    expect([again.serial, listed(again, 'one.example'), listed(again, 'two.example')]).toEqual([1, true, false]);
    expect(again.apply([change(2, 'two.example')])).toBe(true);
    again.close();
    appendFileSync(journal, 'rubbish\n');
    const last = open();
    expect([last.serial, listed(last, 'two.example')]).toEqual([2, true]);
    last.close();
  });
});
