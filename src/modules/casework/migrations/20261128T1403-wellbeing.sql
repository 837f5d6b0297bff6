-- How much somebody has looked at in this shift and in one go, and until when they have a break.
create table casework.look_stand (
  account uuid primary key,
  shift_started_at timestamptz not null,
  shift_ms bigint not null,
  shift_looks int not null,
  go_ms bigint not null,
  go_looks int not null,
  last_look_at timestamptz not null,
  break_until timestamptz
);
-- More protection than the organisation asks for, where somebody wants it.
create table casework.display_choice (
  account uuid primary key,
  blur text not null check (blur in ('strong', 'strongest')),
  grey boolean not null,
  mute boolean not null,
  clear_seconds int not null,
  at timestamptz not null
);
-- Passed to a colleague: not offered to this person again.
create table casework.passed (
  account uuid not null,
  item uuid not null references casework.item,
  at timestamptz not null,
  primary key (account, item)
);
