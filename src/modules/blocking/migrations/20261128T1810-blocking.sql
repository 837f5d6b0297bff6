-- What may be blocked, who decided it, and everything that followed.
create table blocking.entry (
  id uuid primary key,
  kind text not null check (kind in ('domain', 'host', 'url', 'network', 'hash')),
  -- The name or address; destroyed when its time is over.
  target text,
  -- The name in it, for questions about a name.
  name text,
  basis text not null check (basis in ('csam', 'court')),
  state text not null check (state in ('proposed', 'approved', 'released', 'suspended', 'removed', 'rejected')),
  source text not null check (source in ('ladder', 'reappeared', 'item', 'order')),
  item uuid,
  dedicated boolean not null default false,
  -- What was known on the name when it was proposed.
  listed integer not null default 0,
  others integer not null default 0,
  -- What the rules said against it, for a proposal of the machine's that was refused.
  refused text[] not null default '{}',
  -- SHA-256 commitment to kind and target under a random nonce, as the public log shows it.
  commitment bytea not null check (octet_length(commitment) = 32),
  data_key bytea,
  nonce bytea,
  grounds bytea,
  court bytea,
  expires_at timestamptz,
  proposed_by uuid,
  proposed_at timestamptz not null,
  approved_by uuid,
  approved_at timestamptz,
  released_by uuid,
  released_at timestamptz,
  review_at timestamptz,
  review_alarmed_at timestamptz,
  suspend_reason text check (suspend_reason in ('appeal', 'review-overdue', 'doubt')),
  ended_at timestamptz,
  end_reason text check (end_reason in ('gone', 'expired', 'appeal', 'mistake', 'review', 'protected', 'rejected')),
  -- The entry that stood for the same target before.
  earlier uuid references blocking.entry,
  changed_at timestamptz not null,
  -- The rules of two people, also where a programme forgets them.
  check (approved_by is null or approved_by is distinct from proposed_by),
  check (released_by is null or (approved_by is not null and released_by <> approved_by
    and released_by is distinct from proposed_by)),
  check (state <> 'released' or (released_by is not null and released_at is not null and review_at is not null)),
  check (state not in ('approved', 'released') or approved_by is not null),
  check (basis <> 'court' or expires_at is not null),
  check ((state in ('removed', 'rejected')) = (ended_at is not null))
);
create unique index entry_open on blocking.entry (kind, target) where state in ('proposed', 'approved', 'released', 'suspended');
create index entry_state on blocking.entry (state, changed_at);
create index entry_name on blocking.entry (name) where state in ('proposed', 'approved', 'released', 'suspended');
create index entry_due on blocking.entry (review_at) where state = 'released';
create index entry_expiry on blocking.entry (expires_at)
  where expires_at is not null and state in ('proposed', 'approved', 'released', 'suspended');
create index entry_released_by on blocking.entry (released_by, released_at);

-- Items that stand behind an entry.
create table blocking.entry_item (
  entry uuid not null references blocking.entry,
  item uuid not null,
  primary key (entry, item)
);
create index entry_item_item on blocking.entry_item (item);

-- What was done with an entry, in order; reasons are sealed with the entry's key.
create table blocking.decision (
  id uuid primary key,
  entry uuid not null references blocking.entry,
  at timestamptz not null,
  actor text not null,
  what text not null,
  detail text,
  reason bytea
);
create index decision_entry on blocking.decision (entry, at, id);

-- The numbered log that every feed reads. The head's row lock makes the order of numbers the order of commits, without gaps.
create table blocking.feed_head (
  singleton boolean primary key default true check (singleton),
  serial bigint not null
);
insert into blocking.feed_head (serial) values (0);
create table blocking.feed_entry (
  serial bigint primary key check (serial > 0),
  entry uuid not null references blocking.entry,
  op text not null check (op in ('add', 'remove')),
  kind text not null,
  basis text not null,
  at timestamptz not null
);
create index feed_entry_entry on blocking.feed_entry (entry, serial desc);

-- The public log: one line for each decision. Each line is an audit entry whose hash the next one carries.
create table blocking.log_head (
  singleton boolean primary key default true check (singleton),
  line bigint not null,
  hash bytea not null check (octet_length(hash) = 32)
);
insert into blocking.log_head (line, hash) values (0, decode(repeat('00', 32), 'hex'));
create table blocking.log_line (
  line bigint primary key check (line > 0),
  audit uuid not null unique,
  entry uuid not null references blocking.entry,
  decision text not null,
  basis text not null,
  why text,
  -- Milliseconds, as they are hashed.
  at timestamptz(3) not null,
  commitment bytea not null,
  previous bytea not null check (octet_length(previous) = 32),
  hash bytea not null check (octet_length(hash) = 32)
);
create index log_line_entry on blocking.log_line (entry, line);

create function blocking.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'blocking.% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on blocking.feed_entry
  for each statement execute function blocking.refuse_change();
create trigger append_only before update or delete or truncate on blocking.log_line
  for each statement execute function blocking.refuse_change();

-- Appeals; all that somebody wrote is sealed.
create table blocking.appeal (
  id uuid primary key,
  via text not null check (via in ('form', 'link')),
  -- The person has shown to control the address: by the link that we sent there, or in a way that somebody noted.
  proven boolean not null,
  proven_by uuid,
  state text not null check (state in ('waiting', 'decided')),
  lang text not null,
  data_key bytea,
  address bytea,
  who text not null check (who in ('owner', 'visitor', 'other')),
  words bytea,
  contact bytea,
  proof bytea,
  created_at timestamptz not null,
  due_at timestamptz not null,
  alarmed_at timestamptz,
  decision text check (decision in ('upheld', 'upheld-in-part', 'rejected', 'nothing-blocked')),
  decided_by uuid,
  decided_at timestamptz,
  reason bytea,
  check ((state = 'decided') = (decision is not null and decided_by is not null and decided_at is not null))
);
create index appeal_state on blocking.appeal (state, due_at);
create table blocking.appeal_entry (
  appeal uuid not null references blocking.appeal,
  entry uuid not null references blocking.entry,
  primary key (appeal, entry)
);
create index appeal_entry_entry on blocking.appeal_entry (entry);
