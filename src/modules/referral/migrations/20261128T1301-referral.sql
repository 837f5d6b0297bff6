create schema if not exists referral;

-- A package to a receiving body, its life, and what the body answered.
create table referral.referral (
  id uuid primary key,
  code text not null unique,
  state text not null check (state in ('draft', 'review', 'cleared', 'sealing', 'sent', 'received', 'accepted', 'declined',
    'returned', 'answered', 'closed', 'withdrawn')),
  kind text not null check (kind in ('police', 'prosecutor', 'care', 'foreign-hotline')),
  -- An id of the country pack.
  body text not null,
  organisation uuid,
  territory text[],
  item uuid not null,
  danger_page uuid,
  category text not null,
  urgency text not null check (urgency in ('danger', 'urgent', 'normal')),
  sensitive boolean not null,
  needs_review boolean not null,
  hold boolean not null,
  hold_until timestamptz,
  proceed_at timestamptz,
  proceed_by uuid,
  tell_reporter boolean not null,
  with_words boolean not null,
  with_accounts boolean not null,
  with_place boolean not null,
  score int not null check (score between 0 and 100),
  missing text[] not null,
  round int not null,
  due_at timestamptz,
  next_reminder_at timestamptz,
  reminders int not null,
  hold_reminded boolean not null,
  reason_code text,
  outcome text,
  created_at timestamptz not null,
  created_by uuid not null,
  changed_at timestamptz not null,
  sent_at timestamptz,
  received_at timestamptz,
  -- Why it is urgent and what we say about it may name people.
  data_key bytea,
  urgency_reason bytea,
  note bytea
);
create index referral_item on referral.referral (item, created_at desc);
create index referral_open on referral.referral (due_at, created_at) where state not in ('declined', 'closed', 'withdrawn');
create index referral_organisation on referral.referral (organisation, created_at desc) where organisation is not null;
create index referral_reminder on referral.referral (next_reminder_at) where next_reminder_at is not null;
create index referral_hold on referral.referral (hold_until) where hold and hold_until is not null;
create index referral_unpurged on referral.referral (id) where data_key is not null;

-- What went out, sealed: to age keys (this server can't open it), or, for a body without a key, under a record key.
create table referral.package (
  id uuid primary key,
  referral uuid not null references referral.referral,
  round int not null,
  sealed_for text not null check (sealed_for in ('keys', 'session')),
  recipients text[] not null,
  sha256 text not null,
  bytes int not null,
  -- Whether the printed pages (PDF) are in it.
  pages boolean not null,
  made_at timestamptz not null,
  data_key bytea,
  sealed bytea,
  unique (referral, round),
  check ((sealed_for = 'keys') = (cardinality(recipients) > 0)),
  check (sealed_for = 'session' or data_key is null)
);

-- Who reported stays with the custodian: a referral names the reporter only after an approval.
create table referral.disclosure (
  id uuid primary key,
  referral uuid not null references referral.referral,
  state text not null check (state in ('asked', 'approved', 'refused', 'dropped')),
  asked_at timestamptz not null,
  asked_by uuid not null,
  decided_at timestamptz,
  decided_by uuid,
  data_key bytea,
  reason bytea,
  check ((state = 'asked') = (decided_at is null))
);
create unique index disclosure_open on referral.disclosure (referral) where state = 'asked';
create index disclosure_referral on referral.disclosure (referral);

create table referral.message (
  id uuid primary key,
  referral uuid not null references referral.referral,
  event text not null,
  side text not null check (side in ('sender', 'body')),
  account uuid not null,
  at timestamptz not null,
  code text,
  data_key bytea,
  words bytea
);
create index message_referral on referral.message (referral, at);

-- The outbox: a mail holds a tracking code and a link, never content.
create table referral.mail (
  id uuid primary key,
  referral uuid not null references referral.referral,
  kind text not null check (kind in ('new', 'reminder', 'returned', 'declined', 'answered', 'late', 'hold-passed')),
  account uuid,
  address text,
  state text not null check (state in ('due', 'sent', 'failed')),
  attempts int not null,
  next_try_at timestamptz not null,
  sent_at timestamptz,
  last_error text,
  check ((account is null) <> (address is null))
);
create index mail_due on referral.mail (next_try_at) where state = 'due';
create index mail_referral on referral.mail (referral);

-- A provider or body was asked to keep something; our own copy is held meanwhile.
create table referral.preservation (
  id uuid primary key,
  item uuid not null,
  referral uuid references referral.referral,
  hold uuid not null,
  asked_of text not null,
  reference text not null,
  until timestamptz not null,
  made_at timestamptz not null,
  made_by uuid not null,
  ended_at timestamptz,
  ended_by uuid
);
create index preservation_item on referral.preservation (item, made_at desc);
