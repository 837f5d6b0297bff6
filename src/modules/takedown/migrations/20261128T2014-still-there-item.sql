-- Questions that stood open for a whole report become one for each item that was asked about.
insert into reporting.still_there_item (id, report, item, asked_at)
  select gen_random_uuid(), w.report, w.item, w.asked_at from takedown.reporter_word w
  where w.answer is null and exists (
    select from reporting.still_there s where s.report = w.report and s.answer is null)
  on conflict do nothing;
