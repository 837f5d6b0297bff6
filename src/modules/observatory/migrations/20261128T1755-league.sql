-- How providers act, as it was published: once for each period, and never changed by what happens later.
create table observatory.league (
  id uuid primary key,
  taken_at timestamptz not null,
  -- First and last month of the period, YYYY-MM.
  period_from text not null,
  period_to text not null,
  running boolean not null,
  content jsonb not null
);
create index league_newest on observatory.league (taken_at desc);
create unique index league_period on observatory.league (period_to) where not running;
