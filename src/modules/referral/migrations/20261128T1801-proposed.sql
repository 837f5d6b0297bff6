-- The programme made this draft itself; it is no more than that until a person has completed it.
alter table referral.referral add column proposed boolean not null default false;
