import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../platform/errors.ts';
import {
  after,
  avoidsSite,
  type Hold,
  holdsFor,
  isReleased,
  LIVE,
  MAX_ATTEMPTS,
  mailFailure,
  mayRelease,
  NOTICE_EVENTS,
  NOTICE_STATES,
  type NoticeEvent,
  type NoticeState,
  possible,
  retryDelay,
  STANDING_OUT,
  TRANSITIONS,
  UNSENT,
} from './notice.ts';

/** Every state that a walk of events reaches, with refused events passed over. */
function walk(start: NoticeState, events: readonly NoticeEvent[]): { event: NoticeEvent; state: NoticeState }[] {
  const path: { event: NoticeEvent; state: NoticeState }[] = [];
  let state = start;
  for (const event of events) {
    if (!possible(state, event)) continue;
    state = after(state, event);
    path.push({ event, state });
  }
  return path;
}
const events = fc.array(fc.constantFrom(...NOTICE_EVENTS), { maxLength: 30 });

describe('the life of a notice', () => {
  it('is this table', () => {
    expect(
      Object.fromEntries(
        NOTICE_STATES.map((s) => [
          s,
          NOTICE_EVENTS.filter((e) => possible(s, e))
            .map((e) => `${e}:${after(s, e)}`)
            .join(' '),
        ]),
      ),
    ).toEqual({
      held: 'released:tracing held-again:held accepted:sent sent-by-hand:sent gone:closed not-illegal:cancelled replaced:cancelled',
      tracing:
        'held-again:held mail-chosen:queued form-chosen:by-hand api-chosen:queued nobody-found:no-contact gone:closed not-illegal:cancelled replaced:cancelled',
      'no-contact':
        'held-again:held mail-chosen:queued form-chosen:by-hand api-chosen:queued gone:closed not-illegal:cancelled replaced:cancelled',
      'by-hand':
        'held-again:held mail-chosen:queued form-chosen:by-hand api-chosen:queued sent-by-hand:sent gone:closed not-illegal:cancelled replaced:cancelled',
      queued: 'held-again:held accepted:sent refused:failed gone:closed not-illegal:cancelled replaced:cancelled',
      sent: 'accepted:sent says-received:received says-removed:removed disagrees:disputed granted-time:received gone:closed not-illegal:taken-back',
      failed:
        'held-again:held mail-chosen:queued form-chosen:by-hand api-chosen:queued accepted:sent retry:queued gone:closed not-illegal:cancelled replaced:cancelled',
      received:
        'accepted:received says-received:received says-removed:removed disagrees:disputed granted-time:received gone:closed not-illegal:taken-back',
      removed: 'accepted:removed says-removed:removed disagrees:disputed gone:closed not-illegal:taken-back',
      disputed:
        'accepted:disputed says-removed:removed upheld:received withdrawn:taken-back gone:closed not-illegal:taken-back',
      closed: 'accepted:closed',
      cancelled: 'accepted:taken-back',
      'taken-back': '',
    });
  });

  it('refuses everything else with a code', () => {
    for (const state of NOTICE_STATES)
      for (const event of NOTICE_EVENTS)
        if (!possible(state, event)) {
          expect(() => after(state, event)).toThrow(AppError);
          expect(() => after(state, event)).toThrow('TAKEDOWN_NOTICE_TRANSITION');
        }
  });

  it('reaches every state from the two it can begin in', () => {
    const reached = new Set<NoticeState>(['held', 'tracing']);
    for (const state of reached) for (const next of Object.values(TRANSITIONS[state])) reached.add(next);
    expect([...reached].sort()).toEqual([...NOTICE_STATES].sort());
  });

  it('sorts every state into unsent, out, or over', () => {
    expect([...UNSENT, ...STANDING_OUT, 'closed', 'cancelled', 'taken-back'].sort()).toEqual([...NOTICE_STATES].sort());
    // Whatever is alive can end by the content's end and by another judgement.
    for (const state of LIVE) {
      expect(after(state, 'gone')).toBe('closed');
      expect(after(state, 'not-illegal')).toBe(UNSENT.includes(state) ? 'cancelled' : 'taken-back');
    }
  });

  it('never leaves the house from a hold without a release', () => {
    fc.assert(
      fc.property(events, (list) => {
        const path = walk('held', list);
        // Only what is queued is mailed, and only what is by hand has a text to paste.
        const out = path.findIndex((p) => p.state === 'queued' || p.state === 'by-hand');
        const released = path.findIndex((p) => p.event === 'released');
        return out < 0 || (released >= 0 && released < out);
      }),
    );
  });

  it('is only ever sent by a mail server or by a person', () => {
    fc.assert(
      fc.property(events, fc.constantFrom('held', 'tracing'), (list, start) => {
        const path = walk(start as NoticeState, list);
        const out = path.findIndex((p) => STANDING_OUT.includes(p.state));
        return out < 0 || path.slice(0, out + 1).some((p) => p.event === 'accepted' || p.event === 'sent-by-hand');
      }),
    );
  });

  it('stays over once it is over, and is taken back when it was out after all', () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const { state } of walk('closed', list)) expect(state).toBe('closed');
        for (const { state, event } of walk('cancelled', list))
          expect([state, event]).toEqual(['taken-back', 'accepted']);
        expect(walk('taken-back', list)).toEqual([]);
      }),
    );
  });
});

describe('holds', () => {
  it('are the police for some categories, and the reporter where few can see it', () => {
    expect(holdsFor({ policeHold: false }, 'public')).toEqual([]);
    expect(holdsFor({ policeHold: false }, 'unknown')).toEqual([]);
    expect(holdsFor({ policeHold: true }, 'many')).toEqual(['police']);
    expect(holdsFor({ policeHold: false }, 'few')).toEqual(['reporter']);
    expect(holdsFor({ policeHold: true }, 'reporter-only')).toEqual(['police', 'reporter']);
  });

  it('are released by every decision, and by the police only once the evidence is safe', () => {
    const hold = fc.record<Hold>({
      kind: fc.constantFrom('police', 'reporter'),
      preservation_at: fc.constantFrom(null, new Date(0)),
      decision: fc.constantFrom(null, 'release', 'keep'),
    });
    fc.assert(
      fc.property(fc.array(hold, { maxLength: 2 }), (holds) => {
        const blocked = holds.some(
          (h) => h.decision !== 'release' || (h.kind === 'police' && h.preservation_at === null),
        );
        return isReleased(holds) === !blocked;
      }),
    );
    expect(mayRelease({ kind: 'police', preservation_at: null, decision: null })).toBe(false);
    expect(mayRelease({ kind: 'reporter', preservation_at: null, decision: null })).toBe(true);
  });

  it('come with silence towards the site where its owner may be the one', () => {
    expect(avoidsSite('csam')).toBe(true);
    expect(avoidsSite('image-abuse')).toBe(true);
    expect(avoidsSite('harassment')).toBe(false);
  });
});

describe('sending', () => {
  it('waits longer each time, from 5 s to half an hour, for about a day', () => {
    const delays = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => retryDelay(i + 1));
    expect(delays.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(Math.max(...delays)).toBe(1_800_000);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    const hours = delays.reduce((sum, d) => sum + d, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(25);
    expect(retryDelay(10_000)).toBe(1_800_000);
  });

  it.each([
    [{ responseCode: 550 }, 'never'],
    [{ responseCode: 552 }, 'never'],
    [{ responseCode: 451 }, 'later'],
    [{ responseCode: 421 }, 'later'],
    // Our own password is wrong: that says nothing about the receiver.
    [{ responseCode: 535, code: 'EAUTH' }, 'later'],
    [{ code: 'ECONNECTION' }, 'later'],
    [new Error('no mail server is configured (SMTP_URL)'), 'later'],
    [undefined, 'later'],
  ])('takes %o for %s', (error, meaning) => {
    expect(mailFailure(error)).toBe(meaning);
  });
});
