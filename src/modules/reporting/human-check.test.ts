import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { ephemeralKeyring } from '../../platform/keys.ts';
import { FASTEST_MS, HumanCheck } from './human-check.ts';

describe('without a script', () => {
  const at = new Date('2026-11-24T09:00:00Z');
  const send = (check: HumanCheck, startedAt: Date, danger = false) =>
    check.check({ danger, altcha: undefined, startedAt });

  it('tells somebody quick from many at once, and asks nobody in danger to wait', async () => {
    const clock = new ManualClock(at);
    const check = new HumanCheck(clock, ephemeralKeyring());
    expect(await send(check, at)).toBe('quick');
    expect(await send(check, at, true)).toBe('passes');
    clock.advance(FASTEST_MS);
    expect(await send(check, at)).toBe('passes');
    let last = 'passes';
    for (let i = 0; i < 100 && last === 'passes'; i += 1) last = await send(check, at);
    expect(last).toBe('busy');
    expect(await send(check, at, true)).toBe('passes');
    clock.advance(60_000);
    expect(await send(check, at)).toBe('passes');
  });
});
