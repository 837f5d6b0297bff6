-- The newest entry of a target that has ended.
create index entry_ended on blocking.entry (kind, target, ended_at desc, id desc) where ended_at is not null;
-- The judgement behind it fell.
alter table blocking.entry drop constraint entry_end_reason_check, add constraint entry_end_reason_check
  check (end_reason in ('gone', 'expired', 'appeal', 'mistake', 'review', 'protected', 'rejected', 'judged-anew'));
