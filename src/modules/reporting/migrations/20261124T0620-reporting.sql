-- A report: what somebody sent. Personal fields are sealed with the record's own data key; destroying `data_key` destroys them.
create table reporting.report (
  id uuid primary key,
  -- What makes a submission the same submission (a draft, or an API key with its Idempotency-Key); cleared after 24 h.
  submission_key text unique,
  body_hash bytea,
  receipt_hash bytea not null unique,
  channel text not null check (channel in ('web', 'api', 'operator')),
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  reporter text not null check (reporter in ('child', 'parent', 'professional', 'witness', 'company')),
  category text not null,
  danger_declared boolean not null,
  danger_kinds text[] not null,
  -- Who can see the content: a notice could give the reporter away where few can.
  visibility text not null check (visibility in ('reporter-only', 'few', 'many', 'public', 'unknown')),
  age_band text not null check (age_band in ('0-5', '6-8', '9-11', '12-14', '15-17', 'adult', 'unknown')),
  occurred text not null check (occurred in ('now', 'today', 'week', 'month', 'older', 'unknown', 'exact')),
  occurred_at timestamptz,
  organisation uuid,
  filed_by text,
  data_key bytea,
  narrative bytea,
  contact bytea,
  whereabouts bytea,
  audit_entry uuid not null,
  received_at timestamptz not null,
  contact_deleted_at timestamptz
);
create index report_received on reporting.report (received_at);
create index report_submission_age on reporting.report (received_at) where submission_key is not null;

create table reporting.report_link (
  report uuid not null references reporting.report on delete cascade,
  ordinal int not null,
  url text not null,
  url_key text not null,
  original text not null,
  primary key (report, ordinal)
);

create table reporting.report_account (
  report uuid not null references reporting.report on delete cascade,
  ordinal int not null,
  platform text not null,
  name bytea not null,
  name_index bytea not null,
  primary key (report, ordinal)
);

-- What the reporter is told, in order. The newest row is where the report stands.
create table reporting.progress (
  id uuid primary key,
  report uuid not null references reporting.report on delete cascade,
  step text not null check (step in ('received', 'read', 'asked-reporter', 'referred', 'asked-site', 'site-answered',
    'gone', 'back', 'harmful', 'not-actionable', 'closed')),
  at timestamptz not null
);
create index progress_report on reporting.progress (report, at);

create table reporting.message (
  id uuid primary key,
  report uuid not null references reporting.report on delete cascade,
  author text not null check (author in ('staff', 'reporter')),
  account uuid,
  body bytea not null,
  at timestamptz not null,
  read_at timestamptz
);
create index message_report on reporting.message (report, at);
create index message_unread on reporting.message (at) where author = 'reporter' and read_at is null;

-- A report being written. `answers` holds what is not personal; `sealed` narrative, contact, whereabouts and account names.
create table reporting.draft (
  id uuid primary key,
  token_hash bytea not null unique,
  language text not null,
  state text not null check (state in ('open', 'sent', 'unfinished')),
  answers jsonb not null,
  data_key bytea,
  sealed bytea,
  danger boolean not null,
  created_at timestamptz not null,
  touched_at timestamptz not null
);
create index draft_open on reporting.draft (touched_at) where state = 'open';
create index draft_unfinished on reporting.draft (touched_at) where state = 'unfinished';

-- Somebody on duty must look now. One row per cause; a tick sends, repeats and escalates until a person acknowledges.
create table reporting.danger_page (
  id uuid primary key,
  subject_kind text not null check (subject_kind in ('report', 'draft', 'message')),
  subject uuid not null,
  report uuid,
  kinds text[] not null,
  category text,
  declared boolean not null,
  state text not null check (state in ('waiting', 'acknowledged')),
  step int not null,
  next_step_at timestamptz not null,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid
);
create index danger_page_due on reporting.danger_page (next_step_at) where state = 'waiting';
create index danger_page_subject on reporting.danger_page (subject);
create index danger_page_report on reporting.danger_page (report);

create table reporting.page_delivery (
  id uuid primary key,
  page uuid not null references reporting.danger_page on delete cascade,
  step int not null,
  channel text not null check (channel in ('mail', 'webhook')),
  target text not null,
  state text not null check (state in ('due', 'sent', 'failed')),
  attempts int not null,
  next_try_at timestamptz not null,
  sent_at timestamptz,
  last_error text,
  unique (page, step, channel, target)
);
create index page_delivery_due on reporting.page_delivery (next_try_at) where state = 'due';
