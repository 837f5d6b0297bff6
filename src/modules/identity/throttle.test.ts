import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { Buckets, Throttle } from './throttle.ts';

const start = () => new ManualClock(new Date('2026-11-24T09:00:00Z'));
const limits = { free: 3, baseMs: 1000, capMs: 8000, forgiveMs: 60_000 };

describe('Throttle', () => {
  it('lets the free tries pass, then doubles the wait up to the cap', () => {
    const clock = start();
    const throttle = new Throttle(limits);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(throttle.attempt('salma', clock.now())).toBe(0);
      const wait = throttle.attempt('salma', clock.now());
      // Only a wait that is there can be read by a second try; within the free tries that second one counts too.
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
  });

  it('refuses during a wait without lengthening it', () => {
    const clock = start();
    const throttle = new Throttle(limits);
    for (let i = 0; i < 3; i++) throttle.attempt('salma', clock.now());
    for (let i = 0; i < 50; i++) expect(throttle.attempt('salma', clock.now())).toBe(1000);
    clock.advance(1000);
    expect(throttle.attempt('salma', clock.now())).toBe(0);
  });

  it('keeps names apart, and forgets with success and with time', () => {
    const clock = start();
    const throttle = new Throttle(limits);
    for (let i = 0; i < 3; i++) throttle.attempt('salma', clock.now());
    expect(throttle.attempt('other', clock.now())).toBe(0);
    throttle.succeed('salma');
    expect(throttle.attempt('salma', clock.now())).toBe(0);
    for (let i = 0; i < 2; i++) throttle.attempt('salma', clock.now());
    expect(throttle.attempt('salma', clock.now())).toBeGreaterThan(0);
    clock.advance(10 * limits.forgiveMs);
    for (let i = 0; i < 3; i++) expect(throttle.attempt('salma', clock.now())).toBe(0);
  });

  it('is bounded: names beyond the limit push out the oldest', () => {
    const clock = start();
    const throttle = new Throttle(limits);
    for (let i = 0; i < 3; i++) throttle.attempt('first', clock.now());
    for (let i = 0; i < 10_000; i++) throttle.attempt(`n${i}`, clock.now());
    expect(throttle.attempt('first', clock.now())).toBe(0);
  });
});

describe('Buckets', () => {
  it('gives a minute at once, then the steady rate', () => {
    const clock = start();
    const buckets = new Buckets();
    for (let i = 0; i < 60; i++) expect(buckets.take('k', 60, clock.now())).toBe(0);
    expect(buckets.take('k', 60, clock.now())).toBe(1000);
    clock.advance(1000);
    expect(buckets.take('k', 60, clock.now())).toBe(0);
    expect(buckets.take('k', 60, clock.now())).toBe(1000);
  });
});
