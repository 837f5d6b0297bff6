import { describe, expect, it } from 'vitest';
import { HashQueue } from './hash-queue.ts';

/** Work that ends when it is told to, and remembers the order in which it began. */
function bench(queue: HashQueue) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const add = (name: string, known = false) =>
    queue.run(name, known, () => {
      begun.push(name);
      return new Promise<string>((resolve) => {
        ends.push(() => resolve(name));
      });
    });
  const settle = () => new Promise((r) => setImmediate(r));
  const finish = async () => {
    ends.shift()?.();
    await settle();
  };
  return { begun, add, finish, settle };
}

describe('HashQueue', () => {
  it('computes so many at once and no more', async () => {
    const b = bench(new HashQueue({ atOnce: 2, waiting: 10, perName: 10 }));
    for (let i = 0; i < 5; i++) void b.add('a');
    await b.settle();
    expect(b.begun).toHaveLength(2);
    for (let done = 1; done <= 5; done++) {
      await b.finish();
      expect(b.begun).toHaveLength(Math.min(5, done + 2));
    }
    void b.add('b');
    await b.settle();
    expect(b.begun.at(-1)).toBe('b');
  });

  it('lets names take turns, and known devices go first', async () => {
    const b = bench(new HashQueue({ atOnce: 1, waiting: 10, perName: 10 }));
    for (const name of ['x', 'a', 'a', 'a', 'b', 'c']) void b.add(name);
    void b.add('known', true);
    await b.settle();
    for (let i = 0; i < 7; i++) await b.finish();
    expect(b.begun).toEqual(['x', 'known', 'a', 'b', 'c', 'a', 'a']);
  });

  it('refuses at once what is too much for a name or a lane; strangers never fill the lane of the known', async () => {
    const b = bench(new HashQueue({ atOnce: 1, waiting: 3, perName: 2 }));
    void b.add('x');
    void b.add('a');
    void b.add('a');
    expect(await b.add('a')).toBeUndefined();
    void b.add('b');
    expect(await b.add('c')).toBeUndefined();
    void b.add('known', true);
    for (let i = 0; i < 6; i++) await b.finish();
    expect(b.begun).toEqual(['x', 'known', 'a', 'b', 'a']);
  });

  it('gives the place on when work fails', async () => {
    const queue = new HashQueue({ atOnce: 1, waiting: 3, perName: 3 });
    const first = queue.run('a', false, () => Promise.reject(new Error('no')));
    const second = queue.run('b', false, async () => 'done');
    await expect(first).rejects.toThrow('no');
    expect(await second).toEqual({ value: 'done' });
  });
});
