-- Requests to open who reported; a custodian decides. Reasons are sealed.
create table disclosure.request (
  id uuid primary key,
  report uuid not null,
  state text not null check (state in ('asked', 'approved', 'refused', 'withdrawn', 'revoked')),
  fields text[] not null,
  data_key bytea,
  reason bytea,
  decision_reason bytea,
  requested_by uuid not null,
  requested_at timestamptz not null,
  decided_by uuid check (decided_by <> requested_by),
  decided_at timestamptz,
  expires_at timestamptz
);
create index request_state on disclosure.request (state, requested_at);
create index request_mine on disclosure.request (requested_by, requested_at desc);
