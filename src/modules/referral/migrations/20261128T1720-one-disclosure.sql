-- Who reported is opened by one flow: a referral asks where everybody asks. Expand: the older table stays, read by nobody
-- new, until a later release drops it.
alter table disclosure.request
  alter column report drop not null,
  add column referral uuid,
  -- The record that its key was made for; older requests of referrals keep theirs.
  add column sealed_as text not null default 'disclosure.request' check (sealed_as in ('disclosure.request', 'referral.disclosure')),
  add constraint request_about check ((report is null) <> (referral is null));
create unique index request_referral_open on disclosure.request (referral) where referral is not null and state = 'asked';
create index request_referral on disclosure.request (referral, requested_at desc) where referral is not null;

-- Also what a process of before still writes while both run. An approval of then had no end; it gets the longest one.
create function referral.move_disclosure() returns trigger language plpgsql as $$
begin
  insert into disclosure.request (id, report, referral, sealed_as, state, fields, data_key, reason, requested_by,
    requested_at, decided_by, decided_at, expires_at)
  values (new.id, null, new.referral, 'referral.disclosure',
    case new.state when 'dropped' then 'withdrawn' else new.state end, array['contact'], new.data_key, new.reason,
    new.asked_by, new.asked_at,
    case when new.state in ('approved', 'refused') then new.decided_by end,
    case when new.state in ('approved', 'refused') then new.decided_at end,
    case when new.state = 'approved' then new.decided_at + interval '72 hours' end)
  on conflict (id) do update set state = excluded.state, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at, expires_at = excluded.expires_at
    where disclosure.request.state = 'asked';
  return null;
end $$;
create trigger disclosure_moved after insert or update of state on referral.disclosure
  for each row execute function referral.move_disclosure();
-- Each row once through it.
update referral.disclosure set state = state;
-- A reason has one place, so that destroying its key destroys it.
update referral.disclosure set data_key = null, reason = null;
