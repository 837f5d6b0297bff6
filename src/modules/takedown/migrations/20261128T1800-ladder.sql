-- A reminder, or the word that it is there although it was said to be removed, is a notice of its own to the same
-- contact: the outbox sends it like any other. Its link leads to the first one's page.
alter table takedown.notice add column kind text not null default 'ask'
  check (kind in ('ask', 'reminder', 'contradiction'));
alter table takedown.notice add column reminder_of uuid references takedown.notice;
alter table takedown.notice add column first_sent_at timestamptz;
-- When it was last seen there, as the reminder says.
alter table takedown.notice add column seen_at timestamptz;
alter table takedown.notice add constraint notice_reminder check ((kind = 'ask') = (reminder_of is null));
create index notice_reminders on takedown.notice (reminder_of) where reminder_of is not null;

-- Where an item's round stands on the ladder of those who can be asked. `next_at`: when to look at it again.
create table takedown.ladder (
  item uuid not null,
  round int not null check (round > 0),
  -- The step that was decided last and its reason; shown, and counted.
  step text not null check (step in ('new', 'stop', 'wait', 'person', 'retrace', 'remind', 'contradict', 'ask', 'exhausted')),
  reason text not null,
  rung text check (rung in ('host', 'site', 'registrar', 'upstream')),
  until timestamptz,
  changed_at timestamptz not null,
  next_at timestamptz,
  -- The newest trace of the whole round; first notices keep theirs.
  trace uuid references takedown.trace,
  traced_at timestamptz,
  -- A person looked and saw it, where no machine can tell.
  seen_at timestamptz,
  seen_by uuid,
  -- May the site's owner be told, where the owner may be the one who did it?
  owner_cleared boolean,
  cleared_at timestamptz,
  cleared_by uuid,
  cleared_ground text check (cleared_ground in ('police', 'supervisor')),
  primary key (item, round)
);
create index ladder_due on takedown.ladder (next_at) where next_at is not null;
create index ladder_open on takedown.ladder (step, changed_at) where step <> 'stop';

-- What was done on the ladder. The key makes each deed happen once, whoever ticks.
create table takedown.ladder_step (
  id uuid primary key,
  item uuid not null,
  round int not null,
  key text not null,
  at timestamptz not null,
  kind text not null check (kind in ('ask', 'remind', 'contradict', 'exhausted', 'confirm', 'hotline', 'seen', 'clearance')),
  reason text not null,
  rung text,
  notice uuid references takedown.notice,
  actor text not null,
  unique (item, round, key)
);

-- What a provider disagrees with, in order; the words are sealed with the notice's key.
create table takedown.dispute (
  id uuid primary key,
  notice uuid not null references takedown.notice,
  item uuid not null,
  ground text not null check (ground in ('not-illegal-here', 'wrong-address', 'already-removed', 'not-ours', 'other')),
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  opened_at timestamptz not null,
  due_at timestamptz not null,
  alarmed_at timestamptz,
  -- `dropped`: the provider removed it after all.
  decision text check (decision in ('upheld', 'withdrawn', 'dropped')),
  decided_at timestamptz,
  -- Null with a decision: answered by an earlier one on the same ground.
  decided_by uuid,
  answered_by uuid references takedown.dispute,
  -- Whom they named instead.
  words bytea,
  named bytea,
  reason bytea,
  told_at timestamptz,
  check ((decision is null) = (decided_at is null))
);
create index dispute_notice on takedown.dispute (notice, opened_at desc);
create index dispute_item on takedown.dispute (item);
create index dispute_due on takedown.dispute (due_at) where decision is null;

-- A time that a provider asked for; why is sealed with the notice's key.
create table takedown.more_time (
  id uuid primary key,
  notice uuid not null references takedown.notice,
  at timestamptz not null,
  until timestamptz not null,
  why bytea
);
create index more_time_notice on takedown.more_time (notice, at);

-- Items whose judgement leads to a foreign hotline; `referral` once a draft was made.
create table takedown.hotline (
  item uuid primary key,
  wanted boolean not null,
  -- Null with a time: no hotline is known for where it is hosted.
  body text,
  country text,
  referral uuid,
  at timestamptz
);

-- What stops a case: suggested by the machine, or a person's word.
create table takedown.stopper (
  item uuid not null,
  round int not null,
  reason text not null,
  state text not null check (state in ('suggested', 'confirmed', 'dismissed')),
  since timestamptz not null,
  by uuid,
  at timestamptz not null,
  primary key (item, round, reason)
);

-- What is under way gets its place on the ladder.
insert into takedown.ladder (item, round, step, reason, changed_at, next_at)
  select item, round, 'new', 'new', max(created_at), max(created_at) from takedown.notice
  where purpose = 'removal' and state not in ('closed', 'cancelled', 'taken-back')
  group by item, round;
-- Disputes of before have their row too.
insert into takedown.dispute (id, notice, item, ground, language, opened_at, due_at, decision, decided_at, decided_by, words, reason)
  select id, id, item, 'other', language, coalesce(answered_at, changed_at), coalesce(answered_at, changed_at),
    dispute_decision, decided_at, decided_by, answer, decision_reason
  from takedown.notice where answer is not null or state = 'disputed';
