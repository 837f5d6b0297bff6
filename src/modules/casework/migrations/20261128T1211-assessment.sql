-- Waits for a second person: nothing may leave the house yet.
alter table casework.item drop constraint item_state_check;
alter table casework.item add constraint item_state_check
  check (state in ('waiting', 'proposed', 'illegal', 'asked', 'gone', 'harmful', 'not-actionable'));

-- The questions as they were when somebody answered them. The id is the date and the beginning of the digest, so that an
-- edited file is another version and old judgements keep their words.
create table casework.assessment_schema (
  id text primary key,
  body jsonb not null,
  first_used_at timestamptz not null
);

alter table casework.assessment
  add column schema text references casework.assessment_schema,
  add column answers jsonb not null default '{}',
  -- False while it waits for a second person, and for ever when that ended otherwise.
  add column in_force boolean not null default true,
  -- When it took effect, if that was later than it was made.
  add column in_force_at timestamptz,
  -- Two people stand behind it.
  add column verified boolean not null default false,
  add column routes text[] not null default '{}',
  add column family text,
  -- The earlier judgement of the same bytes that this one repeats.
  add column same_as uuid references casework.assessment;

create table casework.verification (
  id uuid primary key,
  assessment uuid not null unique references casework.assessment,
  item uuid not null references casework.item,
  kind text not null check (kind in ('four-eyes', 'sample', 'same-content')),
  blind boolean not null,
  state text not null check (state in ('proposed', 'verified', 'disagreed', 'decided', 'withdrawn')),
  urgency int not null,
  first_account uuid not null,
  first_outcome text not null,
  category text not null,
  proposed_at timestamptz not null,
  second_account uuid,
  second_outcome text,
  -- The second person's own judgement; nothing sealed in it.
  second jsonb,
  second_at timestamptz,
  decided_by uuid,
  decided text check (decided in ('first', 'second')),
  decided_at timestamptz,
  data_key bytea,
  second_note bytea,
  decision_note bytea
);
create index verification_open on casework.verification (state, urgency, proposed_at, id)
  where state in ('proposed', 'disagreed');
create index verification_item on casework.verification (item);
create index verification_second on casework.verification (second_at) where second_at is not null and blind;

-- Hashes of what an item's address served, or that staff entered.
create table casework.content_hash (
  item uuid not null references casework.item,
  sha256 bytea not null check (length(sha256) = 32),
  source text not null check (source in ('evidence', 'staff')),
  account uuid not null,
  at timestamptz not null,
  primary key (item, sha256)
);
create index content_hash_sha256 on casework.content_hash (sha256);
