import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../platform/errors.ts';
import { type ItemEvent, possible, after as stateAfter } from './item.ts';
import { ITEM_STATES, type ItemState, OUTCOMES } from './schema.ts';

const EVENTS: ItemEvent[] = [
  ...OUTCOMES.map((outcome) => ({ type: 'assessed' as const, outcome })),
  { type: 'proposed' },
  { type: 'expired' },
  { type: 'notice-sent' },
  { type: 'judge-again' },
  { type: 'gone' },
  { type: 'back' },
  { type: 'reported-again' },
];
const name = (e: ItemEvent) => (e.type === 'assessed' ? `assessed ${e.outcome}` : e.type);

/** The whole life of an item, written down a second time: rows are states, `-` is refused. Judged before. */
const LIFE = `
                          waiting         proposed        illegal         asked           gone     harmful         not-actionable
  assessed illegal        illegal         illegal         illegal         illegal         -        illegal         illegal
  assessed harmful        harmful         harmful         harmful         harmful         -        harmful         harmful
  assessed not-actionable not-actionable  not-actionable  not-actionable  not-actionable  -        not-actionable  not-actionable
  proposed                proposed        proposed        illegal         asked           -        harmful         not-actionable
  expired                 not-actionable  -               -               -               -        -               -
  notice-sent             -               -               asked           asked           -        harmful         -
  gone                    gone            gone            gone            gone            gone     harmful         -
  back                    -               -               -               -               illegal  harmful         -
  judge-again             -               -               waiting         waiting         -        waiting         -
  reported-again          waiting         proposed        illegal         asked           waiting  harmful         not-actionable
`;

function expected(): { state: ItemState; event: string; to: string }[] {
  const [head = '', ...rows] = LIFE.trim().split('\n');
  const states = head.trim().split(/\s+/) as ItemState[];
  return rows.flatMap((row) => {
    const cells = row.trim().split(/\s{2,}|(?<=not-actionable)\s+(?=not-actionable)/);
    return states.map((state, i) => ({ state, event: cells[0] as string, to: cells[i + 1] as string }));
  });
}

describe('the life of an item', () => {
  const table = expected();

  it('is written down for every state and every event', () => {
    expect(table).toHaveLength(ITEM_STATES.length * EVENTS.length);
    expect(new Set(table.map((t) => t.event))).toEqual(new Set(EVENTS.map(name)));
    expect(new Set(table.map((t) => t.state))).toEqual(new Set(ITEM_STATES));
  });

  it.each(table)('$state + $event = $to', ({ state, event: label, to }) => {
    const event = EVENTS.find((e) => name(e) === label) as ItemEvent;
    expect(possible(state, event)).toBe(to !== '-');
    if (to !== '-') {
      expect(stateAfter(state, event, true)).toBe(to);
      return;
    }
    let refused: unknown;
    try {
      stateAfter(state, event, true);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'CASEWORK_ITEM_TRANSITION', status: 409 });
  });

  it('sends what was never judged back to the queue when it reappears', () => {
    expect(stateAfter('gone', { type: 'back' })).toBe('waiting');
    expect(stateAfter('gone', { type: 'back' }, false)).toBe('waiting');
  });

  it('looks again when what nobody judged and nothing bore out is reported anew', () => {
    expect(stateAfter('waiting', { type: 'expired' })).toBe('not-actionable');
    expect(stateAfter('not-actionable', { type: 'reported-again' }, false)).toBe('waiting');
    expect(stateAfter('not-actionable', { type: 'reported-again' }, true)).toBe('not-actionable');
  });

  it('asks a site only for what was judged illegal, whatever happens in whatever order', () => {
    let reached = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (events) => {
        let state: ItemState = 'waiting';
        let judged = false;
        let everIllegal = false;
        for (const event of events) {
          if (!possible(state, event)) continue;
          state = stateAfter(state, event, judged);
          if (event.type === 'assessed') judged = true;
          if (event.type === 'assessed' && event.outcome === 'illegal') everIllegal = true;
          if (state !== 'asked') continue;
          reached += 1;
          expect(everIllegal).toBe(true);
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
    // The property says something only if the state is reached.
    expect(reached).toBeGreaterThan(100);
  });
});
