import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atNight, type Display, looked, mayLook, protect, type Stand, type WellbeingRule } from './rule.ts';

const RULE: WellbeingRule = {
  shift: { seconds: 100, items: 10, hours: 8 },
  breakAfter: { seconds: 30, items: 4, minutes: 15 },
  night: { from: '22:00', to: '06:00', categories: ['csam'] },
};
const START = new Date('2026-11-24T09:00:00Z');
const at = (minutes: number) => new Date(START.getTime() + minutes * 60_000);
const ask = (stand: Stand | undefined, now: Date, over: object = {}) =>
  mayLook(RULE, { stand, now, time: '10:00', category: 'csam', others: 1, ...over });

describe('what may be looked at', () => {
  it('forces a break after seconds or items in one go, and lets go on after it', () => {
    const once = looked(RULE, undefined, 30_000, START);
    expect(ask(once, at(1))).toEqual({ ok: false, why: 'break', until: at(15) });
    expect(ask(once, at(15))).toEqual({ ok: true });
    let stand: Stand | undefined;
    for (let n = 0; n < 4; n++) stand = looked(RULE, stand, 10, at(n));
    expect(ask(stand, at(4))).toEqual({ ok: false, why: 'break', until: at(18) });
  });

  it('counts a rest of that length as the break', () => {
    let stand = looked(RULE, undefined, 29_000, START);
    stand = looked(RULE, stand, 2000, at(15));
    expect(ask(stand, at(16))).toEqual({ ok: true });
  });

  it('ends the shift’s looking at its budget, until the shift is over', () => {
    let stand: Stand | undefined;
    for (let n = 0; n < 4; n++) stand = looked(RULE, stand, 25_000, at(n * 16));
    expect(ask(stand, at(100))).toEqual({ ok: false, why: 'shift', until: at(480) });
    expect(ask(stand, at(480))).toEqual({ ok: true });
  });

  it('lets nobody look alone at night, at those categories only', () => {
    expect(ask(undefined, START, { time: '23:00', others: 0 })).toEqual({ ok: false, why: 'alone' });
    expect(ask(undefined, START, { time: '05:59', others: 0 })).toEqual({ ok: false, why: 'alone' });
    expect(ask(undefined, START, { time: '06:00', others: 0 })).toEqual({ ok: true });
    expect(ask(undefined, START, { time: '23:00', others: 1 })).toEqual({ ok: true });
    expect(ask(undefined, START, { time: '23:00', others: 0, category: 'fraud-impersonation' })).toEqual({ ok: true });
    expect(atNight({ from: '01:00', to: '05:00', categories: [] }, '00:30')).toBe(false);
  });

  it('never lets anybody look more in one shift than its budget and one look', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 30 })), { maxLength: 60 }),
        (looks) => {
          let stand: Stand | undefined;
          let minute = 0;
          for (const [ms, wait] of looks) {
            minute += wait;
            if (!ask(stand, at(minute)).ok) continue;
            stand = looked(RULE, stand, ms, at(minute));
            expect(stand.shiftLooks).toBeLessThanOrEqual(RULE.shift.items);
            expect(stand.shiftMs).toBeLessThan(RULE.shift.seconds * 1000 + 20_000);
          }
        },
      ),
    );
  });
});

describe('how content is shown', () => {
  it('can be made safer by a choice, and never less safe', () => {
    const display = fc.record<Display>({
      blur: fc.constantFrom('strong', 'strongest'),
      grey: fc.boolean(),
      mute: fc.boolean(),
      clearSeconds: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(display, display, (least, chosen) => {
        const shown = protect(least, chosen);
        expect(shown.grey || !least.grey).toBe(true);
        expect(shown.mute || !least.mute).toBe(true);
        expect(shown.blur === 'strongest' || least.blur === 'strong').toBe(true);
        expect(shown.clearSeconds).toBeLessThanOrEqual(least.clearSeconds);
        expect(protect(least)).toEqual(least);
      }),
    );
  });
});
