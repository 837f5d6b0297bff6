-- Reports that have not been linked to items yet; written in the transaction that stores the report, drained by a tick.
create table casework.inbox (
  report uuid primary key,
  at timestamptz not null
);

-- One thing to be judged. Reports of one address or one account are one item; a report without either is its own item.
create table casework.item (
  id uuid primary key,
  kind text not null check (kind in ('url', 'account', 'report')),
  key text not null unique,
  url text,
  host text,
  registrable text,
  platform text,
  -- Where the sealed account name can be opened: this report, at this place.
  name_report uuid,
  name_ordinal int,
  category text not null,
  -- 0 danger, 1 urgent, 2 normal, 3 low. The number of reports never changes it.
  urgency int not null check (urgency between 0 and 3),
  danger boolean not null,
  visibility text not null,
  state text not null check (state in ('waiting', 'illegal', 'asked', 'gone', 'harmful', 'not-actionable')),
  reports int not null,
  first_reported_at timestamptz not null,
  last_reported_at timestamptz not null,
  lease_by uuid,
  lease_until timestamptz,
  assessed_at timestamptz,
  first_notice_at timestamptz,
  gone_at timestamptz,
  changed_at timestamptz not null
);
-- The queue: what waits, most urgent first, oldest first. Every filter of the desk is a prefix or a partial scan of these.
create index item_queue on casework.item (state, urgency, first_reported_at, id);
create index item_queue_category on casework.item (state, category, urgency, first_reported_at, id);
create index item_host on casework.item (host) where host is not null;
create index item_changed on casework.item (changed_at);

create table casework.item_report (
  item uuid not null references casework.item,
  report uuid not null,
  at timestamptz not null,
  primary key (item, report)
);
create index item_report_report on casework.item_report (report);

create table casework.assessment (
  id uuid primary key,
  item uuid not null references casework.item,
  account uuid not null,
  outcome text not null check (outcome in ('illegal', 'harmful', 'not-actionable')),
  category text not null,
  severity text not null check (severity in ('extreme', 'severe', 'serious', 'minor', 'none')),
  age_band text not null,
  sex text not null check (sex in ('girl', 'boy', 'both', 'unknown')),
  legal_articles text[] not null,
  data_key bytea,
  note bytea,
  at timestamptz not null
);
create index assessment_item on casework.assessment (item, at desc);
create index assessment_at on casework.assessment (at);

create table casework.history (
  id uuid primary key,
  item uuid not null references casework.item,
  at timestamptz not null,
  actor text not null,
  what text not null,
  detail jsonb not null
);
create index history_item on casework.history (item, at);

-- How long somebody looked at content that was made visible, per working day; for the bar, and for breaks.
create table casework.exposure (
  account uuid not null,
  day date not null,
  looks int not null,
  ms bigint not null,
  primary key (account, day)
);
