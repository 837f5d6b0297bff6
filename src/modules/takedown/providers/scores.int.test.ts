import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { createCountry } from '../../country/index.ts';
import { withdrawn } from '../events.ts';
import { type NoticeRow, tables } from '../schema.ts';
import { contradictions, markContradictions, registerOutcomeDates } from './outcome-dates.ts';
import { createScores, type Scores } from './scores.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = new Date('2026-06-01T00:00:00Z');
const period = { from: start, to: new Date(start.getTime() + 30 * DAY) };

let platform: TestPlatform;
let scores: Scores;
beforeAll(async () => {
  platform = await createTestPlatform();
  registerOutcomeDates(platform.events);
  scores = createScores(platform, { country: createCountry(platform) });
  platform.clock.advance(start.getTime() + 70 * DAY - platform.clock.now().getTime());
});
afterAll(() => platform.close());

let minutes = 0;
/** A notice that went out; times are hours after that. */
async function notice(
  provider: string | null,
  over: Partial<Omit<NoticeRow, 'answered_at' | 'removed_at' | 'gone_at' | 'back_at'>> & {
    answered?: number;
    removed?: number;
    gone?: number;
    back?: number;
    seen?: number;
  } = {},
): Promise<void> {
  const { answered, removed, gone, back, seen, ...row } = over;
  const id = uuidv7(platform.clock, platform.random);
  const item = uuidv7(platform.clock, platform.random);
  const sent = row.sent_at === undefined ? new Date(start.getTime() + DAY + ++minutes * 60_000) : row.sent_at;
  const after = (hours: number | undefined) =>
    hours === undefined || sent === null ? null : new Date(sent.getTime() + hours * HOUR);
  const values: NoticeRow = {
    addressed: 0,
    ...{ id, item, round: 1, state: 'sent', category: 'harassment', legal_articles: [], url: null, host: null },
    ...{ platform: null, assessed_at: start, assessed_by: id, language: 'fr', provider_name: null },
    ...{ contact: 'abuse@host.example', channel: 'mail', source: 'own-table', confidence: 0.9, trace: null },
    ...{ message_id: `<${id}@x>`, attempts: 1, next_try_at: null, lease_until: null, last_error: null },
    ...{ created_at: sent ?? new Date(start.getTime() + DAY), created_by: 'system', changed_at: start },
    ...{ dispute_decision: null, decided_at: null, decided_by: null, data_key: null, answer: null },
    ...{ decision_reason: null, purpose: 'removal', reach: 'provider', network: 64500, hosted_in: 'MA', letter: null },
    ...{ more_time_until: null, contradicted_at: null, counter_letter: null },
    ...{ kind: 'ask', reminder_of: null, first_sent_at: null, seen_at: null },
    ...row,
    provider,
    sent_at: sent,
    answered_at: after(answered),
    removed_at: after(removed),
    gone_at: after(gone),
    back_at: after(back),
  };
  await tables(platform.db).insertInto('takedown.notice').values(values).execute();
  if (seen !== undefined)
    await tables(platform.db)
      .insertInto('takedown.check')
      .values({
        ...{ id: uuidv7(platform.clock, platform.random), item, round: 1, at: after(seen) as Date, vantage: 'v' },
        ...{ state: 'up-same', reasons: [], detail: JSON.stringify({}) },
      })
      .execute();
}

describe('a provider’s card', () => {
  it('counts as docs/takedown-figures.md says', async () => {
    const p = 'discord';
    // Answered after 2 h, said removed after 4 h, gone after 10 h: within its three days.
    await notice(p, { state: 'closed', answered: 2, removed: 4, gone: 10 });
    // Never said a word, gone after 80 h: late; disappearing is its reaction.
    await notice(p, { state: 'closed', gone: 80 });
    // Said removed and seen again 5 h later; half an hour later alone would be a stale copy.
    await notice(p, { state: 'removed', answered: 1, removed: 1, seen: 6 });
    await notice(p, { state: 'removed', answered: 1, removed: 1, seen: 1.5 });
    // Gone, and came back.
    await notice(p, { state: 'closed', gone: 20, back: 200 });
    await notice(p, { state: 'disputed', answered: 3 });
    await notice(p, { state: 'received', answered: 3, dispute_decision: 'upheld' });
    // Our own mistake: no measure of theirs.
    await notice(p, { state: 'taken-back', answered: 500, dispute_decision: 'withdrawn' });
    // A hint at the terms is no request by law; another period; another provider.
    await notice(p, { purpose: 'terms' });
    await notice(p, { sent_at: new Date(start.getTime() - DAY) });
    await notice('tiktok', { state: 'closed', gone: 1 });
    await notice(p, { state: 'failed', sent_at: null });

    await markContradictions(platform);
    const card = await scores.card(p, period);
    expect(card).toMatchObject({
      notices: 8,
      takenBack: 1,
      reacted: 7,
      saidRemoved: 3,
      gone: 3,
      due: 7,
      withinDeadline: 2,
      contradictions: 1,
      disputes: { open: 1, upheld: 1, withdrawn: 1 },
      cameBack: 1,
      failures: 1,
    });
    // 1, 1, 2, 3, 3, 20, 80.
    expect(card.reaction.median).toBe(3 * HOUR);
    expect(card.withdrawal.median).toBe(20 * HOUR);
    expect(card.withdrawal.slow).toBeCloseTo(68 * HOUR, 0);
    expect(await scores.card('snap', period)).toMatchObject({ notices: 0, reaction: { median: null, slow: null } });
  });

  it('calls gone what somebody saw to be gone, never what is only said', async () => {
    for (const by of ['machine', 'person', 'platform-word', 'reporter-word'] as const) {
      const item = uuidv7(platform.clock, platform.random);
      await notice('vimeo', { item, state: 'closed', removed: 1 });
      const at = new Date(start.getTime() + 2 * DAY);
      await transaction(platform.db, (tx) => platform.events.emit(tx, withdrawn, { item, round: 1, by, at }));
    }
    expect(await scores.card('vimeo', period)).toMatchObject({
      notices: 4,
      gone: 2,
      saidRemoved: 4,
      withinDeadline: 2,
    });
  });

  it('keeps a shorter deadline where a child is at risk, and leaves out what is not due', async () => {
    const p = 'x';
    await notice(p, { category: 'csam', state: 'closed', gone: 30 });
    await notice(p, { category: 'csam', state: 'closed', gone: 20 });
    const late = new Date(platform.clock.now().getTime() - HOUR);
    await notice(p, { category: 'csam', sent_at: late });
    const all = { from: start, to: new Date(platform.clock.now().getTime() + DAY) };
    expect(await scores.card(p, all)).toMatchObject({ notices: 3, due: 2, withinDeadline: 1 });
  });
});

describe('statistics', () => {
  it('group and filter by provider, country, network and category', async () => {
    const later = { from: period.to, to: new Date(period.to.getTime() + 30 * DAY) };
    const sent_at = new Date(later.from.getTime() + DAY);
    await notice('snap', { sent_at, state: 'closed', gone: 5 });
    await notice('snap', { sent_at, hosted_in: 'NL', network: 64502 });
    await notice(null, { sent_at, provider_name: 'Some host', category: 'csam', hosted_in: null, network: null });
    const keys = async (...args: Parameters<Scores['statistics']>) =>
      (await scores.statistics(...args)).map((r) => [r.key, r.notices]);
    expect(await keys('provider', later)).toEqual([
      ['snap', 2],
      ['Some host', 1],
    ]);
    expect(new Set((await keys('country', later)).map(String))).toEqual(new Set(['MA,1', 'NL,1', ',1']));
    expect(await keys('network', later, { provider: 'snap', country: 'NL' })).toEqual([['64502', 1]]);
    expect(await keys('category', later, { network: '64500' })).toEqual([['harassment', 1]]);
    const [snap] = await scores.statistics('provider', later);
    expect(snap).toMatchObject({ reacted: 1, gone: 1, due: 2, withinDeadline: 1, withdrawalMedian: 5 * HOUR });
  });

  it('days are whole on the country’s clock', async () => {
    const { from, to } = await scores.days('2026-06-01', '2026-06-02', 'Africa/Casablanca');
    expect([from.toISOString(), to.toISOString()]).toEqual(['2026-05-31T23:00:00.000Z', '2026-06-02T23:00:00.000Z']);
  });
});

describe('the facts of the public table', () => {
  it('are those of when it had settled, whatever came later', async () => {
    const far = { from: new Date('2025-01-01T00:00:00Z'), to: new Date('2025-02-01T00:00:00Z') };
    const sent_at = new Date('2025-01-30T00:00:00Z');
    await notice('telegram', { sent_at, state: 'closed', gone: 10 });
    await notice('telegram', { sent_at, state: 'closed', answered: 60, gone: 70 });
    await notice(null, { sent_at, provider_name: 'Some host' });
    await notice('unheard-of', { sent_at });
    const settled = new Date('2025-02-02T00:00:00Z');
    // What is gone before it settled counts; another notice of the next period does not, nor does what came after.
    await notice('telegram', { sent_at: far.to, state: 'closed', gone: 1 });
    expect((await scores.league(far, settled)).providers[0]).toMatchObject({ notices: 2, inTime: 2, late: 0 });
    expect(await scores.league(far, far.to)).toEqual({
      providers: [
        {
          ...{ provider: 'telegram', name: 'Telegram', notices: 2, inTime: 1, late: 0, reacted: 1 },
          reactionMedian: 10 * HOUR,
          withdrawalMedian: 10 * HOUR,
        },
      ],
      unnamed: expect.objectContaining({ notices: 2, inTime: 0, late: 0 }),
    });
  });
});

/** Run with BENCH=1: a year of 200,000 notices. Measured figures stand in docs/takedown-figures.md. */
describe.runIf(process.env.BENCH)('with 200,000 notices', () => {
  it('answers a card within 100 ms', { timeout: 300_000 }, async () => {
    const { db } = platform;
    await sql`insert into takedown.notice (id, item, round, state, category, legal_articles, assessed_at, assessed_by, language,
        message_id, attempts, created_at, created_by, changed_at, sent_at, answered_at, removed_at, gone_at, provider, provider_name,
        contact, channel, network, hosted_in, purpose)
      select gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1,
        case when i % 3 = 0 then 'closed' else 'removed' end, case when i % 5 = 0 then 'csam' else 'harassment' end, '{}',
        ${start}, gen_random_uuid(), 'fr', 'm' || i, 1, t, 'system', t, t,
        case when i % 4 > 0 then t + interval '3 hours' end, case when i % 3 > 0 then t + interval '4 hours' end,
        case when i % 3 = 0 then t + (i % 200) * interval '1 hour' end,
        case when i % 10 = 0 then null else 'provider-' || (i % 97) end, 'Name ' || (i % 97), 'abuse@h' || (i % 97) || '.example',
        'mail', 64500 + i % 300, (array['MA', 'FR', 'NL', 'US', 'DE'])[1 + i % 5], 'removal'
      from (select i, ${start}::timestamptz - i * interval '150 seconds' as t from generate_series(1, 200000) i) x`.execute(
      db,
    );
    await sql`vacuum analyze takedown.notice`.execute(db);
    const year = { from: new Date(start.getTime() - 365 * DAY), to: start };
    const quarter = { from: new Date(start.getTime() - 90 * DAY), to: start };
    const time = async (name: string, work: () => Promise<unknown>) => {
      await work();
      const began = performance.now();
      await work();
      const took = performance.now() - began;
      process.stderr.write(`${name}: ${took.toFixed(0)} ms\n`);
      return took;
    };
    const card = await time('card, a year', () => scores.card('provider-7', year));
    for (const by of ['provider', 'country', 'network', 'category'] as const) {
      await time(`statistics by ${by}, 90 days`, () => scores.statistics(by, quarter));
      await time(`statistics by ${by}, a year`, () => scores.statistics(by, year));
    }
    await time('league, a year', () => scores.league(year, year.to));
    for (const q of [
      sql`explain (analyze, buffers, costs off) select n.hosted_in, count(*), count(n.gone_at), count(n.answered_at) from takedown.notice n where n.sent_at >= ${quarter.from} and n.sent_at < ${quarter.to} and n.state <> 'taken-back' and n.purpose = 'removal' group by 1`,
    ])
      process.stderr.write(
        `${(await q.execute(db)).rows.map((r) => (r as Record<string, string>)['QUERY PLAN']).join('\n')}\n\n`,
      );
    expect(card).toBeLessThan(100);
  });
});

describe('the look for contradictions', () => {
  it('reads no notice that closed long ago and no look at it, however many there are', async () => {
    const { pool, clock, db } = platform;
    await notice('long-ago', { state: 'closed', answered: 1, removed: 1, gone: 10 });
    const columns = (
      await pool.query<{ c: string }>(
        `select string_agg(quote_ident(column_name), ', ') as c from information_schema.columns
         where table_schema = 'takedown' and table_name = 'notice' and column_name not in ('id', 'item', 'message_id')`,
      )
    ).rows[0]?.c;
    await pool.query(
      `insert into takedown.notice (id, item, message_id, ${columns})
       select gen_random_uuid(), gen_random_uuid(), n::text, ${columns} from takedown.notice, generate_series(1, 30000) n
       where provider = 'long-ago'`,
    );
    await pool.query(
      `insert into takedown.check (id, item, round, at, vantage, state, reasons, detail)
       select gen_random_uuid(), item, 1, removed_at + interval '2 hours', 'v', 'up-same', '{}', '{}' from takedown.notice
       where provider = 'long-ago'`,
    );
    await pool.query('analyze takedown.notice, takedown.check');
    const { rows } = await sql<Record<string, string>>`explain ${contradictions(clock.now())}`.execute(db);
    const plan = rows.map((r) => r['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan/);
    expect(plan).toContain('notice_state');
    expect(plan).toContain('notice_said_removed');
  });
});
