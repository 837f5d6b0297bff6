import { describe, expect, it } from 'vitest';
import { contact, facts, notice, T0 } from './facts.fixture.ts';
import type { LadderFacts, Step } from './ladder.ts';
import { type StopperFacts, suggestStoppers } from './stoppers.ts';

const reminder = notice({ id: 'r', kind: 'reminder', reminderOf: 'first' });
const wait: Step = { kind: 'wait', reason: 'reminded', until: undefined };
const of = (step: Step, ladder: Partial<LadderFacts> = {}, more: Partial<StopperFacts> = {}) =>
  suggestStoppers({
    ladder: facts({ contacts: [contact('host')], ...ladder }),
    step,
    abroad: false,
    noHotline: false,
    openHolds: [],
    openDispute: undefined,
    ...more,
  });

describe('what stops a case', () => {
  it('is nothing while a first letter has its time, and nothing once it is over', () => {
    expect(of({ kind: 'wait', reason: 'deadline', until: T0 })).toEqual([]);
    expect(of({ kind: 'stop', reason: 'gone' }, { notices: [notice(), reminder] })).toEqual([]);
    // Colleagues abroad are only missed where something else stands still.
    expect(of({ kind: 'wait', reason: 'deadline', until: T0 }, {}, { noHotline: true })).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['silent-here', of(wait, { notices: [notice(), reminder] })],
    ['silent-abroad', of(wait, { notices: [notice(), reminder] }, { abroad: true })],
    ['no-agreement,silent-abroad', of(wait, { notices: [notice(), reminder] }, { abroad: true, noHotline: true })],
    ['no-contact', of({ kind: 'person', reason: 'no-contact' })],
    ['contact-dead', of(wait, { notices: [notice({ state: 'failed', sentAt: null, undeliverable: true })] })],
    ['denies-removal', of(wait, { notices: [notice({ state: 'removed' }), { ...reminder, kind: 'contradiction' }] })],
    [
      'login-wall',
      of(
        { kind: 'person', reason: 'wall' },
        { watch: { state: 'open', lastState: 'login-wall', lastLookAt: T0, needsLeave: false } },
      ),
    ],
    [
      'technical-wall',
      of(
        { kind: 'person', reason: 'wall' },
        { watch: { state: 'open', lastState: 'bot-wall', lastLookAt: T0, needsLeave: false } },
      ),
    ],
    ['evidence-missing,police-hold', of(wait, {}, { openHolds: [{ kind: 'police', preserved: false }] })],
    ['police-hold', of(wait, { policeAsksToWait: true })],
    ['reporter-hold', of(wait, {}, { openHolds: [{ kind: 'reporter', preserved: true }] })],
    ['site-not-cleared', of({ kind: 'person', reason: 'clearance' })],
    ['not-illegal-there', of(wait, {}, { openDispute: 'not-illegal-here' })],
    ['dispute-open', of(wait, {}, { openDispute: 'wrong-address' })],
    ['hidden-by-proxy,silent-here', of(wait, { notices: [notice({ reach: 'proxy' }), reminder], contacts: [] })],
  ])('%s', (expected, found) => {
    expect(found.join()).toBe(expected);
  });
});
