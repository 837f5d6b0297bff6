-- A question with two buttons on the receipt page: is what was reported still there?
create table reporting.still_there (
  report uuid primary key references reporting.report,
  asked_at timestamptz not null,
  answer text check (answer in ('gone', 'there')),
  answered_at timestamptz
);
