-- Whom somebody chose to warn before a referral that the law may oblige to: report by report, for one of them may be the
-- person it is about. They are written to when it is sent. Earlier decisions have none: there everybody was written to.
create table referral.warned (
  referral uuid not null references referral.warning,
  report uuid not null,
  -- null: not sent yet, or the mailbox was gone by then.
  told_at timestamptz,
  primary key (referral, report)
);
