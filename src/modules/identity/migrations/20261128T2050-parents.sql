-- Parents come by themselves: an address that can be read is all they show, a link by mail each time (or a passkey).

alter table identity.organisation drop constraint organisation_kind_check;
alter table identity.organisation add constraint organisation_kind_check
  check (kind in ('programme', 'hotline', 'helpline', 'security', 'justice', 'care', 'ministry', 'provider',
    'association', 'school', 'observer', 'families'));
-- All parents' accounts stand in one organisation, which nobody makes by hand.
create unique index organisation_families on identity.organisation (kind) where kind = 'families';

alter table identity.session drop constraint session_factors_check;
alter table identity.session add constraint session_factors_check
  check (factors <@ array['link', 'password', 'totp', 'recovery', 'passkey', 'demo', 'mail']);

-- One request for a sign-in link. The link's token and code are MACs over its id: nothing here opens anything.
create table identity.mail_link (
  id uuid primary key,
  data_key bytea not null,
  -- Sealed: most rows are of addresses that have no account, and some of those never will.
  email bytea not null,
  lang text not null check (lang in ('ar', 'fr', 'en', 'zgh')),
  -- By what requests are counted: a keyed name of the address, or the browser that is known to it.
  counted text not null,
  -- Of the cookie of the browser that asked; the link works in no other.
  browser_hash bytea not null check (length(browser_hash) = 32),
  code_tries smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index mail_link_counted on identity.mail_link (counted, created_at);
create index mail_link_created on identity.mail_link (created_at);
create index mail_link_browser on identity.mail_link (browser_hash);
