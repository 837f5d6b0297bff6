-- The public half of an opener's key. The private half is made in a browser and comes here only wrapped by a passphrase.
create table evidence.key (
  id uuid primary key,
  account uuid not null,
  label text not null check (length(label) between 1 and 80),
  recipient text not null unique check (recipient like 'age1%'),
  -- An age file (armoured) under a passphrase that never comes here; null when the holder keeps it elsewhere.
  wrapped text check (length(wrapped) <= 4096),
  created_at timestamptz not null,
  removed_at timestamptz
);
create index key_account on evidence.key (account);

create table evidence.capture (
  id uuid primary key,
  item uuid not null,
  state text not null check (state in ('requested', 'capturing', 'sealed', 'sealed-untimed', 'failed')),
  url text not null,
  -- Nothing pictorial is kept.
  masked boolean not null,
  requested_by uuid not null,
  requested_at timestamptz not null,
  begun_at timestamptz,
  -- Why there is none.
  reason text,
  facts jsonb,
  -- Its place in the chain: the manifest names the one before it.
  seq bigint unique,
  previous bytea,
  manifest_sha256 bytea check (length(manifest_sha256) = 32),
  signature bytea check (length(signature) = 64),
  sealed_at timestamptz,
  package_sha256 bytea,
  package_bytes bigint,
  -- Keys it was encrypted to; 'recovery' is the offline one of the configuration.
  sealed_to text[],
  deposit_sha256 bytea,
  deposit_bytes bigint,
  -- The authority's answer and its time; asked for again until it comes.
  stamp bytea,
  stamped_at timestamptz,
  stamp_error text,
  next_stamp_at timestamptz,
  check (state not in ('sealed', 'sealed-untimed') or (seq is not null and package_sha256 is not null)),
  check (state <> 'sealed' or stamp is not null),
  check (state <> 'failed' or reason is not null)
);
create index capture_item on evidence.capture (item, requested_at desc);
create index capture_stamp on evidence.capture (next_stamp_at) where state = 'sealed-untimed';

-- Who touched what: one row a touch, never changed.
create table evidence.custody (
  id uuid primary key,
  capture uuid references evidence.capture,
  key uuid references evidence.key,
  at timestamptz not null,
  actor text not null,
  what text not null,
  detail jsonb not null,
  check (capture is not null or key is not null)
);
create index custody_capture on evidence.custody (capture, at, id);
create index custody_key on evidence.custody (key, at, id);
