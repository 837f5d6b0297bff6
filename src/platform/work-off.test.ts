import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { workOff } from './work-off.ts';

describe('workOff', () => {
  const batches = (n: number) => {
    const at: number[] = [];
    const work = async () => {
      at.push(performance.now());
      await sleep(20);
      return at.length < n;
    };
    return { at, work };
  };

  it('goes on until there is no more, without a pause while nothing is pressed', async () => {
    const { at, work } = batches(4);
    const began = performance.now();
    await workOff(work, () => false);
    expect(at).toHaveLength(4);
    // Four pauses would be 320 ms.
    expect(performance.now() - began).toBeLessThan(300);
  });

  it('leaves four fifths of the time to what is pressed, and stops pausing when it no longer is', async () => {
    const { at, work } = batches(4);
    await workOff(work, () => at.length < 3);
    const [first = 0, second = 0, third = 0] = at;
    expect(second - first).toBeGreaterThan(90);
    expect(third - second).toBeGreaterThan(90);
  });

  it('lets an error through', async () => {
    await expect(
      workOff(
        () => Promise.reject(new Error('away')),
        () => true,
      ),
    ).rejects.toThrow('away');
  });
});
