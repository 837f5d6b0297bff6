-- Reports that have not been looked at yet: whether somebody waits for an answer behind them.
create table helpline.inbox (
  report uuid primary key,
  at timestamptz not null
);

-- The mailbox of one report, as those who answer see it. No words stand here.
create table helpline.conversation (
  report uuid primary key,
  state text not null
    check (state in ('new', 'taken', 'waiting-for-reporter', 'waiting-for-us', 'closing', 'closed')),
  language text not null,
  child boolean not null,
  age_band text not null,
  category text not null,
  danger boolean not null,
  opened_at timestamptz not null,
  waiting_since timestamptz,
  last_message uuid,
  first_waited_at timestamptz,
  first_answer_at timestamptz,
  holder uuid,
  changed_at timestamptz not null,
  closed_at timestamptz
);
create index conversation_waiting on helpline.conversation (danger desc, waiting_since, report) where waiting_since is not null;
create index conversation_state on helpline.conversation (state, changed_at desc);
create index conversation_opened on helpline.conversation (opened_at);

create table helpline.note (
  id uuid primary key,
  report uuid not null references helpline.conversation,
  kind text not null check (kind in ('hand-over', 'call-back')),
  author uuid not null,
  recipient uuid,
  data_key bytea,
  body bytea,
  at timestamptz not null
);
create index note_report on helpline.note (report, at);
create index note_unpurged on helpline.note (id) where data_key is not null;

create table helpline.crisis (
  id uuid primary key,
  report uuid not null references helpline.conversation,
  script text not null,
  started_by uuid not null,
  started_at timestamptz not null,
  ended_by uuid,
  ended_at timestamptz
);
create index crisis_report on helpline.crisis (report, started_at);
create unique index crisis_open on helpline.crisis (report, script) where ended_at is null;
create table helpline.crisis_step (
  crisis uuid not null references helpline.crisis,
  step text not null,
  account uuid not null,
  at timestamptz not null,
  primary key (crisis, step)
);

-- Who answered what when, for the quality sample; the words stay in the mailbox.
create table helpline.answer (
  message uuid primary key,
  report uuid not null references helpline.conversation,
  account uuid not null,
  at timestamptz not null
);
create index answer_at on helpline.answer (at);
create table helpline.quality (
  id uuid primary key,
  report uuid not null,
  message uuid not null unique,
  answered_by uuid not null,
  reviewed_by uuid not null,
  passed text[] not null,
  failed text[] not null,
  at timestamptz not null
);
create index quality_at on helpline.quality (at);

-- A child's care plan: what is needed, who does it, until when, done. Nobody of the family has a way to it.
create table helpline.care_plan (
  id uuid primary key,
  report uuid not null unique references helpline.conversation,
  state text not null check (state in ('open', 'closed')),
  territory text[],
  opened_by uuid not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  changed_at timestamptz not null
);
create index care_plan_state on helpline.care_plan (state, opened_at);
create table helpline.care_need (
  id uuid primary key,
  plan uuid not null references helpline.care_plan,
  need text not null,
  data_key bytea,
  who bytea,
  due date,
  done_at timestamptz,
  done_by uuid,
  at timestamptz not null
);
create index care_need_plan on helpline.care_need (plan, at);
create table helpline.care_referral (
  id uuid primary key,
  plan uuid not null references helpline.care_plan,
  service text not null,
  basis text not null check (basis in ('consent', 'best-interests')),
  state text not null
    check (state in ('awaits-second', 'refused', 'agreed', 'passed-on', 'accepted', 'declined')),
  data_key bytea,
  reason bytea,
  proposed_by uuid not null,
  proposed_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  told_at timestamptz,
  answered_at timestamptz,
  -- Overriding a child's no takes two people.
  check (basis = 'consent' or decided_by is null or decided_by <> proposed_by)
);
create index care_referral_plan on helpline.care_referral (plan, proposed_at);

-- Messages that came before there was a desk for them wait for an answer too.
insert into helpline.inbox (report, at)
  select report, min(at) from reporting.message where author = 'reporter' and read_at is null group by report;
