-- What happened, written in the transaction of its cause. Text is compared byte by byte, so that prefixes use indexes.
create table audit.entry (
  id uuid primary key,
  -- Milliseconds, as they are hashed: there are no digits that could change unseen.
  at timestamptz(3) not null,
  actor text collate "C" not null check (octet_length(actor) between 1 and 200),
  action text collate "C" not null check (action ~ '^[a-z][a-z0-9_.-]{1,99}$'),
  subject text collate "C" not null check (octet_length(subject) between 1 and 300),
  detail jsonb not null check (jsonb_typeof(detail) = 'object'),
  commitment bytea check (octet_length(commitment) = 32)
);
create index entry_at on audit.entry (at, id);
create index entry_actor on audit.entry (actor, at, id);
create index entry_action on audit.entry (action, at, id);
create index entry_subject on audit.entry (subject);

-- Entries that wait for the sealer. No foreign key: both rows come from one statement, and an entry can't be deleted.
create table audit.pending (entry uuid primary key);
-- Rows live for a second: the dead ones must not pile up where the sealer looks for the oldest.
alter table audit.pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000);

-- The chain, and the leaves of the tree: seq is the leaf's index, hash = SHA-256(previous || leaf).
create table audit.chain (
  seq bigint primary key check (seq >= 0),
  entry uuid not null unique,
  leaf bytea not null,
  previous bytea not null,
  hash bytea not null
);

-- Roots of full subtrees of 2^8, 2^16, ... leaves.
create table audit.node (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

-- Signed tree heads, one for each time something was sealed.
create table audit.head (
  size bigint primary key,
  root bytea not null,
  chain_hash bytea not null,
  at timestamptz(3) not null,
  origin text not null,
  signature bytea not null
);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit.% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

do $$
declare
  name text;
begin
  foreach name in array array['entry', 'chain', 'node', 'head'] loop
    execute format('create trigger append_only before update or delete or truncate on audit.%I
      for each statement execute function audit.refuse_change()', name);
    -- Also where session_replication_role switches ordinary triggers off.
    execute format('alter table audit.%I enable always trigger append_only', name);
  end loop;
end
$$;
