-- What follows from a judgement: removal of what is illegal, or a hint that the site's own terms forbid it.
alter table takedown.notice add column purpose text not null default 'removal' check (purpose in ('removal', 'terms'));
-- Who was chosen: an id of our own table or of the country pack, and what they can do.
alter table takedown.notice add column provider text;
alter table takedown.notice add column reach text
  check (reach in ('provider', 'site', 'host', 'proxy', 'registrar', 'upstream', 'hotline'));
-- Where it was hosted when the notice was traced: autonomous system, and ISO 3166-1 alpha-2 code.
alter table takedown.notice add column network int;
alter table takedown.notice add column hosted_in text;
-- The letter it goes out in with others to the same contact.
alter table takedown.notice add column letter uuid;
-- The provider asked for time until then.
alter table takedown.notice add column more_time_until timestamptz;
alter table takedown.notice drop constraint notice_channel_check;
alter table takedown.notice add constraint notice_channel_check check (channel in ('mail', 'form', 'api'));
alter table takedown.provider drop constraint provider_channel_check;
alter table takedown.provider add constraint provider_channel_check check (channel in ('mail', 'form', 'api'));
create index notice_provider on takedown.notice (provider, sent_at) where sent_at is not null;
