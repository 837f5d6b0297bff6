-- A decided appeal has a line that is about no entry: else the log would tell whoever appeals whether a name is listed.
alter table blocking.log_line alter column entry drop not null;
