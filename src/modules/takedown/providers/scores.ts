import { type RawBuilder, sql } from 'kysely';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { CategoryId, Country } from '../../country/index.ts';

/** From (included) to (not included); notices count in the period in which they went out. */
export interface Period {
  from: Date;
  to: Date;
}

/** Milliseconds; null where nothing was there to measure. */
type Span = number | null;

/** One provider's card; what each figure means stands in docs/takedown-figures.md. */
export interface ScoreCard {
  notices: number;
  takenBack: number;
  reacted: number;
  saidRemoved: number;
  gone: number;
  reaction: { median: Span; slow: Span };
  removal: { median: Span; slow: Span };
  withdrawal: { median: Span; slow: Span };
  /** Notices whose deadline has passed or that are gone, and those of them that were gone within it. */
  due: number;
  withinDeadline: number;
  contradictions: number;
  disputes: { open: number; upheld: number; withdrawn: number };
  cameBack: number;
  failures: number;
}

export const DIMENSIONS = ['provider', 'country', 'network', 'category'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Filters = Partial<Record<Dimension, string>>;

export interface StatisticsRow {
  /** A provider's id or name, a country's code, a network's number, a category; null: not known. */
  key: string | null;
  notices: number;
  reacted: number;
  gone: number;
  due: number;
  withinDeadline: number;
  reactionMedian: Span;
  withdrawalMedian: Span;
}

/** What is public about one provider before the disclosure control, as things stood when it had settled. */
export interface LeagueFacts {
  provider: string;
  name: string;
  notices: number;
  inTime: number;
  late: number;
  reacted: number;
  reactionMedian: Span;
  withdrawalMedian: Span;
}

const MOST_ROWS = 300;

/** A quantile of time spans in milliseconds; sorted as intervals, because turning each into a number costs more. */
const quantile = (share: number, span: RawBuilder<unknown>, where: RawBuilder<unknown> = sql`true`) =>
  sql`(extract(epoch from percentile_cont(${sql.lit(share)}) within group (order by ${span}) filter (where ${where})) * 1000)::float8`;

/** Figures about what providers make of notices; for the desk, and the raw counts for the public table. */
export function createScores(platform: Platform, needs: { country: Country }) {
  const { db, clock } = platform;
  const { country } = needs;

  /** A notice's deadline by its category, as it was asked for. */
  function deadline(): RawBuilder<unknown> {
    const cases = country
      .categories()
      .map((c) => sql`when n.category = ${c.id} then make_interval(hours => ${country.deadlineHours(c.id)}::int)`);
    return sql`case ${sql.join(cases, sql` `)} end`;
  }
  const reaction = sql`least(n.answered_at, n.gone_at) - n.sent_at`;
  // What was taken back was our mistake: it is no measure of anybody else.
  const counts = sql`n.state <> 'taken-back'`;

  /** Ids under which a provider's notices lie: its own, and that of the pack's entry it was taken from. */
  async function keysOf(provider: string): Promise<string[]> {
    if (!isUuid(provider)) return [provider];
    const { rows } = await sql<{
      seed: string | null;
    }>`select seed from takedown.provider where id = ${provider}`.execute(db);
    return [provider, ...rows.flatMap((r) => r.seed ?? [])];
  }

  async function card(provider: string, period: Period): Promise<ScoreCard> {
    const keys = await keysOf(provider);
    const { from, to } = period;
    const now = clock.now();
    const { rows } = await sql<Record<string, number | null>>`
      select count(*)::int as notices,
        (count(*) filter (where n.state = 'taken-back'))::int as taken_back,
        (count(*) filter (where ${counts} and (n.answered_at is not null or n.gone_at is not null)))::int as reacted,
        (count(*) filter (where ${counts} and n.removed_at is not null))::int as said_removed,
        (count(*) filter (where ${counts} and n.gone_at is not null))::int as gone,
        ${quantile(0.5, reaction, counts)} as reaction_median,
        ${quantile(0.9, reaction, counts)} as reaction_slow,
        ${quantile(0.5, sql`n.removed_at - n.sent_at`, counts)} as removal_median,
        ${quantile(0.9, sql`n.removed_at - n.sent_at`, counts)} as removal_slow,
        ${quantile(0.5, sql`n.gone_at - n.sent_at`, counts)} as gone_median,
        ${quantile(0.9, sql`n.gone_at - n.sent_at`, counts)} as gone_slow,
        (count(*) filter (where ${counts} and (n.gone_at is not null or n.sent_at + ${deadline()} <= ${now})))::int as due,
        (count(*) filter (where ${counts} and n.gone_at <= n.sent_at + ${deadline()}))::int as within_deadline,
        count(n.contradicted_at)::int as contradictions,
        (count(*) filter (where n.state = 'disputed'))::int as open,
        (count(*) filter (where n.dispute_decision = 'upheld'))::int as upheld,
        (count(*) filter (where n.dispute_decision = 'withdrawn'))::int as withdrawn,
        (count(*) filter (where n.back_at is not null))::int as came_back
      from takedown.notice n
      where n.provider = any(${keys}::text[]) and n.sent_at >= ${from} and n.sent_at < ${to} and n.purpose = 'removal' and n.kind = 'ask'`.execute(
      db,
    );
    const failed = await sql<{ n: number }>`select count(*)::int as n from takedown.notice n
      where n.provider = any(${keys}::text[]) and n.sent_at is null and n.state = 'failed' and n.kind = 'ask'
        and n.created_at >= ${from} and n.created_at < ${to}`.execute(db);
    const r = rows[0] ?? {};
    const n = (name: string) => Number(r[name] ?? 0);
    const span = (name: string) => r[name] ?? null;
    return {
      notices: n('notices'),
      takenBack: n('taken_back'),
      reacted: n('reacted'),
      saidRemoved: n('said_removed'),
      gone: n('gone'),
      reaction: { median: span('reaction_median'), slow: span('reaction_slow') },
      removal: { median: span('removal_median'), slow: span('removal_slow') },
      withdrawal: { median: span('gone_median'), slow: span('gone_slow') },
      due: n('due'),
      withinDeadline: n('within_deadline'),
      contradictions: n('contradictions'),
      disputes: { open: n('open'), upheld: n('upheld'), withdrawn: n('withdrawn') },
      cameBack: n('came_back'),
      failures: failed.rows[0]?.n ?? 0,
    };
  }

  const COLUMN: Record<Dimension, RawBuilder<string | null>> = {
    // The same provider before and after it was taken into our own table is one; who is in neither has a name at least.
    provider: sql`coalesce((select p.id::text from takedown.provider p where p.seed = n.provider), n.provider, n.provider_name)`,
    country: sql`n.hosted_in`,
    network: sql`n.network::text`,
    category: sql`n.category`,
  };
  /** For filters: columns as they are, so that an index helps. */
  async function filtersSql(filters: Filters): Promise<RawBuilder<unknown>> {
    const parts: RawBuilder<unknown>[] = [sql`true`];
    if (filters.provider) {
      const keys = await keysOf(filters.provider);
      parts.push(
        sql`(n.provider = any(${keys}::text[]) or (n.provider is null and n.provider_name = ${filters.provider}))`,
      );
    }
    if (filters.country) parts.push(sql`n.hosted_in = ${filters.country}`);
    if (filters.network) parts.push(sql`n.network = ${Number(filters.network)}`);
    if (filters.category) parts.push(sql`n.category = ${filters.category}`);
    return sql.join(parts, sql` and `);
  }

  return {
    card,

    /** Whole days on the country's clock, both included; `YYYY-MM-DD`. */
    async days(from: string, to: string, zone: string): Promise<Period> {
      const { rows } = await sql<Period>`select ${from}::date::timestamp at time zone ${zone} as "from",
        (${to}::date + 1)::timestamp at time zone ${zone} as "to"`.execute(db);
      return rows[0] as Period;
    },

    /** Most notices first, at most 300 lines. */
    async statistics(dimension: Dimension, period: Period, filters: Filters = {}): Promise<StatisticsRow[]> {
      // Grouped by the bare columns first: the look-up of a provider's other id is then made once a group.
      const { rows } = await sql<{
        key: string | null;
        notices: number;
        reacted: number;
        gone: number;
        due: number;
        within: number;
        reaction: Span;
        withdrawal: Span;
      }>`
        with p as materialized (select id::text as id, seed from takedown.provider where seed is not null),
        n as (
          select ${dimension === 'provider' ? sql`coalesce(p.id, n.provider, n.provider_name, n.contact)` : COLUMN[dimension]} as key,
            n.sent_at, n.gone_at, n.category, least(n.answered_at, n.gone_at) as reacted_at
          from takedown.notice n ${dimension === 'provider' ? sql`left join p on p.seed = n.provider` : sql``}
          where n.sent_at >= ${period.from} and n.sent_at < ${period.to} and ${counts} and n.purpose = 'removal' and n.kind = 'ask'
            and ${await filtersSql(filters)}
        )
        select n.key, count(*)::int as notices, count(n.reacted_at)::int as reacted, count(n.gone_at)::int as gone,
          (count(*) filter (where n.gone_at is not null or n.sent_at + ${deadline()} <= ${clock.now()}))::int as due,
          (count(*) filter (where n.gone_at <= n.sent_at + ${deadline()}))::int as within,
          ${quantile(0.5, sql`n.reacted_at - n.sent_at`)} as reaction,
          ${quantile(0.5, sql`n.gone_at - n.sent_at`)} as withdrawal
        from n group by n.key order by notices desc, n.key nulls last limit ${MOST_ROWS}`.execute(db);
      return rows.map((r) => ({
        key: r.key,
        notices: r.notices,
        reacted: r.reacted,
        gone: r.gone,
        due: r.due,
        withinDeadline: r.within,
        reactionMedian: r.reaction,
        withdrawalMedian: r.withdrawal,
      }));
    },

    /**
     * Every provider that we know by name, for the notices of the period as things stood at `settled`: what happens later
     * does not change a table that was published. Who was written to without being known is left out of the names and
     * counted.
     */
    async league(
      period: Period,
      settled: Date,
    ): Promise<{ providers: LeagueFacts[]; unnamed: Omit<LeagueFacts, 'provider' | 'name'> }> {
      const { rows } = await sql<{
        key: string | null;
        name: string | null;
        notices: number;
        in_time: number;
        late: number;
        reacted: number;
        reaction: Span;
        withdrawal: Span;
      }>`
        with n as (
          select coalesce(own.id, seeded.id)::text as own, coalesce(own.name, seeded.name) as name, n.provider, n.sent_at,
            n.category, case when n.gone_at < ${settled} then n.gone_at end as gone_at,
            case when n.answered_at < ${settled} then n.answered_at end as answered_at
          from takedown.notice n
          left join takedown.provider own on own.id::text = n.provider
          left join takedown.provider seeded on seeded.seed = n.provider
          where n.sent_at >= ${period.from} and n.sent_at < ${period.to} and ${counts} and n.purpose = 'removal' and n.kind = 'ask'
        )
        select coalesce(n.own, n.provider) as key, max(n.name) as name, count(*)::int as notices,
          (count(*) filter (where n.gone_at <= n.sent_at + ${deadline()}))::int as in_time,
          (count(*) filter (where n.gone_at > n.sent_at + ${deadline()}))::int as late,
          count(least(n.answered_at, n.gone_at))::int as reacted,
          ${quantile(0.5, sql`least(n.answered_at, n.gone_at) - n.sent_at`)} as reaction,
          ${quantile(0.5, sql`n.gone_at - n.sent_at`)} as withdrawal
        from n group by 1 order by 1 nulls last`.execute(db);
      const seeds = new Map(country.pack().providers.providers.map((p) => [p.id, p.name]));
      const unnamed = { notices: 0, inTime: 0, late: 0, reacted: 0, reactionMedian: null, withdrawalMedian: null };
      const providers: LeagueFacts[] = [];
      for (const r of rows) {
        const name = r.name ?? (r.key === null ? undefined : seeds.get(r.key));
        if (r.key !== null && name !== undefined)
          providers.push({
            ...{ provider: r.key, name, notices: r.notices, inTime: r.in_time, late: r.late, reacted: r.reacted },
            reactionMedian: r.reaction,
            withdrawalMedian: r.withdrawal,
          });
        else {
          unnamed.notices += r.notices;
          unnamed.inTime += r.in_time;
          unnamed.late += r.late;
          unnamed.reacted += r.reacted;
        }
      }
      return { providers, unnamed };
    },

    categoryName: (id: string) => country.categories().find((c) => c.id === (id as CategoryId))?.name,
  };
}
export type Scores = ReturnType<typeof createScores>;
