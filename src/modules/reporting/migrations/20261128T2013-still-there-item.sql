-- "Is it still there?" is asked for each thing that a report names, and answered for each. The table with one answer for
-- the whole report stays for processes that are older than this.
create table reporting.still_there_item (
  -- What the form of the receipt page sends; it says nothing of the item, which other reporters share.
  id uuid primary key,
  report uuid not null references reporting.report,
  -- Belongs to a module downstream, which asks.
  item uuid not null,
  -- Where the report names it, by ordinal; the words are shown from there, so that they go with the report.
  link smallint,
  account smallint,
  asked_at timestamptz not null,
  answer text check (answer in ('gone', 'there')),
  answered_at timestamptz,
  unique (report, item)
);
