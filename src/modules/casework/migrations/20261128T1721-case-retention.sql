-- Cases whose title is still there: what the retention rule looks through.
create index case_unpurged on casework."case" (id) where data_key is not null;
