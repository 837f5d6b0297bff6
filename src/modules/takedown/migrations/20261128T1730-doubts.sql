-- What the last look found, as a digest of what a person would judge by: a ruling of "still there" holds until it changes.
alter table takedown.watch add column last_signature text;
alter table takedown.watch add column doubt_since timestamptz;
alter table takedown.watch add column ruled_signature text;
-- The network that the content moved to and that was dealt with.
alter table takedown.watch add column moved_to int;

-- Every withdrawal with what says so; what nobody could look at is counted apart.
create table takedown.withdrawal (
  item uuid not null,
  round int not null,
  by text not null check (by in ('machine', 'person', 'platform-word', 'reporter-word')),
  at timestamptz not null,
  primary key (item, round)
);
create index withdrawal_at on takedown.withdrawal (at);

-- A reporter who can see what we can't was asked whether it is still there.
create table takedown.reporter_word (
  item uuid not null,
  report uuid not null,
  asked_at timestamptz not null,
  asked_by uuid not null,
  answer text check (answer in ('gone', 'there')),
  answered_at timestamptz,
  primary key (item, report)
);
create index reporter_word_report on takedown.reporter_word (report) where answer is null;
