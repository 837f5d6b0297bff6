import type { ClockStep, ClockTarget } from '../../country/index.ts';
import type { ItemState } from '../schema.ts';

/** Which step is waited for while an item is in a state. The security forces' clock runs beside; see {@link clockMoves}. */
const RUNS: Record<ItemState, Exclude<ClockStep, 'told'> | undefined> = {
  waiting: 'assessment',
  // Until a second person agrees it is not judged.
  proposed: 'assessment',
  illegal: 'notice',
  asked: 'removal',
  gone: undefined,
  harmful: undefined,
  'not-actionable': undefined,
};

/** Where a step is done when the item comes there; anywhere else it has become pointless. */
const GOAL: Record<Exclude<ClockStep, 'told'>, readonly ItemState[]> = {
  assessment: ['illegal', 'harmful', 'not-actionable'],
  notice: ['asked'],
  removal: ['gone'],
};

export interface ClockMove {
  step: ClockStep;
  move: 'start' | 'met' | 'dropped';
}

/**
 * What happens to an item's clocks when it goes from one state to another; `from` is undefined for a new item. Pure.
 * What was judged illegal is told to the security forces even when it disappears meanwhile; only another judgement ends that.
 */
export function clockMoves(from: ItemState | undefined, to: ItemState): ClockMove[] {
  if (from === to) return [];
  const moves: ClockMove[] = [];
  const [before, now] = [from && RUNS[from], RUNS[to]];
  if (before && before !== now) moves.push({ step: before, move: GOAL[before].includes(to) ? 'met' : 'dropped' });
  if (to === 'harmful' || to === 'not-actionable') moves.push({ step: 'told', move: 'dropped' });
  if (now && before !== now) moves.push({ step: now, move: 'start' });
  if (
    to === 'illegal' &&
    (from === 'waiting' || from === 'proposed' || from === 'harmful' || from === 'not-actionable')
  )
    moves.push({ step: 'told', move: 'start' });
  return moves;
}

const MINUTE_MS = 60_000;

/** When a step that began at `from` shall be done. `addWorking` adds milliseconds of working time. Pure. */
export function dueAt(target: ClockTarget, from: Date, addWorking: (from: Date, ms: number) => Date): Date {
  const ms = target.minutes * MINUTE_MS;
  return target.time === 'any' ? new Date(from.getTime() + ms) : addWorking(from, ms);
}
