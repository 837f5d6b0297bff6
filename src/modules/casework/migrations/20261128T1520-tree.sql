-- What belongs to what: a page has media, an address leads on to another, a copy mirrors an original. Never in a circle.
create table casework.item_edge (
  parent uuid not null references casework.item,
  child uuid not null references casework.item,
  kind text not null check (kind in ('media', 'redirect', 'mirror')),
  added_by text not null,
  at timestamptz not null,
  primary key (parent, child),
  check (parent <> child)
);
create index item_edge_child on casework.item_edge (child);

-- One decision that was made for several items at once: each has an assessment of its own.
create table casework.assessment_applied (
  assessment uuid primary key references casework.assessment,
  source uuid not null references casework.assessment,
  decision uuid not null
);
create index assessment_applied_source on casework.assessment_applied (source);
