-- When staff first opened the item after this report came: the reporter is told "read" once, whoever opens it how often.
alter table casework.item_report add column read_at timestamptz;
create index item_report_unread on casework.item_report (item) where read_at is null;
-- The item page shows the newest reports of an item that may have very many.
create index item_report_newest on casework.item_report (item, at desc, report);

-- Every filter of the queue walks one of these in the queue's own order.
drop index casework.item_host;
create index item_queue_kind on casework.item (state, kind, urgency, first_reported_at, id);
create index item_queue_host on casework.item (host, state, urgency, first_reported_at, id) where host is not null;
create index item_queue_registrable on casework.item (registrable, state, urgency, first_reported_at, id)
  where registrable is not null;
