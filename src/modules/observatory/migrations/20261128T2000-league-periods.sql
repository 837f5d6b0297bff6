-- Tables of overlapping months can be subtracted from one another: from here on periods are of the calendar, and the
-- database itself stores no two that share a month. Those of before (the last twelve months, each month) stay as they are.
alter table observatory.league add column fixed boolean not null default false;
alter table observatory.league add constraint league_no_overlap exclude using gist (
  int4range(
    left(period_from, 4)::int * 12 + right(period_from, 2)::int,
    left(period_to, 4)::int * 12 + right(period_to, 2)::int, '[]'
  ) with &&
) where (fixed and not running);
