-- By when each step of the work on an item shall be done. One row a round: what comes back begins anew.
create table casework.clock (
  id uuid primary key,
  item uuid not null references casework.item,
  step text not null check (step in ('assessment', 'told', 'notice', 'removal')),
  state text not null check (state in ('running', 'met', 'dropped')),
  urgency int not null check (urgency between 0 and 3),
  started_at timestamptz not null,
  -- Null until a tick has computed it by the country's calendar (rows of before there were clocks).
  due_at timestamptz,
  ended_at timestamptz,
  breached_at timestamptz,
  -- The mail that told supervisors of the breach.
  alert uuid
);
create unique index clock_running on casework.clock (item, step) where state = 'running';
create index clock_due on casework.clock (due_at) where state = 'running' and breached_at is null;
create index clock_overdue on casework.clock (due_at) where state = 'running' and breached_at is not null;
create index clock_unplanned on casework.clock (id) where state = 'running' and due_at is null;
create index clock_unalerted on casework.clock (breached_at) where breached_at is not null and alert is null;
create index clock_ended on casework.clock (step, ended_at) where state = 'met';
create index clock_started on casework.clock (step, started_at);

create table casework.clock_alert (
  id uuid primary key,
  at timestamptz not null,
  breaches int not null
);
create index clock_alert_at on casework.clock_alert (at);

-- What was there before, as far as its times were kept.
insert into casework.clock (id, item, step, state, urgency, started_at, ended_at)
select gen_random_uuid(), id, 'assessment', case when assessed_at is null then 'running' else 'met' end, urgency,
  first_reported_at, assessed_at
from casework.item where assessed_at is not null or state = 'waiting';
insert into casework.clock (id, item, step, state, urgency, started_at, ended_at)
select gen_random_uuid(), id, 'notice', case when first_notice_at is null then 'running' else 'met' end, urgency,
  assessed_at, first_notice_at
from casework.item where assessed_at is not null and (first_notice_at is not null or state = 'illegal');
insert into casework.clock (id, item, step, state, urgency, started_at, ended_at)
select gen_random_uuid(), id, 'removal', case when gone_at is null then 'running' else 'met' end, urgency,
  first_notice_at, gone_at
from casework.item where first_notice_at is not null and (gone_at is not null or state = 'asked');
