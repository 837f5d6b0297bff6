-- Why a record may not be deleted: what stops the retention clock. The reasons may name people and are sealed.
create table retention.hold (
  id uuid primary key,
  subject_type text not null,
  subject uuid not null,
  kind text not null check (kind in ('preservation', 'legal')),
  authority text not null,
  reference text not null,
  state text not null check (state in ('open', 'released', 'expired')),
  -- A preservation request ends by itself unless it is renewed; a legal hold ends when somebody ends it.
  until timestamptz,
  opened_at timestamptz not null,
  opened_by text not null,
  ended_at timestamptz,
  ended_by text,
  data_key bytea,
  reason bytea,
  end_reason bytea,
  check ((state = 'open') = (ended_at is null)),
  check (kind = 'legal' or until is not null)
);
create index hold_subject on retention.hold (subject_type, subject) where state = 'open';
create index hold_until on retention.hold (until) where state = 'open' and until is not null;
create index hold_newest on retention.hold (opened_at desc, id);

-- Proof of deletion: which keys were destroyed when, by which rule. What they opened is gone with them.
create table retention.purge (
  id uuid primary key,
  rule text not null,
  record_type text not null,
  record uuid not null,
  months int not null,
  key_digests text[] not null,
  at timestamptz not null,
  unique (rule, record)
);
create index purge_newest on retention.purge (at desc, id);
create index purge_record on retention.purge (record);
