-- What lets two reports be seen to belong together without opening either: keyed digests of phone numbers and wallets that
-- their words name, and of a sketch of the words themselves. Nobody can read a word out of them, nor try words without the key.
create table reporting.report_mark (
  report uuid not null references reporting.report on delete cascade,
  kind text not null check (kind in ('phone', 'wallet', 'words')),
  mark bytea not null,
  primary key (report, kind, mark)
);
create index report_mark_mark on reporting.report_mark (mark, kind);
