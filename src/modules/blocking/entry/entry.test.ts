import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, barred, ENTRY_EVENTS, ENTRY_STATES, type People, possible, requireUninvolved } from './entry.ts';

describe('an entry', () => {
  it('is exactly this table', () => {
    const seen = ENTRY_STATES.flatMap((s) =>
      ENTRY_EVENTS.filter((e) => possible(s, e)).map((e) => `${s} -${e}-> ${after(s, e)}`),
    );
    expect(seen).toEqual([
      'proposed -approve-> approved',
      'proposed -reject-> rejected',
      'proposed -remove-> removed',
      'approved -withdraw-approval-> proposed',
      'approved -reject-> rejected',
      'approved -release-> released',
      'approved -remove-> removed',
      'released -review-> released',
      'released -suspend-> suspended',
      'released -remove-> removed',
      'suspended -approve-> approved',
      'suspended -remove-> removed',
    ]);
    expect(() => after('removed', 'release')).toThrow('BLOCKING_TRANSITION');
  });

  it('is released only out of an approval, whatever the way there', () => {
    for (const state of ENTRY_STATES)
      for (const event of ENTRY_EVENTS)
        if (possible(state, event) && after(state, event) === 'released' && state !== 'released')
          expect([state, event]).toEqual(['approved', 'release']);
  });

  it('can be taken off from every state in which it may still do something', () => {
    for (const state of ENTRY_STATES) expect(possible(state, 'remove')).toBe(!['removed', 'rejected'].includes(state));
  });
});

describe('the people of an entry', () => {
  const account = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const people: fc.Arbitrary<People> = fc.record({
    proposedBy: fc.option(account),
    approvedBy: fc.option(account),
    releasedBy: fc.option(account),
    judges: fc.array(account, { maxLength: 3 }),
    decided: fc.array(account, { maxLength: 3 }),
  });

  it('are two at least, and the second judged nothing', () => {
    fc.assert(
      fc.property(people, account, (p, who) => {
        if (barred(p, 'release').includes(who)) return;
        expect(who).not.toBe(p.proposedBy);
        expect(who).not.toBe(p.approvedBy);
        expect(p.judges).not.toContain(who);
      }),
    );
  });

  it('hear no appeal against themselves', () => {
    fc.assert(
      fc.property(people, account, (p, who) => {
        const hand = [p.proposedBy, p.approvedBy, p.releasedBy, ...p.judges, ...p.decided].includes(who);
        const hear = () => requireUninvolved(p, 'appeal', who);
        if (hand) expect(hear).toThrow('BLOCKING_INVOLVED');
        else expect(hear).not.toThrow();
      }),
    );
  });

  it('may approve what they judged: the release is the look from outside', () => {
    const p = { proposedBy: null, approvedBy: null, releasedBy: null, judges: ['a'], decided: [] };
    expect(barred(p, 'approve')).toEqual([]);
    expect(barred(p, 'release')).toEqual(['a']);
  });
});
