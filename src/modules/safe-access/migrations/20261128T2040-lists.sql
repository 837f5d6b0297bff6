-- Where names of kinds of content come from, and what came. The names themselves are files beside the database: millions
-- of rows that are only ever read as a whole, to lay out a table of them.
create table safe_access.list (
  id text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 60),
  title text not null,
  origin text not null check (origin in ('address', 'upload', 'repository')),
  -- An address, or a file of the country pack.
  address text,
  format text not null check (format in ('hosts', 'plain', 'adblock', 'dnsmasq', 'rpz', 'csv', 'ut1')),
  -- Of every name; in mixed lists, of names that bring no word of their own.
  category text,
  -- A mixed list's words to our categories.
  categories jsonb not null default '{}',
  -- Each name of a hosts file stands for what is below it too.
  below boolean not null default false,
  -- SPDX identifier, or what the source says.
  licence text not null check (licence <> ''),
  attribution text not null,
  enabled boolean not null,
  -- When it is looked at next; null for what nobody fetches.
  due_at timestamptz,
  -- The last look, also one that found nothing new.
  looked_at timestamptz,
  etag text,
  modified text,
  fault text,
  fault_detail text,
  fault_at timestamptz,
  failures integer not null default 0,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check ((origin = 'upload') = (address is null)),
  check (category is not null or format in ('csv', 'ut1'))
);
create index list_due on safe_access.list (due_at) where due_at is not null;

-- What a look or an upload brought, and whether it is in use.
create table safe_access.list_version (
  id uuid primary key,
  list text not null references safe_access.list,
  number integer not null check (number > 0),
  state text not null check (state in ('waiting', 'active', 'superseded', 'refused')),
  -- Of the file as it came.
  sha256 bytea not null check (octet_length(sha256) = 32),
  bytes bigint not null,
  -- What was never to be blocked when it was read.
  protection bytea not null,
  taken integer not null check (taken > 0),
  by_category jsonb not null,
  skipped jsonb not null,
  -- The first of the names that were left out because they are never blocked.
  protected jsonb not null,
  fetched_at timestamptz not null,
  -- Who brought it, and who decided about a big change: `account:<uuid>` or `system`.
  brought_by text not null,
  decided_by text,
  decided_at timestamptz,
  unique (list, number)
);
create unique index list_version_active on safe_access.list_version (list) where state = 'active';
create unique index list_version_waiting on safe_access.list_version (list) where state = 'waiting';

-- Tables that were laid out of all lists in use; the serial stands in the table's header.
create sequence safe_access.list_build_serial;
create table safe_access.list_build (
  serial bigint primary key,
  at timestamptz not null,
  rules integer not null,
  exceptions_left_out integer not null,
  versions uuid[] not null
);
