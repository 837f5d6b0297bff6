import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeagueFacts } from '../takedown/index.ts';
import { leagueCsv, publishLeague } from './league.ts';

const period = { from: '2025-11', to: '2026-10' };
const none = { notices: 0, inTime: 0, late: 0 };
const facts = (provider: string, notices: number, inTime: number, late: number): LeagueFacts => ({
  ...{ provider, name: `Name of ${provider}`, notices, inTime, late },
  reacted: inTime + late,
  reactionMedian: 3_723_456,
  withdrawalMedian: 90_061_000,
});

describe('the public table of providers', () => {
  it('names who had enough notices, joins all others, and shows the quickest first', async () => {
    const slow = { ...facts('slow', 40, 10, 20), withdrawalMedian: 500_000_000 };
    const league = await publishLeague(
      [slow, facts('quick', 60, 50, 5), facts('few', 19, 19, 0)],
      { notices: 6, inTime: 0, late: 6 },
      period,
      20,
    );
    expect(league.providers.map((l) => l.provider)).toEqual(['quick', 'slow']);
    expect(league.providers[0]).toMatchObject({ notices: 60, inTime: 50, late: 5, notGone: 5, shareInTime: 83 });
    // Rounded: a median is no clock.
    expect(league.providers[0]?.reactionMs).toBe(3_720_000);
    expect(league.others).toMatchObject({ notices: 25, inTime: 19, late: 6, notGone: 0 });
    expect(league.total).toMatchObject({ notices: 125 });
    expect(JSON.stringify(league)).not.toContain('few');
  });

  it('hides small counts with what would give them away, also the share', async () => {
    const league = await publishLeague([facts('a', 40, 37, 0), facts('b', 50, 20, 20)], none, period, 20);
    const [a] = league.providers.filter((l) => l.provider === 'a');
    expect(a?.notGone).toBeNull();
    // 40 - 37 would tell.
    expect([a?.inTime, a?.notices]).toContain(null);
    expect(a?.shareInTime).toBeNull();
  });

  it('shows no median of fewer than five', async () => {
    const league = await publishLeague([facts('a', 30, 2, 2)], none, period, 20);
    expect(league.providers[0]).toMatchObject({ reactionMs: null, withdrawalMs: null });
  });

  it('is empty without notices', async () => {
    const league = await publishLeague([], none, period, 20);
    expect(league).toMatchObject({ providers: [], others: undefined, total: { notices: 0 } });
  });

  it('never shows 1 to 4, nor a row that subtraction completes to one', async () => {
    const row = fc.record({ inTime: fc.nat(12), late: fc.nat(12), open: fc.nat(12) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), row, async (rows, rest) => {
        const all = rows.map((r, i) => facts(`p${i}`, r.inTime + r.late + r.open, r.inTime, r.late));
        const unnamed = { notices: rest.inTime + rest.late + rest.open, inTime: rest.inTime, late: rest.late };
        const league = await publishLeague(all, unnamed, period, 10);
        for (const line of [...league.providers, ...(league.others ? [league.others] : []), league.total]) {
          const counts = [line.notices, line.inTime, line.late, line.notGone];
          for (const n of counts) expect(n === null || n === 0 || n >= 5).toBe(true);
          // One gap alone can be worked out: then it is there for the sake of another row, and no small count.
          if (counts.filter((n) => n === null).length !== 1) continue;
          const [total, ...parts] = counts;
          const known = parts.reduce<number>((sum, n) => sum + (n ?? 0), 0);
          expect(total === null ? known : (total ?? 0) - known).toBeGreaterThanOrEqual(5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives as CSV exactly what is shown', async () => {
    const league = await publishLeague([facts('a', 60, 50, 5)], none, period, 20);
    const h = Object.fromEntries(
      ['provider', 'notices', 'inTime', 'late', 'notGone', 'share', 'reaction', 'withdrawal', 'others', 'total'].map(
        (k) => [k, k],
      ),
    ) as unknown as Parameters<typeof leagueCsv>[1];
    expect(leagueCsv(league, h).split('\r\n').slice(0, 3)).toEqual([
      '\ufeffprovider,notices,inTime,late,notGone,share (%),reaction (min),withdrawal (min)',
      'Name of a,60,50,5,5,83,62,1500',
      'total,60,50,5,5,83,,',
    ]);
  });
});
