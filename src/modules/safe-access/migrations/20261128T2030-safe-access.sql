-- Families, the profiles of their children and of school classes, and what they agreed on. Nicknames and names of sites that
-- somebody asked for are sealed. Nowhere is there a list of what was visited.

create table safe_access.family (
  id uuid primary key,
  created_at timestamptz not null,
  -- The day of the last deed of a parent: families nobody uses any more are destroyed by rule.
  active_on date not null
);

create table safe_access.family_parent (
  family uuid not null references safe_access.family on delete cascade,
  -- identity.account
  account uuid not null,
  added_at timestamptz not null,
  primary key (family, account)
);
create index family_parent_account on safe_access.family_parent (account);

create table safe_access.family_invitation (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  family uuid not null references safe_access.family on delete cascade,
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index family_invitation_family on safe_access.family_invitation (family);

create table safe_access.profile (
  id uuid primary key,
  family uuid references safe_access.family,
  -- identity.organisation of kind school
  school uuid,
  -- Destroyed with the profile: what was sealed with it can't be read from backups either.
  data_key bytea,
  label bytea,
  lang text not null check (lang in ('ar', 'fr', 'en', 'zgh')),
  rules jsonb not null,
  revision integer not null check (revision > 0),
  paused_until timestamptz,
  bonus_until timestamptz,
  -- Kinds that bonus opens; null with a time = all that windows close.
  bonus_opens text[],
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- It is gone for people and resolvers; the row tells resolvers so for a while.
  removed_at timestamptz,
  -- Transaction of the last change of anything a resolver knows of it: a reader that polls asks for what is not older
  -- than the oldest one still running at its last look, and so misses none, in whatever order they commit.
  changed_xid xid8 not null default pg_current_xact_id(),
  check (removed_at is not null or (family is null) <> (school is null)),
  check (bonus_opens is null or bonus_until is not null)
);
create index profile_family on safe_access.profile (family) where removed_at is null;
create index profile_school on safe_access.profile (school) where removed_at is null;
create index profile_changed on safe_access.profile (changed_xid);

-- Rules over time, so that both sides can see what was changed when.
create table safe_access.profile_revision (
  profile uuid not null references safe_access.profile on delete cascade,
  revision integer not null,
  rules jsonb not null,
  at timestamptz not null,
  cause text not null check (cause in ('set-up', 'changed', 'pact', 'request')),
  primary key (profile, revision)
);

-- Sites that a parent opened for a while.
create table safe_access.profile_opened (
  id uuid primary key,
  profile uuid not null references safe_access.profile on delete cascade,
  name bytea not null,
  until timestamptz not null
);
create index profile_opened_profile on safe_access.profile_opened (profile);
create index profile_opened_until on safe_access.profile_opened (until);

create table safe_access.device (
  id text primary key check (id ~ '^[a-z2-7]{12}$'),
  profile uuid not null references safe_access.profile on delete cascade,
  kind text not null check (kind in ('android', 'iphone', 'windows', 'mac', 'linux', 'router', 'other')),
  label bytea not null,
  created_at timestamptz not null,
  -- A day, never a time.
  seen_on date
);
create index device_profile on safe_access.device (profile);

-- Lines of schools: whoever asks from there without an id has the profile's rules. Nothing about who asked is in here.
create table safe_access.network (
  network cidr primary key,
  profile uuid not null references safe_access.profile on delete cascade,
  added_at timestamptz not null
);
create index network_profile on safe_access.network (profile);

-- The child's way in without an account.
create table safe_access.child_link (
  profile uuid primary key references safe_access.profile on delete cascade,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  created_at timestamptz not null
);

create table safe_access.pact (
  id uuid primary key,
  profile uuid not null references safe_access.profile on delete cascade,
  version integer not null,
  -- Terms as JSON, sealed: they hold promises in people's own words.
  terms bytea not null,
  state text not null check (state in ('proposed', 'agreed', 'replaced')),
  parent_agreed_at timestamptz,
  child_agreed_at timestamptz,
  created_at timestamptz not null,
  unique (profile, version),
  check (state <> 'agreed' or (parent_agreed_at is not null and child_agreed_at is not null))
);
create unique index pact_proposed on safe_access.pact (profile) where state = 'proposed';
create unique index pact_agreed on safe_access.pact (profile) where state = 'agreed';

create table safe_access.request (
  id uuid primary key,
  profile uuid not null references safe_access.profile on delete cascade,
  name bytea not null,
  -- Keyed index of the name, to find the one that waits already.
  name_index bytea not null,
  state text not null check (state in ('asked', 'granted-for-a-time', 'granted-for-good', 'refused', 'expired')),
  reason text check (reason in ('not-for-your-age', 'after-homework', 'let-us-talk', 'another-site', 'not-now')),
  until timestamptz,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  answered_by uuid,
  -- When it came to its end, for the rule that destroys it.
  ended_at timestamptz,
  check ((state = 'refused') = (reason is not null)),
  check (state <> 'granted-for-a-time' or until is not null)
);
create index request_profile on safe_access.request (profile, asked_at desc);
create unique index request_waiting on safe_access.request (profile, name_index) where state = 'asked';
create index request_due on safe_access.request (expires_at) where state = 'asked';
create index request_ended on safe_access.request (id) where ended_at is not null;

-- What was blocked, where a family asked to keep it: 30 days at most.
create table safe_access.blocked_count (
  profile uuid not null references safe_access.profile on delete cascade,
  day date not null,
  what text not null,
  n integer not null check (n > 0),
  primary key (profile, day, what)
);
create index blocked_count_day on safe_access.blocked_count (day);
create table safe_access.blocked_name (
  profile uuid not null references safe_access.profile on delete cascade,
  day date not null,
  name_index bytea not null,
  name bytea not null,
  what text not null,
  n integer not null check (n > 0),
  primary key (profile, day, name_index)
);
create index blocked_name_day on safe_access.blocked_name (day);

-- What people say against a list's category of a name. No family, no child and no device is in it.
create table safe_access.contest (
  id uuid primary key,
  name text not null,
  category text not null,
  times integer not null check (times > 0),
  state text not null check (state in ('open', 'taken-off', 'kept')),
  first_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid,
  check ((state = 'open') = (decided_at is null))
);
create unique index contest_open on safe_access.contest (name, category) where state = 'open';
create index contest_freed on safe_access.contest (name) where state = 'taken-off';
-- How often a profile contested today: so that nobody can flood the desk.
create table safe_access.contest_budget (
  profile uuid not null references safe_access.profile on delete cascade,
  day date not null,
  used integer not null,
  primary key (profile, day)
);
