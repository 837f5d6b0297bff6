-- Why an item is as urgent as it is: the facts that its reports gave, the reasons that followed, and what a person set.
alter table casework.item add column facts jsonb;
alter table casework.item add column reasons jsonb not null default '[]';
alter table casework.item add column set_urgency int check (set_urgency between 0 and 3);

-- A person raised or lowered the priority, and says why; the words are sealed as an assessment's are.
create table casework.priority_change (
  id uuid primary key,
  item uuid not null references casework.item,
  account uuid not null,
  from_urgency int not null check (from_urgency between 0 and 3),
  to_urgency int not null check (to_urgency between 0 and 3),
  data_key bytea,
  reason bytea,
  at timestamptz not null
);
create index priority_change_item on casework.priority_change (item, at desc);
create index priority_change_unpurged on casework.priority_change (id) where data_key is not null;
