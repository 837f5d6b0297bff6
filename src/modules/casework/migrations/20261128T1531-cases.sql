-- Items, reports and people that belong together.
create table casework."case" (
  id uuid primary key,
  -- How staff call it; sealed, because it may name somebody.
  data_key bytea,
  title bytea,
  state text not null check (state in ('open', 'closed', 'merged')),
  merged_into uuid references casework."case",
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check ((state = 'merged') = (merged_into is not null))
);
create index case_state on casework."case" (state, changed_at desc, id);

-- Somebody a case is about, as staff call them.
create table casework.case_person (
  id uuid primary key,
  role text not null check (role in ('child', 'suspect', 'witness', 'other')),
  data_key bytea,
  label bytea
);

-- Rows are never deleted: what was taken out says when and by whom.
create table casework.case_member (
  id uuid primary key,
  "case" uuid not null references casework."case",
  kind text not null check (kind in ('item', 'report', 'person')),
  subject uuid not null,
  added_by text not null,
  added_at timestamptz not null,
  removed_by text,
  removed_at timestamptz
);
create unique index case_member_now on casework.case_member ("case", kind, subject) where removed_at is null;
create index case_member_subject on casework.case_member (subject) where removed_at is null;

create table casework.case_event (
  id uuid primary key,
  "case" uuid not null references casework."case",
  at timestamptz not null,
  actor text not null,
  what text not null,
  detail jsonb not null
);
create index case_event_case on casework.case_event ("case", at, id);
