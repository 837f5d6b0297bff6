-- When the content of a notice was confirmed gone, and when it came back: an item's watch only knows its latest round.
alter table takedown.notice add column gone_at timestamptz;
alter table takedown.notice add column back_at timestamptz;
update takedown.notice set gone_at = changed_at where state = 'closed' and sent_at is not null;
-- One provider's card, and all of one period, without reading the rows themselves.
create index notice_figures on takedown.notice (sent_at)
  include (provider, provider_name, network, hosted_in, category, state, purpose, answered_at, gone_at)
  where sent_at is not null;
create index notice_undelivered on takedown.notice (provider, created_at) where sent_at is null and state = 'failed';
