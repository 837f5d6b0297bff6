import { fstatSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { nameFromText } from './name.ts';
import { TablePublisher } from './publisher.ts';
import { TableReader } from './reader.ts';
import { BLOCK, published, removeTemporaryFiles, snapshotOf, temporaryFile } from './testing/scene.ts';

afterEach(removeTemporaryFiles);

const STEPS = process.env.SALAMA_LONG ? 4000 : 400;

describe('threads that read while one writes', () => {
  it('see every change at their next look-up, in front of any base, and never a wrong answer', async () => {
    const path = temporaryFile();
    const base = (step: number) =>
      snapshotOf(
        [
          ['always.test', BLOCK],
          ...Array.from({ length: step }, (_, i) => [`n${i + 1}.step.test`, BLOCK] as const),
          ...[step, step - 1, step - 2].filter((n) => n > 0).map((n) => [`gone${n}.step.test`, BLOCK] as const),
        ],
        { serial: step },
        path,
      );
    const publisher = new TablePublisher(base(0), { overlayBytes: 512 });
    const shared = new Int32Array(new SharedArrayBuffer(24));
    const workers = [0, 1].map(() => {
      const link = publisher.connect();
      return new Worker(new URL('./testing/watcher.ts', import.meta.url), {
        workerData: { link, shared },
        transferList: [link.port],
      });
    });
    const ended = Promise.all(
      workers.map(
        (w) =>
          new Promise<void>((resolve, reject) => {
            w.on('error', reject);
            w.on('exit', () => resolve());
          }),
      ),
    );
    const running = async (): Promise<void> => {
      while (Atomics.load(shared, 5) < workers.length) await new Promise((r) => setTimeout(r, 5));
    };
    await Promise.race([running(), ended]);
    for (let step = 1; step <= STEPS; step++) {
      publisher.apply([
        { op: 'add', name: nameFromText(`n${step}.step.test`), rule: BLOCK },
        { op: 'add', name: nameFromText(`gone${step}.step.test`), rule: BLOCK },
        { op: 'remove', name: nameFromText(`gone${step - 3}.step.test`), scope: 'subtree', category: 1 },
      ]);
      Atomics.store(shared, 0, step);
      if (step % 20 === 0) publisher.swap(base(step), publisher.applied);
      if (step % 50 === 0) await new Promise((r) => setTimeout(r, 5));
    }
    Atomics.store(shared, 1, 1);
    await ended;
    const [, , lookups, wrong, generations] = shared;
    publisher.close();
    expect({ wrong }).toEqual({ wrong: 0 });
    expect(lookups).toBeGreaterThan(STEPS);
    expect(generations).toBeGreaterThan(4);
  });
});

describe('the publisher', () => {
  it('keeps an old file open until every reader has left it', () => {
    const first = snapshotOf([['a.example', BLOCK]]);
    const publisher = new TablePublisher(first);
    const slow = new TableReader(publisher.connect());
    const gone = publisher.connect();
    publisher.swap(snapshotOf([['b.example', BLOCK]]), 0);
    expect(fstatSync(first.file).isFile()).toBe(true);
    expect(slow.lookup(nameFromText('b.example'))?.action).toBe('block');
    publisher.apply([]);
    expect(fstatSync(first.file).isFile()).toBe(true);
    publisher.disconnect(gone);
    expect(() => fstatSync(first.file)).toThrow('EBADF');
    publisher.close();
    publisher.close();
    expect(() => publisher.apply([])).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('applies all of a batch or nothing', () => {
    const { publisher, reader } = published([]);
    const good = { op: 'add', name: nameFromText('a.example'), rule: BLOCK } as const;
    expect(() => publisher.apply([good, { ...good, name: Uint8Array.of(9) }])).toThrow('cut short');
    expect(() => publisher.apply([good, { ...good, rule: { ...BLOCK, category: 256 } }])).toThrow('0 to 255');
    expect(reader.lookup(good.name)).toBeUndefined();
    expect([publisher.applied, publisher.overlaid]).toEqual([0, 0]);
    publisher.close();
  });

  it('says when there are too many readers', () => {
    const publisher = new TablePublisher(snapshotOf([]), { readers: 1 });
    const link = publisher.connect();
    expect(() => publisher.connect()).toThrow(expect.objectContaining({ code: 'readers' }));
    publisher.disconnect(link);
    publisher.connect();
    publisher.close();
  });
});
