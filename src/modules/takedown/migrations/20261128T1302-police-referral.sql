-- What the police were sent about an item that a notice waits for, as the referral module told us.
create table takedown.police_referral (
  referral uuid primary key,
  item uuid not null,
  code text not null,
  body text not null,
  state text not null,
  hold boolean not null,
  hold_until timestamptz,
  sent_at timestamptz not null,
  may_proceed_at timestamptz,
  may_proceed_by uuid
);
create index police_referral_item on takedown.police_referral (item, sent_at desc);
