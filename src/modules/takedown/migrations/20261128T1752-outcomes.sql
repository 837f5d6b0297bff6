-- When the content of a notice was confirmed gone, and when it came back: an item's watch only knows its latest round.
alter table takedown.notice add column gone_at timestamptz;
alter table takedown.notice add column back_at timestamptz;
-- The first look that saw the content more than an hour after the provider had said "removed".
alter table takedown.notice add column contradicted_at timestamptz;
update takedown.notice set gone_at = changed_at where state = 'closed' and sent_at is not null;
update takedown.notice n set contradicted_at = seen.at from (
  select n.id, min(c.at) as at from takedown.notice n join takedown.check c on c.item = n.item and c.round = n.round
    and c.at > n.removed_at + interval '1 hour' and c.state in ('up-same', 'moved-host')
  where n.removed_at is not null group by n.id) seen where seen.id = n.id;
create index notice_said_removed on takedown.notice (changed_at) where removed_at is not null and contradicted_at is null;
-- One provider's card, and all of one period, without reading the rows themselves.
create index notice_figures on takedown.notice (sent_at)
  include (provider, provider_name, network, hosted_in, category, state, purpose, answered_at, gone_at)
  where sent_at is not null;
create index notice_undelivered on takedown.notice (provider, created_at) where sent_at is null and state = 'failed';
