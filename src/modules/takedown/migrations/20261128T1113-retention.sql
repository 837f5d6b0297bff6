-- What the retention rules may still have to destroy.
create index notice_unpurged on takedown.notice (id) where data_key is not null;
