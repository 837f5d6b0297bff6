-- Who works here and how they prove it. Nothing in this schema holds an address of the network.

create table identity.organisation (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('programme', 'hotline', 'helpline', 'security', 'justice', 'care', 'ministry',
    'provider', 'association', 'school', 'observer')),
  -- Codes of provinces and regions; null = the whole country.
  territory text[] check (cardinality(territory) > 0),
  created_at timestamptz not null
);

create table identity.account (
  id uuid primary key,
  organisation uuid not null references identity.organisation,
  name text not null check (length(name) between 1 and 200),
  email text not null unique check (email = lower(email)),
  lang text not null check (lang in ('ar', 'fr', 'en', 'zgh')),
  roles text[] not null check (cardinality(roles) > 0 and roles <@ array['learner', 'teacher', 'parent', 'analyst',
    'senior-analyst', 'on-call', 'helpline', 'supervisor', 'custodian', 'police', 'care-worker', 'partner',
    'association', 'programme-manager', 'observer', 'administrator', 'auditor']),
  state text not null check (state in ('invited', 'active', 'suspended')),
  created_at timestamptz not null
);
create index account_organisation on identity.account (organisation);

create table identity.passkey (
  id text primary key,
  account uuid not null references identity.account,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  device_name text not null check (length(device_name) <= 60),
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_account on identity.passkey (account);

create table identity.password (
  account uuid primary key references identity.account,
  -- PHC string, so that costs can be raised later and old hashes still verify.
  hash text not null check (hash like '$argon2id$%'),
  changed_at timestamptz not null
);

create table identity.totp (
  account uuid not null references identity.account,
  -- A new secret waits until its first code is typed; the old one works until then.
  pending boolean not null,
  data_key bytea not null,
  secret bytea not null,
  created_at timestamptz not null,
  -- The last time step that was accepted: a code seen over a shoulder is worth nothing afterwards.
  last_step bigint not null default 0,
  primary key (account, pending)
);

create table identity.recovery_code (
  account uuid not null references identity.account,
  hash text not null,
  used_at timestamptz,
  primary key (account, hash)
);

create table identity.session (
  token_hash bytea primary key check (length(token_hash) = 32),
  -- What pages and the audit may show; the token itself is nowhere but in the browser.
  id uuid not null unique,
  account uuid not null references identity.account,
  assurance text not null check (assurance in ('half', 'full')),
  factors text[] not null check (factors <@ array['link', 'password', 'totp', 'recovery', 'passkey', 'demo']),
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  idle_seconds integer not null check (idle_seconds > 0)
);
create index session_account on identity.session (account);
create index session_expiry on identity.session (expires_at);

-- WebAuthn challenges: deleted when used, so each works once, on whichever process the answer arrives.
create table identity.challenge (
  hash bytea primary key check (length(hash) = 32),
  purpose text not null check (purpose in ('register', 'sign-in')),
  session uuid,
  expires_at timestamptz not null
);
create index challenge_expiry on identity.challenge (expires_at);

create table identity.setup_link (
  token_hash bytea primary key check (length(token_hash) = 32),
  id uuid not null unique,
  purpose text not null check (purpose in ('administrator', 'invitation', 'demo')),
  account uuid references identity.account,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  check (account is not null or purpose = 'administrator')
);
create index setup_link_account on identity.setup_link (account);

create table identity.api_key (
  id uuid primary key,
  organisation uuid not null references identity.organisation,
  name text not null check (length(name) between 1 and 100),
  prefix text not null unique,
  hash bytea not null check (length(hash) = 32),
  scopes text[] not null check (cardinality(scopes) > 0),
  rate_per_minute integer not null check (rate_per_minute > 0),
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table identity.oncall_shift (
  id uuid primary key,
  account uuid not null references identity.account,
  -- 1 is paged first, 2 when nobody has answered in time.
  position smallint not null check (position in (1, 2)),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at)
);
create index oncall_shift_end on identity.oncall_shift (ends_at);
