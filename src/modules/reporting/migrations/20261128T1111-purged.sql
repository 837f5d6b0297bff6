-- When the words of a report were destroyed by the retention rules; its reporter is told so.
alter table reporting.report add column purged_at timestamptz;
