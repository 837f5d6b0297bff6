-- Somebody at the helpline asks a supervisor to come in.
alter table reporting.danger_page drop constraint danger_page_subject_kind_check;
alter table reporting.danger_page add constraint danger_page_subject_kind_check
  check (subject_kind in ('report', 'draft', 'message', 'crisis'));
-- What waits for an answer is asked for by report.
create index message_unanswered on reporting.message (report) where author = 'reporter' and read_at is null;
