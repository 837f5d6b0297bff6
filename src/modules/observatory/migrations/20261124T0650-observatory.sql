-- What the public sees: never a live number. Content has passed the disclosure control before it is stored.
create table observatory.snapshot (
  id uuid primary key,
  taken_at timestamptz not null,
  local_date date not null,
  content jsonb not null
);
create index snapshot_newest on observatory.snapshot (taken_at desc);
