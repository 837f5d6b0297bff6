-- What differs from the trace before it: the network, the registrar or the name servers of the same item.
alter table takedown.trace add column moved jsonb not null default '[]';
-- Who carries whom, as operators know it: no packaged data says so.
create table takedown.network (
  asn bigint primary key,
  name text not null,
  upstreams bigint[] not null,
  -- A reverse proxy that our packaged list does not know.
  proxy boolean not null,
  note text not null,
  changed_at timestamptz not null,
  changed_by uuid not null
);
-- A reverse proxy forwards notices but hosts nothing: it is asked where the content really is.
create table takedown.origin_request (
  notice uuid primary key references takedown.notice,
  item uuid not null,
  proxy text not null,
  state text not null check (state in ('asked', 'answered', 'refused')),
  asked_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  -- Host name or address, and its abuse contact, as answered.
  place text,
  contact text,
  trace uuid references takedown.trace,
  check (state <> 'answered' or place is not null or contact is not null)
);
create index origin_request_item on takedown.origin_request (item);
-- Autonomous systems have 32 bits (RFC 6793).
alter table takedown.notice alter column network type bigint;
