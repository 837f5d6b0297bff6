-- A file of many reports: checked first, then made into reports in the background. The rows wait sealed, and their key is
-- destroyed as soon as they are reports or the file was put aside.
create table casework.bulk (
  id uuid primary key,
  data_key bytea,
  rows_sealed bytea,
  state text not null check (state in ('checked', 'running', 'done', 'dropped')),
  account text not null,
  rows int not null,
  -- [{row, column, fault}]: places and kinds of faults, never what was written there.
  faults jsonb not null,
  done int not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index bulk_created on casework.bulk (created_at desc);
create index bulk_waiting on casework.bulk (changed_at) where state in ('checked', 'running');

create table casework.bulk_row (
  bulk uuid not null references casework.bulk,
  row int not null,
  outcome text not null check (outcome in ('made', 'known', 'failed')),
  report uuid,
  primary key (bulk, row)
);

-- A keyed digest of each row that became a report: the same row in another file is the same report, also next year.
create table casework.bulk_key (
  key bytea primary key,
  report uuid not null
);
