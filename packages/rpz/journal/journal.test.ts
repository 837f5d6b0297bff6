import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../zone/policy.ts';
import { Zone } from '../zone/zone.ts';
import { FileStore } from './file.ts';

const NX: Policy = { kind: 'nxdomain' };
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rpz-journal-'));
  file = path.join(dir, 'zones', 'hot.journal');
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = async (options: { journalLimit?: number; sync?: boolean } = {}) => {
  const store = new FileStore(file, { sync: options.sync ?? false });
  const faults: unknown[] = [];
  const zone = await Zone.open({ origin: 'rpz.example', store, onFault: (e) => faults.push(e), ...options });
  return { zone, store, faults };
};
const rule = (name: string, policy: Policy = NX) => ({ name, policy });
const names = (zone: Zone) => [...zone.rules()].map((r) => r.name);

describe('the journal on disk', () => {
  it('goes on after a restart, with its serial and its differences', async () => {
    const first = await open({ sync: true });
    await first.zone.apply({ add: [rule('a.example'), rule('b.example', { kind: 'local', txt: ['ü "x"\n'] })] }, 3);
    await first.zone.apply({ remove: ['a.example'], add: [rule('c.example')] }, 4);
    await first.zone.close();
    const { zone } = await open();
    expect(zone.serial).toBe(4);
    expect([...zone.rules()]).toEqual([...first.zone.rules()]);
    expect(zone.ixfr(3).kind).toBe('ixfr');
    await zone.apply({ add: [rule('d.example')] }, 5);
    await zone.close();
    const last = await open();
    expect(names(last.zone)).toEqual(['b.example', 'c.example', 'd.example']);
    await last.zone.close();
  });

  it('cuts a torn end at whatever byte it was torn, and goes on', async () => {
    const first = await open();
    await first.zone.apply({ add: [rule('a.example')] }, 1);
    const whole = statSync(file).size;
    await first.zone.apply({ add: [rule('b.example')] }, 2);
    await first.zone.close();
    const bytes = readFileSync(file);
    for (let end = whole; end < bytes.length; end++) {
      writeFileSync(file, bytes.subarray(0, end));
      const torn = await open();
      expect(torn.zone.serial, `torn at ${end}`).toBe(1);
      expect(torn.store.cut).toBe(end - whole);
      await torn.zone.apply({ add: [rule('c.example')] }, 2);
      await torn.zone.close();
      const after = await open();
      expect(names(after.zone)).toEqual(['a.example', 'c.example']);
      await after.zone.close();
    }
    // A file system may also leave a length of zeros, or the right length with other bytes.
    for (const tail of [Buffer.alloc(500), bytes.subarray(whole).map((b, i) => (i > 20 ? 0 : b))]) {
      writeFileSync(file, Buffer.concat([bytes.subarray(0, whole), tail]));
      const torn = await open();
      expect(torn.zone.serial).toBe(1);
      await torn.zone.close();
    }
  });

  it('does not take damage in the middle for a torn end: a serial must not go back', async () => {
    const first = await open();
    for (const serial of [1, 2, 3]) await first.zone.apply({ add: [rule(`n${serial}.example`)] }, serial);
    await first.zone.close();
    const bytes = readFileSync(file);
    const third = Math.floor(bytes.length / 2);
    bytes[third] = (bytes[third] as number) ^ 0xff;
    writeFileSync(file, bytes);
    await expect(open()).rejects.toMatchObject({ code: 'journal-damaged' });
  });

  it('notices a step that does not follow on', async () => {
    const first = await open();
    await first.zone.apply({ add: [rule('a.example')] }, 1);
    const one = readFileSync(file);
    await first.zone.close();
    appendFileSync(file, one);
    await expect(open()).rejects.toMatchObject({ code: 'journal-damaged' });
  });

  it('begins anew from a snapshot when the steps outgrow it, and still knows the last of them', async () => {
    const { zone, faults } = await open({ journalLimit: 3000 });
    const many = (round: number) =>
      Array.from({ length: 1500 }, (_, i) => rule(`${'x'.repeat(40)}${round}-${i}.example`));
    let serial = 0;
    let before: string[] = [];
    let biggest = 0;
    for (let round = 0; round < 40; round++) {
      await zone.apply({ add: many(round), remove: before }, ++serial);
      before = many(round).map((r) => r.name);
      biggest = Math.max(biggest, statSync(file).size);
    }
    await zone.apply({ add: [rule('last.example')] }, ++serial);
    await zone.close();
    expect(faults).toEqual([]);
    // 40 rounds of 180 kB.
    expect(biggest).toBeLessThan(3_000_000);
    const again = await open({ journalLimit: 3000 });
    expect(again.zone.serial).toBe(serial);
    expect(names(again.zone)).toEqual(names(zone));
    expect(again.zone.ixfr(serial - 1).kind).toBe('ixfr');
    await again.zone.close();
    // What a crash left of a snapshot that was being written is nothing to anybody.
    writeFileSync(`${file}.new`, 'half');
    const last = await open();
    expect(last.zone.serial).toBe(serial);
    await last.zone.close();
  });

  it('says that a snapshot is not whole rather than to serve a part of the list', async () => {
    const { zone, store } = await open();
    await zone.apply({ add: [rule('a.example'), rule('b.example')] }, 1);
    const { treatment } = await import('../zone/policy.ts');
    await store.replace(1, [[{ key: 'example.a', treatment: treatment(NX) }]], []);
    await zone.close();
    // The frame that ends a snapshot is the last one here.
    truncateSync(file, statSync(file).size - 1);
    await expect(open()).rejects.toMatchObject({ code: 'journal-damaged' });
  });

  it('keeps a change from being seen before it is on disk, or at all when it cannot be', async () => {
    const { zone, store } = await open();
    await zone.apply({ add: [rule('a.example')] }, 1);
    await store.close();
    await expect(zone.apply({ add: [rule('b.example')] }, 2)).rejects.toMatchObject({ code: 'journal-closed' });
    expect(zone.serial).toBe(1);
    expect(names(zone)).toEqual(['a.example']);
  });
});
