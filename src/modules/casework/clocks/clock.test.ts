import { describe, expect, it } from 'vitest';
import { ITEM_STATES, type ItemState } from '../schema.ts';
import { clockMoves } from './clock.ts';

const said = (from: ItemState | undefined, to: ItemState) =>
  clockMoves(from, to)
    .map((m) => `${m.step} ${m.move}`)
    .join(', ');

describe('the clocks of an item', () => {
  it.each([
    [undefined, 'waiting', 'assessment start'],
    ['waiting', 'illegal', 'assessment met, notice start, told start'],
    ['waiting', 'harmful', 'assessment met, told dropped'],
    ['waiting', 'not-actionable', 'assessment met, told dropped'],
    ['waiting', 'gone', 'assessment dropped'],
    ['illegal', 'asked', 'notice met, removal start'],
    ['illegal', 'gone', 'notice dropped'],
    ['illegal', 'harmful', 'notice dropped, told dropped'],
    ['asked', 'gone', 'removal met'],
    ['asked', 'illegal', 'removal dropped, notice start'],
    ['gone', 'illegal', 'notice start'],
    ['gone', 'waiting', 'assessment start'],
    ['harmful', 'illegal', 'notice start, told start'],
    ['not-actionable', 'illegal', 'notice start, told start'],
  ] as [ItemState | undefined, ItemState, string][])('%s -> %s: %s', (from, to, moves) => {
    expect(said(from, to)).toBe(moves);
  });

  it('never runs one step twice, and runs what its state waits for, wherever it comes from', () => {
    for (const from of [undefined, ...ITEM_STATES])
      for (const to of ITEM_STATES) {
        const moves = clockMoves(from, to);
        expect(new Set(moves.map((m) => m.step)).size).toBe(moves.length);
        if (from === to) expect(moves).toEqual([]);
      }
  });
});
