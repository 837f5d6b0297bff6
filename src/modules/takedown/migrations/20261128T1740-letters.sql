-- What goes out to one contact under one Message-ID: the notices that waited for one another. The row is the outbox.
create table takedown.letter (
  id uuid primary key,
  -- `taken-back` tells those who had a notice that it no longer stands.
  kind text not null check (kind in ('request', 'taken-back')),
  state text not null check (state in ('gathering', 'trying', 'sent', 'failed', 'closed')),
  contact text not null,
  channel text not null check (channel in ('mail', 'api')),
  language text not null check (language in ('ar', 'fr', 'en', 'zgh')),
  purpose text not null check (purpose in ('removal', 'terms')),
  -- For content that came back.
  again boolean not null,
  -- Goes at once, at any hour.
  urgent boolean not null,
  provider text,
  provider_name text,
  -- Takes no more notices, though it has not gone yet.
  filled boolean not null,
  -- When it may go, or be tried again.
  due_at timestamptz not null,
  attempts int not null,
  lease_until timestamptz,
  last_error text,
  message_id text not null unique,
  -- The notices in it, in their order, fixed at the first try: nobody joins after that, and who leaves does not come back
  -- into a letter that was tried without them.
  notices uuid[] not null,
  opened_at timestamptz not null,
  tried_at timestamptz,
  changed_at timestamptz not null,
  sent_at timestamptz,
  check ((tried_at is null) = (notices = '{}'))
);
-- One that gathers for each contact: two processes can't open two.
create unique index letter_gathering on takedown.letter (kind, lower(contact), channel, language, purpose, again, urgent)
  where state = 'gathering' and not filled;
create index letter_due on takedown.letter (due_at) where state in ('gathering', 'trying');
create index letter_changed on takedown.letter (state, changed_at desc);

-- Notices of one letter share its Message-ID.
alter table takedown.notice drop constraint notice_message_id_key;
create index notice_letter on takedown.notice (letter) where letter is not null;
create index notice_told on takedown.notice (lower(contact)) where sent_at is not null;
-- The letter that told the provider that this notice no longer stands.
alter table takedown.notice add column counter_letter uuid;
create index notice_counter_letter on takedown.notice (counter_letter) where counter_letter is not null;
create index notice_to_take_back on takedown.notice (id)
  where state = 'taken-back' and sent_at is not null and counter_letter is null;
-- Those of before were told by their pages.
update takedown.notice set counter_letter = '00000000-0000-0000-0000-000000000000' where state = 'taken-back';

-- How a provider wants its letters: exact addresses in the mail itself only where that was agreed; what opens its
-- interface is sealed; and a paragraph of its own by language.
alter table takedown.provider add column attach text not null default 'link' check (attach in ('link', 'plain'));
alter table takedown.provider add column extra jsonb not null default '{}';
alter table takedown.provider add column data_key bytea;
alter table takedown.provider add column api_token bytea;
