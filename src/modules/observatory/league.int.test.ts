import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createCountry } from '../country/index.ts';
import type { LeagueFacts } from '../takedown/index.ts';
import { createLeague, type LeagueNeeds } from './league-snapshot.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await createTestPlatform({ env: { SALAMA_DEMO: '0' } });
});
afterAll(() => platform.close());

describe('the public table', () => {
  let gone = 20;
  const asked: { from: Date; to: Date; settled: Date }[] = [];
  const facts = (): LeagueFacts => ({
    ...{ provider: 'p', name: 'P', notices: 40, inTime: gone, late: 10, reacted: 30 },
    ...{ reactionMedian: 7_200_000, withdrawalMedian: 36_000_000 },
  });
  // What is counted is proved where it is counted; here only when, and what is kept.
  const takedown = {
    scores: {
      days: async (from: string, to: string) => ({
        from: new Date(`${from}T00:00:00Z`),
        to: new Date(`${to}T23:59:59Z`),
      }),
      league: async (period: { from: Date; to: Date }, settled: Date) => {
        asked.push({ ...period, settled });
        return { providers: [facts()], unnamed: { ...facts(), notices: 0, inTime: 0, late: 0 } };
      },
    },
    providerRule: { current: async () => ({ leagueNotices: 20 }) },
  } as unknown as LeagueNeeds['takedown'];
  const made = (rule: { period: 'quarter' | 'year'; settlingDays: number }) => {
    const country = createCountry(platform);
    const figures = () => ({ ...country.figures(), providers: rule });
    return createLeague(platform, { country: { ...country, figures }, takedown });
  };
  const goTo = (at: string) => platform.clock.advance(Date.parse(at) - platform.clock.now().getTime());

  it('is taken once for a calendar quarter that has settled, and nothing that happens later changes it', async () => {
    const { clock } = platform;
    const league = made({ period: 'quarter', settlingDays: 31 });
    goTo('2026-11-28T12:00:00Z');
    expect(await league.isDue(clock.now(), 0)).toBe(true);
    const first = await league.take();
    expect(first).toMatchObject({ running: false, league: { from: '2026-07', to: '2026-09', settlingDays: 31 } });
    expect(asked[0]).toEqual({
      from: new Date('2026-07-01T00:00:00Z'),
      to: new Date('2026-09-30T23:59:59Z'),
      settled: new Date('2026-10-31T23:59:59Z'),
    });
    gone = 25;
    // Neither when a month ends nor when the quarter does: only after its margin.
    for (const at of ['2026-12-02T04:00:00Z', '2027-01-02T04:00:00Z', '2027-01-31T12:00:00Z']) {
      goTo(at);
      expect(await league.isDue(clock.now(), 0)).toBe(false);
    }
    expect((await league.latest())?.league.providers[0]?.inTime).toBe(20);
    // A second table of the same months can't be stored at all.
    await expect(league.take()).rejects.toThrow('league');

    goTo('2027-02-01T12:00:00Z');
    expect(await league.isDue(clock.now(), 0)).toBe(true);
    expect((await league.take()).league).toMatchObject({ from: '2026-10', to: '2026-12', providers: [{ inTime: 25 }] });
    expect((await league.latest())?.league.to).toBe('2026-12');
  });

  it('never shares a month with one that was published, also when the rule changes to years', async () => {
    const league = made({ period: 'year', settlingDays: 31 });
    // The year holds two quarters that stand already: their difference would be the rest of it.
    expect(await league.isDue(platform.clock.now(), 0)).toBe(false);
    await expect(league.take()).rejects.toThrow('league');
    goTo('2028-02-01T12:00:00Z');
    expect(await league.isDue(platform.clock.now(), 0)).toBe(true);
    expect((await league.take()).league).toMatchObject({ from: '2027-01', to: '2027-12' });
    const { rows } = await platform.pool.query<{ n: number }>(
      `select count(*)::int as n from observatory.league a join observatory.league b
        on a.id < b.id and a.period_from <= b.period_to and b.period_from <= a.period_to`,
    );
    expect(rows[0]?.n).toBe(0);
  });
});
