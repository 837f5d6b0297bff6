-- Before a referral that the law may oblige to: the reporter was warned, or why that was not safe. One each, never changed.
create table referral.warning (
  referral uuid primary key references referral.referral,
  decision text not null check (decision in ('written', 'not-safe')),
  -- Why it was not safe; a code that the pages have words for.
  reason text check ((decision = 'not-safe') = (reason is not null)),
  -- How many reporters were written to.
  reports int not null,
  data_key bytea,
  words bytea,
  account uuid not null,
  at timestamptz not null
);
