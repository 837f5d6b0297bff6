-- Reports that come by mail. Nobody asked their writer who they are.
alter table reporting.report drop constraint report_channel_check;
alter table reporting.report add constraint report_channel_check check (channel in ('web', 'api', 'operator', 'mail'));
alter table reporting.report drop constraint report_reporter_check;
alter table reporting.report add constraint report_reporter_check
  check (reporter in ('child', 'parent', 'professional', 'witness', 'company', 'unknown'));

-- The folder that is read, under a digest of server, account and folder: how it stands between two rounds.
create table reporting.mail_box (
  id text primary key,
  uid_validity bigint,
  last_round_at timestamptz,
  last_error text check (last_error in ('connect', 'tls', 'login', 'folder', 'move', 'server')),
  last_error_detail text,
  last_error_at timestamptz,
  failures int not null default 0,
  next_round_at timestamptz
);

-- What became of each mail. Written in the transaction of its report: a kill at any moment leaves both or neither.
create table reporting.mail_taken (
  id uuid primary key,
  mailbox text not null references reporting.mail_box,
  uid_validity bigint not null,
  uid bigint not null,
  state text not null check (state in ('trying', 'report', 'known', 'set-aside', 'refused')),
  reason text,
  report uuid references reporting.report,
  -- Keyed digest of what makes it this mail; destroyed by the retention rule "mail-trace".
  content_key bytea unique,
  attempts int not null default 0,
  attachments int not null default 0,
  attachment_types text[] not null default '{}',
  shortened boolean not null default false,
  forwarded boolean not null default false,
  at timestamptz not null,
  -- When the mail server was told to move or delete it, or that it stays where it is.
  settled_at timestamptz,
  -- When somebody said that they have looked at what could not be read.
  seen_at timestamptz,
  answer text not null default 'none' check (answer in ('none', 'due', 'sent', 'failed')),
  answer_attempts int not null default 0,
  answer_next_at timestamptz,
  answered_at timestamptz,
  answer_error text,
  unique (mailbox, uid_validity, uid),
  check ((state = 'report') <= (report is not null)),
  check ((answer = 'none') or (report is not null))
);
create index mail_taken_report on reporting.mail_taken (report) where report is not null;
create index mail_taken_answer on reporting.mail_taken (answer_next_at) where answer = 'due';
create index mail_taken_trace on reporting.mail_taken (id) where content_key is not null;
create index mail_taken_shown on reporting.mail_taken (at) where state in ('trying', 'refused', 'set-aside');

-- Who was written back to within the last day, under a keyed digest; older rows are deleted.
create table reporting.mail_sender (
  sender bytea primary key,
  answered_at timestamptz not null
);
