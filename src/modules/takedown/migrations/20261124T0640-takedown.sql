-- Who can remove content, as our own people know it; looked up before the country pack's list.
create table takedown.provider (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('host', 'platform', 'registrar', 'app-store', 'isp')),
  domains text[] not null check (cardinality(domains) > 0),
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  channel text not null check (channel in ('mail', 'form')),
  address text not null,
  note text not null,
  verified_at timestamptz,
  verified_by uuid,
  changed_at timestamptz not null,
  changed_by uuid not null
);
create index provider_domains on takedown.provider using gin (domains);

-- What every source said about who can act, as it came.
create table takedown.trace (
  id uuid primary key,
  item uuid not null,
  at timestamptz not null,
  duration_ms int not null,
  answers jsonb not null,
  contacts jsonb not null,
  -- Attribution to show wherever network facts are shown.
  attribution text not null
);
create index trace_item on takedown.trace (item, at desc);

-- A request to a provider. The row is also the outbox: `queued` and due means that it has to be sent.
create table takedown.notice (
  id uuid primary key,
  item uuid not null,
  -- 1 for the first time, one more for each time the content came back.
  round int not null check (round > 0),
  state text not null check (state in ('held', 'tracing', 'no-contact', 'by-hand', 'queued', 'sent', 'failed', 'received',
    'removed', 'disputed', 'closed', 'cancelled', 'taken-back')),
  -- What is asked, fixed when the notice was prepared: a page must say tomorrow what the mail said today.
  category text not null,
  legal_articles text[] not null,
  url text,
  host text,
  platform text,
  assessed_at timestamptz not null,
  assessed_by uuid not null,
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  provider_name text,
  contact text,
  channel text check (channel in ('mail', 'form')),
  source text,
  confidence real,
  trace uuid references takedown.trace,
  -- One for the life of the notice, so that a mail sent twice is recognised as one.
  message_id text not null unique,
  attempts int not null,
  next_try_at timestamptz,
  -- Somebody is sending it until then; after a crash it is sent again under the same Message-ID.
  lease_until timestamptz,
  last_error text,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  sent_at timestamptz,
  answered_at timestamptz,
  removed_at timestamptz,
  dispute_decision text check (dispute_decision in ('upheld', 'withdrawn')),
  decided_at timestamptz,
  decided_by uuid,
  -- The provider's words and ours about them may name people.
  data_key bytea,
  answer bytea,
  decision_reason bytea,
  check ((channel is null) = (contact is null)),
  check (state not in ('queued', 'by-hand', 'sent') or contact is not null)
);
create index notice_item on takedown.notice (item, created_at desc);
create index notice_state on takedown.notice (state, changed_at desc);
create index notice_due on takedown.notice (next_try_at) where state = 'queued';

-- Why a notice may not go out yet.
create table takedown.hold (
  notice uuid not null references takedown.notice,
  kind text not null check (kind in ('police', 'reporter')),
  opened_at timestamptz not null,
  preservation_at timestamptz,
  preservation_by uuid,
  decision text check (decision in ('release', 'keep')),
  decided_at timestamptz,
  decided_by uuid,
  primary key (notice, kind),
  check (kind = 'reporter' or decision is distinct from 'release' or preservation_at is not null)
);

-- One address that is looked at until it is really gone, and some time after.
create table takedown.watch (
  item uuid primary key,
  url text not null,
  state text not null check (state in ('open', 'gone', 'stopped')),
  round int not null check (round > 0),
  -- Fingerprint of the reported content: hashes and counts, never the content.
  baseline jsonb,
  -- All looks ever; turns the vantages.
  looks int not null,
  last_state text,
  last_look_at timestamptz,
  next_check_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  looks_since_closing int not null,
  -- Who is looking right now, and until when that is believed.
  lease uuid,
  lease_until timestamptz
);
create index watch_due on takedown.watch (next_check_at) where next_check_at is not null and state <> 'stopped';
create index watch_doubt on takedown.watch (last_look_at) where state <> 'stopped'
  and last_state in ('up-changed', 'removed-notice', 'legal-block', 'parked', 'soft-404', 'redirected');

create table takedown.check (
  id uuid primary key,
  item uuid not null,
  round int not null,
  at timestamptz not null,
  vantage text not null,
  state text not null check (state in ('up-same', 'up-changed', 'moved-host', 'geo-blocked', 'removed-notice', 'legal-block',
    'parked', 'soft-404', 'redirected', 'gone-http', 'gone-dns', 'login-wall', 'bot-wall', 'unreachable', 'tls-error')),
  reasons text[] not null,
  detail jsonb not null
);
create index check_item on takedown.check (item, round, at);

-- When a machine may say that content is gone; no row means the rule of the house.
create table takedown.closing_rule (
  singleton boolean primary key default true check (singleton),
  min_checks int not null check (min_checks between 1 and 20),
  min_span_ms bigint not null check (min_span_ms >= 0),
  min_vantages int not null check (min_vantages between 1 and 10),
  set_at timestamptz not null,
  set_by uuid not null
);
