-- Where a provider is and what it runs; what its own form asks; which entry of the country pack it was taken from.
alter table takedown.provider add column networks bigint[] not null default '{}';
alter table takedown.provider add column countries text[] not null default '{}';
alter table takedown.provider add column form_fields jsonb not null default '[]';
alter table takedown.provider add column seed text unique;
create index provider_networks on takedown.provider using gin (networks);

-- What is known of an address that notices go to, whoever uses it; the key is the mail address in lower case, or the form's URL.
create table takedown.contact (
  address text primary key,
  channel text not null check (channel in ('mail', 'form', 'api')),
  state text not null check (state in ('unverified', 'verified', 'bounced', 'silent', 'wrong')),
  changed_at timestamptz not null,
  changed_by text not null,
  -- The event that led here, and a person's reason for it.
  why text,
  reason text,
  verified_at timestamptz,
  verified_until timestamptz,
  check (state <> 'verified' or (verified_at is not null and verified_until is not null))
);
create index contact_expiry on takedown.contact (verified_until) where state = 'verified';

-- Which addresses a provider has for what. The columns of takedown.provider mirror the first of them, for older processes.
create table takedown.provider_contact (
  id uuid primary key,
  provider uuid not null references takedown.provider,
  purpose text not null check (purpose in ('abuse', 'urgent', 'legal', 'technical')),
  channel text not null check (channel in ('mail', 'form', 'api')),
  address text not null,
  languages text[] not null check (cardinality(languages) > 0),
  priority int not null check (priority between 1 and 99),
  unique (provider, purpose, address)
);
create index provider_contact_provider on takedown.provider_contact (provider, priority);
create index provider_contact_address on takedown.provider_contact (lower(address));
-- An address that people had checked before stays checked for a year from then.
insert into takedown.contact (address, channel, state, changed_at, changed_by, why, verified_at, verified_until)
  select distinct on (key) key, channel, case when verified_at is null then 'unverified' else 'verified' end,
    coalesce(verified_at, changed_at), coalesce('account:' || verified_by, 'account:' || changed_by),
    case when verified_at is null then null else 'recorded' end, verified_at, verified_at + interval '365 days'
  from (select *, case when channel = 'mail' then lower(address) else address end as key from takedown.provider) p
  order by key, verified_at desc nulls last;
insert into takedown.provider_contact (id, provider, purpose, channel, address, languages, priority)
  select id, id, 'abuse', channel, address, array[language], 1 from takedown.provider;

create table takedown.agreement (
  id uuid primary key,
  provider uuid not null references takedown.provider,
  kind text not null check (kind in ('trusted-flagger', 'memorandum', 'hours', 'other')),
  since date not null,
  until date,
  note text not null,
  added_at timestamptz not null,
  added_by uuid not null,
  check (until is null or until >= since)
);
create index agreement_provider on takedown.agreement (provider, since desc);

-- What was changed about a provider, for those who read its page; the audit chain has it as well.
create table takedown.provider_change (
  id uuid primary key,
  provider uuid not null references takedown.provider,
  at timestamptz not null,
  actor text not null,
  what text not null,
  detail jsonb not null
);
create index provider_change_provider on takedown.provider_change (provider, at desc);

-- What a provider says to the figures about it; shown beside them. The key is of our own table or of the country pack.
create table takedown.provider_comment (
  provider text primary key,
  body text not null,
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  at timestamptz not null,
  entered_by uuid not null
);

-- A question to an address whether it is the right one; the row is also its outbox.
create table takedown.contact_question (
  id uuid primary key,
  address text not null references takedown.contact,
  provider uuid references takedown.provider,
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  state text not null check (state in ('queued', 'sent', 'refused', 'confirmed', 'not-us', 'no-answer')),
  message_id text not null unique,
  asked_at timestamptz not null,
  asked_by text not null,
  attempts int not null,
  next_try_at timestamptz,
  lease_until timestamptz,
  last_error text,
  sent_at timestamptz,
  ended_at timestamptz,
  -- Whom to ask instead, in the words of whoever said that it is not them.
  instead text
);
create unique index contact_question_open on takedown.contact_question (address) where state in ('queued', 'sent');
create index contact_question_due on takedown.contact_question (next_try_at) where state = 'queued';

-- Thresholds that people may change; no row means those of the house.
create table takedown.provider_rule (
  singleton boolean primary key default true check (singleton),
  valid_days int not null check (valid_days between 30 and 1825),
  answer_days int not null check (answer_days between 1 and 90),
  silent_notices int not null check (silent_notices between 1 and 100),
  silent_days int not null check (silent_days between 1 and 365),
  league_notices int not null check (league_notices between 10 and 10000),
  set_at timestamptz not null,
  set_by uuid not null
);
-- Who was written to lately, and what came of it.
create index notice_contact on takedown.notice (lower(contact), sent_at desc) where contact is not null;
