import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from './clock.ts';
import { isConnectionError, openDatabase, transaction } from './db.ts';
import { Ticks } from './jobs.ts';
import { createTestPlatform, type TestPlatform } from './testkit/index.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await createTestPlatform();
});
afterAll(() => platform.close());

it('lets nobody hold rows whose owner has got lost in the middle of a transaction', async () => {
  const patient = openDatabase(platform.databaseUrl, {
    max: 2,
    patienceMs: { statement: 10_000, idleInTransaction: 200 },
  });
  try {
    const lost = transaction(patient.db, async (tx) => {
      await sql`select 1`.execute(tx);
      await sleep(1_000);
      await sql`select 1`.execute(tx);
    });
    await expect(lost).rejects.toSatisfy(isConnectionError);
    expect((await sql<{ n: number }>`select 1 as n`.execute(patient.db)).rows).toEqual([{ n: 1 }]);
  } finally {
    await patient.close();
  }
});

it('ends a statement that takes longer than anybody waits', async () => {
  const patient = openDatabase(platform.databaseUrl, {
    max: 1,
    patienceMs: { statement: 200, idleInTransaction: 5000 },
  });
  try {
    await expect(sql`select pg_sleep(20)`.execute(patient.db)).rejects.toMatchObject({ code: '57014' });
    expect((await sql<{ n: number }>`select 1 as n`.execute(patient.db)).rows).toEqual([{ n: 1 }]);
  } finally {
    await patient.close();
  }
});

it('says when a tick hangs, and not when it ends in time', async () => {
  const said: string[] = [];
  const sink = (_fields: object, message: string) => void said.push(message);
  const ticks = new Ticks(new ManualClock(new Date('2026-11-24T08:00:00Z')), { info: sink, warn: sink, error: sink });
  let end: () => void = () => {};
  let runs = 0;
  const hanging = new Promise<void>((resolve) => {
    end = resolve;
  });
  ticks.every(
    'quick',
    1,
    async () => {
      runs += 1;
    },
    5_000,
  );
  ticks.every('hangs', 1, () => hanging, 50);
  const stuck = new Promise<void>((resolve) => ticks.start(resolve));
  await stuck;
  expect(said).toEqual(['a tick hangs']);
  expect(runs).toBeGreaterThan(0);
  end();
  await ticks.stop();
});
