-- Whoever has the link of a notice to a proxy may be the proxy's customer: what is named there waits for one of us.
-- `place` and `contact` are what we accepted; `said_…` is what was named.
alter table takedown.origin_request add column said_place text;
alter table takedown.origin_request add column said_contact text;
alter table takedown.origin_request add column decided_at timestamptz;
alter table takedown.origin_request add column decided_by uuid;
alter table takedown.origin_request drop constraint origin_request_state_check;
alter table takedown.origin_request add constraint origin_request_state_check
  check (state in ('asked', 'named', 'answered', 'refused', 'declined'));
alter table takedown.origin_request add constraint origin_request_named_check
  check (state <> 'named' or said_place is not null or said_contact is not null);
create index origin_request_waiting on takedown.origin_request (ended_at) where state = 'named';
-- How often a notice was addressed to somebody else after it had a contact; a part of its signed link from then on, so
-- that the link of before shows the exact place no more.
alter table takedown.notice add column addressed int not null default 0 check (addressed >= 0);
