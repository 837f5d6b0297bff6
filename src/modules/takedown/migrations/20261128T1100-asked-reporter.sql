-- Who was asked whether a notice may go out although few can see the content: a yes counts for those who gave it.
create table takedown.asked_reporter (
  item uuid not null,
  report uuid not null,
  at timestamptz not null,
  primary key (item, report)
);
