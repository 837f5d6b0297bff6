import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './clock.ts';
import { isUuid, uuidv7 } from './ids.ts';
import { seededRandom } from './random.ts';

const START = Date.parse('2026-11-24T09:00:00Z');
const clockAt = (ms = START) => new ManualClock(new Date(ms));
const millisecondsOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('uuidv7', () => {
  it('is a UUID of version 7 and variant 10 with the time in front', () => {
    const id = uuidv7(clockAt(), seededRandom(1));
    expect(isUuid(id)).toBe(true);
    expect(id[14]).toBe('7');
    expect('89ab').toContain(id[19]);
    expect(millisecondsOf(id)).toBe(START);
  });

  it('only grows, whatever the clock does: stands still, goes on, is set back', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.tuple(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: 1, max: 40 })), { maxLength: 40 }),
        (seed, moves) => {
          const clock = clockAt();
          const random = seededRandom(seed);
          let last = uuidv7(clock, random);
          for (const [ms, ids] of moves) {
            clock.set(new Date(clock.now().getTime() + ms));
            for (let i = 0; i < ids; i++) {
              const id = uuidv7(clock, random);
              if (!(id > last) || !isUuid(id) || millisecondsOf(id) < clock.now().getTime()) return false;
              last = id;
            }
          }
          return true;
        },
      ),
      { numRuns: 200 },
    );
  });

  it('borrows the next millisecond when more ids come than it can count', () => {
    const clock = clockAt();
    const random = seededRandom(7);
    const ids = Array.from({ length: 20_000 }, () => uuidv7(clock, random));
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] as string))).toBe(true);
    expect(millisecondsOf(ids[0] as string)).toBe(START);
    // At least 2,048 fit into each.
    expect(millisecondsOf(ids.at(-1) as string)).toBeLessThan(START + 10);
    clock.advance(1000);
    expect(millisecondsOf(uuidv7(clock, random))).toBe(START + 1000);
  });

  it('is the same in every run with the same clock and chance, and another clock changes nothing', () => {
    const run = (between: () => void) => {
      const clock = clockAt();
      const random = seededRandom(3);
      return Array.from({ length: 50 }, () => {
        between();
        return uuidv7(clock, random);
      });
    };
    const later = clockAt(START + 3_600_000);
    expect(run(() => uuidv7(later, seededRandom(9)))).toEqual(run(() => {}));
  });
});
