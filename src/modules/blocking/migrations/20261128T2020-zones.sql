-- Who may fetch the national list's zones: an Internet provider's servers, by contract.
create table blocking.partner (
  id uuid primary key,
  -- Of kind provider, in identity.
  organisation uuid not null,
  name text not null check (length(name) between 1 and 100),
  -- Where the contract lies; not the contract.
  contract text not null check (length(contract) between 1 and 200),
  from_at timestamptz not null,
  until_at timestamptz,
  bases text[] not null check (cardinality(bases) > 0 and bases <@ array['csam', 'court']),
  -- Addresses and networks that transfers may come from.
  addresses text[] not null default '{}',
  -- Servers that are told of changes, `address` or `address port`.
  notify text[] not null default '{}',
  tls_only boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check (until_at is null or until_at > from_at)
);
create index partner_organisation on blocking.partner (organisation);

-- TSIG keys; the secret is sealed under a data key of its own, and destroyed when the key is retired.
create table blocking.partner_key (
  id uuid primary key,
  partner uuid not null references blocking.partner,
  name text not null unique,
  algorithm text not null check (algorithm in ('hmac-sha256', 'hmac-sha384', 'hmac-sha512')),
  state text not null check (state in ('created', 'active', 'retired')),
  data_key bytea,
  secret bytea,
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz,
  check ((state = 'retired') = (retired_at is not null)),
  check ((state = 'retired') = (secret is null))
);
create index partner_key_partner on blocking.partner_key (partner, created_at);

-- Moves with every change of partners and keys: readers look whether it moved.
create table blocking.partner_head (
  singleton boolean primary key default true check (singleton),
  version bigint not null
);
insert into blocking.partner_head (version) values (0);

-- What the running role says of itself: zones, who has which serial, names that are in no zone.
create table blocking.zone_state (
  singleton boolean primary key default true check (singleton),
  seen_at timestamptz not null,
  changed_at timestamptz not null,
  state jsonb not null
);
