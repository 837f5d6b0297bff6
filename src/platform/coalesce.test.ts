import { describe, expect, it } from 'vitest';
import { type CoalesceOptions, Coalescer } from './coalesce.ts';

const overloaded = (waiting: number) => Object.assign(new Error(`${waiting} wait`), { status: 503 });

/** A writer whose commits end when the test says so, in the order they began. */
function gate() {
  const batches: number[][] = [];
  const commits: ((error?: Error) => void)[] = [];
  const write = (batch: readonly number[]) =>
    new Promise<string[]>((resolve, reject) => {
      batches.push([...batch]);
      commits.push((error) => (error ? reject(error) : resolve(batch.map((n) => `stored ${n}`))));
    });
  return { batches, commits, write };
}

/** A store that takes all of a batch or nothing, and refuses odd numbers. */
function evenStore() {
  const stored: number[] = [];
  const attempts: number[] = [];
  const write = async (batch: readonly number[]) => {
    attempts.push(batch.length);
    const odd = batch.find((n) => n % 2 === 1);
    if (odd !== undefined) throw new Error(`${odd} is odd`);
    stored.push(...batch);
    return batch;
  };
  return { stored, attempts, write };
}

const coalescer = <R>(options: Partial<CoalesceOptions<number, R>> & Pick<CoalesceOptions<number, R>, 'write'>) =>
  new Coalescer<number, R>({ overloaded, ...options });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('Coalescer', () => {
  it('puts what arrives together into one transaction, up to the limit, and answers each with its own result', async () => {
    const { batches, commits, write } = gate();
    const intake = coalescer({ write, maxBatch: 4, writers: 3 });
    const answers = Promise.all(range(10).map((n) => intake.add(n)));
    await pause(20);
    expect(batches).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    // Out of order: each promise belongs to its own commit.
    for (const commit of [commits[2], commits[0], commits[1]]) commit?.();
    expect(await answers).toEqual(range(10).map((n) => `stored ${n}`));
  });

  it('resolves after the commit, never before', async () => {
    const { commits, write } = gate();
    const intake = coalescer({ write });
    let answered = false;
    const answer = intake.add(1).then(() => {
      answered = true;
    });
    await pause(20);
    expect(commits).toHaveLength(1);
    expect(answered).toBe(false);
    commits[0]?.();
    await answer;
    expect(answered).toBe(true);
  });

  it('has no more transactions under way than writers; a free one takes all that gathered', async () => {
    const { batches, commits, write } = gate();
    const intake = coalescer({ write, maxBatch: 64, writers: 1 });
    const answers = range(5).map((n) => intake.add(n));
    await pause(20);
    answers.push(...range(30).map((n) => intake.add(100 + n)));
    await pause(20);
    expect(batches).toHaveLength(1);
    expect(intake.waiting).toBe(30);
    commits[0]?.();
    await pause(20);
    expect(batches.map((it) => it.length)).toEqual([5, 30]);
    commits[1]?.();
    await Promise.all(answers);
    expect(intake.waiting).toBe(0);
  });

  it('begins another transaction beside one under way for a handful at once, for fewer after a while', async () => {
    const { batches, commits, write } = gate();
    const intake = coalescer({ write, writers: 2, maxWaitMs: 30 });
    const answers = [intake.add(0)];
    await pause(60);
    expect(batches).toHaveLength(1);
    answers.push(...range(16).map((n) => intake.add(100 + n)));
    expect(batches.map((it) => it.length)).toEqual([1, 16]);
    commits[1]?.();
    await pause(1);
    answers.push(intake.add(200));
    await pause(60);
    // It waits for the first one to end, longer than it would wait alone.
    expect(batches).toHaveLength(2);
    await pause(120);
    expect(batches).toHaveLength(3);
    commits[0]?.();
    commits[2]?.();
    await Promise.all(answers);
  });

  it('answers a handful at a time, so that others get their turn, and is drained when all are answered', async () => {
    const { commits, write } = gate();
    const intake = coalescer({ write, writers: 1 });
    let answered = 0;
    for (const n of range(40)) void intake.add(n).then(() => (answered += 1));
    await pause(20);
    const seen: number[] = [];
    commits[0]?.();
    const drained = intake.drain();
    for (let turn = 0; turn < 4; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(answered);
    }
    expect(seen.every((n, i) => n - (seen[i - 1] ?? 0) <= 16)).toBe(true);
    await drained;
    expect(answered).toBe(40);
    expect(intake.underWay).toBe(0);
  });

  it('fails the bad items and no other, with few transactions more', async () => {
    const { stored, attempts, write } = evenStore();
    const intake = coalescer({ write, writers: 1 });
    const numbers = [0, 2, 4, 7, ...range(28).map((n) => 100 + 2 * n), 9];
    const outcomes = await Promise.allSettled(numbers.map((n) => intake.add(n)));
    const refused = numbers.filter((_, i) => outcomes[i]?.status === 'rejected');
    expect(refused).toEqual([7, 9]);
    expect(outcomes[3]).toMatchObject({ reason: new Error('7 is odd') });
    expect(stored.toSorted((a, b) => a - b)).toEqual(numbers.filter((n) => n % 2 === 0));
    expect(attempts.length).toBeLessThan(numbers.length);
  });

  it('rejects a whole batch when the database went away: its commit may have happened, so it is not repeated', async () => {
    const { batches, commits, write } = gate();
    const intake = coalescer({ write });
    const answers = Promise.allSettled(range(3).map((n) => intake.add(n)));
    await pause(20);
    commits[0]?.(new Error('Connection terminated unexpectedly'));
    expect((await answers).map((it) => it.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toHaveLength(1);
  });

  it('refuses with 503 when too many wait, and takes again afterwards', async () => {
    const { commits, write } = gate();
    const intake = coalescer({ write, writers: 1, maxBatch: 1, maxWaiting: 2 });
    const taken = [intake.add(1), intake.add(2), intake.add(3)];
    await expect(intake.add(4)).rejects.toMatchObject({ status: 503, message: '2 wait' });
    for (let i = 0; i < 3; i += 1) {
      commits[i]?.();
      await pause(10);
    }
    expect(await Promise.all(taken)).toEqual(['stored 1', 'stored 2', 'stored 3']);
    const later = intake.add(5);
    await pause(10);
    commits[3]?.();
    expect(await later).toBe('stored 5');
  });

  it('does not repeat a batch that came back with a wrong number of results', async () => {
    const batches: number[] = [];
    const write = async (batch: readonly number[]) => {
      batches.push(batch.length);
      return ['one'];
    };
    const intake = coalescer({ write });
    const outcomes = await Promise.allSettled([intake.add(1), intake.add(2)]);
    expect(outcomes[1]).toMatchObject({ reason: new Error('1 results for 2 items') });
    expect(batches).toEqual([2]);
  });

  it('drains', async () => {
    const { stored, write } = evenStore();
    const intake = coalescer({ write, maxBatch: 3 });
    const answers = Promise.allSettled(range(20).map((n) => intake.add(2 * n)));
    await intake.drain();
    expect(stored).toHaveLength(20);
    await answers;
    await intake.drain();
  });
});
