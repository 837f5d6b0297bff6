-- Set when the sealed package was destroyed by the retention rules.
alter table evidence.capture add column purged_at timestamptz;
create index capture_unpurged on evidence.capture (id) where package_sha256 is not null and purged_at is null;
