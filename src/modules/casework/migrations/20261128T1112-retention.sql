-- What the retention rules have done to a report, so that the oldest that is left is found at once.
alter table casework.item_report add column purged_at timestamptz;
alter table casework.item_report add column contact_purged_at timestamptz;
create index item_report_unpurged on casework.item_report (report) where purged_at is null;
create index item_report_contact_unpurged on casework.item_report (report) where contact_purged_at is null;
create index assessment_unpurged on casework.assessment (id) where data_key is not null;
