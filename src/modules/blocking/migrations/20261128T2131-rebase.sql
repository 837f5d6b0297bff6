-- A person asks that the large zones are brought up to date now: the role `zones` looks at the number and says which one it did.
create table blocking.rebase_request (
  singleton boolean primary key default true check (singleton),
  number bigint not null,
  asked_at timestamptz
);
insert into blocking.rebase_request (number) values (0);
