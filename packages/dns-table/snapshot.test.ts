import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DnsTableBuilder } from './builder.ts';
import { nameFromText } from './name.ts';
import { TablePublisher } from './publisher.ts';
import { TableReader } from './reader.ts';
import { closeSnapshot, openLastGood, openSnapshot, previousOf, writeSnapshot } from './snapshot.ts';
import { BLOCK, removeTemporaryFiles, snapshotOf, temporaryFile } from './testing/scene.ts';

afterEach(removeTemporaryFiles);

function written(path = temporaryFile(), serial = 1, name = 'bad.example'): string {
  const builder = new DnsTableBuilder();
  for (let i = 0; i < 300; i++) builder.add(`n${i}.example`, BLOCK);
  builder.add(name, BLOCK);
  writeSnapshot(path, builder.build({ serial }));
  return path;
}

it('names in memory say the same as names on the disk', () => {
  const path = written();
  const open = (names: 'disk' | 'memory') => {
    const snapshot = openSnapshot(path, { names });
    const publisher = new TablePublisher(snapshot);
    return { snapshot, reader: new TableReader(publisher.connect()) };
  };
  const [disk, memory] = [open('disk'), open('memory')];
  for (let i = 0; i < 400; i++) {
    for (const name of [`n${i}.example`, `www.n${i}.example`, `n${i}x.example`]) {
      const wire = nameFromText(name);
      expect(memory.reader.lookup(wire)).toEqual(disk.reader.lookup(wire));
    }
  }
  expect(memory.reader.lookup(nameFromText('www.n299.example'))).toMatchObject({ action: 'block', confirmed: true });
  expect(memory.reader.reads).toBe(0);
  expect(memory.reader.trouble).toBeUndefined();
  expect(disk.reader.reads).toBeGreaterThan(0);
  closeSnapshot(disk.snapshot);
  closeSnapshot(memory.snapshot);
});

describe('the file of a table', () => {
  it('is refused when any byte of it was changed', () => {
    const path = written();
    const good = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ flip;
        writeFileSync(path, bad);
        expect(() => openSnapshot(path)).toThrow(expect.objectContaining({ name: 'DnsTableError' }));
      }),
      // The 4 bytes of padding in the header are under its checksum too.
      { numRuns: 300 },
    );
  });

  it('is refused when it was cut at any place, or something stands behind it', () => {
    const path = written();
    const good = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(good.length - 1), (length) => {
        writeFileSync(path, good.subarray(0, length));
        expect(() => openSnapshot(path)).toThrow(expect.objectContaining({ code: 'torn' }));
      }),
    );
    writeFileSync(path, Buffer.concat([good, Buffer.of(0)]));
    expect(() => openSnapshot(path)).toThrow(/has \d+ bytes and should have \d+/);
  });

  it('of something else, or none, is refused in words', () => {
    const path = temporaryFile();
    expect(() => openSnapshot(path)).toThrow(expect.objectContaining({ code: 'io' }));
    writeFileSync(path, 'x'.repeat(500));
    expect(() => openSnapshot(path)).toThrow(`${path} is not a DNS table`);
    mkdirSync(`${path}.d`);
    expect(() => openSnapshot(`${path}.d`)).toThrow(expect.objectContaining({ name: 'DnsTableError' }));
  });

  it('of the state before is used when the newest is broken, and a broken one never replaces it', () => {
    const path = written(undefined, 1);
    written(path, 2);
    truncateSync(path, 1000);
    const { snapshot, refused } = openLastGood(path);
    expect(snapshot).toMatchObject({ path: previousOf(path), header: { serial: 1 } });
    expect(refused?.code).toBe('torn');
    closeSnapshot(snapshot);
    written(path, 3);
    const again = openLastGood(path);
    expect(again).toMatchObject({ snapshot: { header: { serial: 3 } } });
    closeSnapshot(again.snapshot);
    truncateSync(path, 0);
    const back = openLastGood(path).snapshot;
    expect(back.header.serial).toBe(1);
    closeSnapshot(back);
    truncateSync(previousOf(path), 0);
    expect(() => openLastGood(path)).toThrow(path);
  });

  it('stays as it was when a new one cannot be written, and nothing is left lying about', () => {
    const path = written(undefined, 1);
    const builder = new DnsTableBuilder();
    builder.add('a.example', BLOCK);
    const table = { ...builder.build(), names: () => fail() };
    expect(() => writeSnapshot(path, table)).toThrow(expect.objectContaining({ code: 'io' }));
    expect(readdirSync(dirname(path))).toEqual(['table']);
    expect(() => writeSnapshot(join(path, 'in-a-file'), builder.build())).toThrow('could not be written');
    closeSnapshot(openSnapshot(path));
  });

  it('that breaks under a running reader leaves the rule standing on its hash, and says so', () => {
    const path = temporaryFile();
    const publisher = new TablePublisher(snapshotOf([['bad.example', BLOCK]], {}, path));
    const reader = new TableReader(publisher.connect());
    const file = openSync(path, 'r+');
    writeSync(file, 'zzz', readFileSync(path).length - 6);
    closeSync(file);
    expect(reader.lookup(nameFromText('bad.example'))).toMatchObject({ action: 'block', confirmed: false });
    expect(reader.trouble).toMatchObject({ code: 'corrupt' });
    expect(reader.lookup(nameFromText('good.example'))).toBeUndefined();
    publisher.close();
  });
});

// biome-ignore lint/correctness/useYield: a disk that fails at the first block
function* fail(): Generator<Uint8Array> {
  throw new Error('no space left on device');
}
