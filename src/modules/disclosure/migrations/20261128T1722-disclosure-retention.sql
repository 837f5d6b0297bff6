-- Requests whose reasons are still there: what the retention rule looks through.
create index request_unpurged on disclosure.request (id) where data_key is not null;
