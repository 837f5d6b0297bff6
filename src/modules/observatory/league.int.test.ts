import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createCountry } from '../country/index.ts';
import type { LeagueFacts } from '../takedown/index.ts';
import { createLeague, type LeagueNeeds } from './league-snapshot.ts';

const DAY = 86_400_000;
let platform: TestPlatform;
beforeAll(async () => {
  platform = await createTestPlatform({ env: { SALAMA_DEMO: '0' } });
});
afterAll(() => platform.close());

describe('the monthly table', () => {
  it('is taken once for a period, and nothing that happens later changes it', async () => {
    const { clock } = platform;
    clock.advance(Date.parse('2026-11-02T04:00:00Z') - clock.now().getTime());
    let gone = 20;
    const asked: { from: Date; to: Date }[] = [];
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
        league: async (period: { from: Date; to: Date }) => {
          asked.push(period);
          return { providers: [facts()], unnamed: { ...facts(), notices: 0, inTime: 0, late: 0 } };
        },
      },
      providerRule: { current: async () => ({ leagueNotices: 20 }) },
    } as unknown as LeagueNeeds['takedown'];
    const league = createLeague(platform, { country: createCountry(platform), takedown });

    expect(await league.isDue(clock.now(), 0)).toBe(true);
    const first = await league.take();
    expect(first).toMatchObject({ running: false, league: { from: '2025-11', to: '2026-10' } });
    expect(asked[0]).toEqual({ from: new Date('2025-11-01T00:00:00Z'), to: new Date('2026-10-31T23:59:59Z') });
    gone = 25;
    clock.advance(20 * DAY);
    expect(await league.isDue(clock.now(), 0)).toBe(false);
    expect((await league.latest())?.league.providers[0]?.inTime).toBe(20);
    // A second table of the same months can't be stored at all.
    await expect(league.take()).rejects.toThrow();

    clock.advance(10 * DAY);
    expect(await league.isDue(clock.now(), 0)).toBe(true);
    expect((await league.take()).league).toMatchObject({ from: '2025-12', to: '2026-11', providers: [{ inTime: 25 }] });
    expect((await league.latest())?.league.to).toBe('2026-11');
  });
});
