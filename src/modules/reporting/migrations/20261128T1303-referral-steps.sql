-- What a body did with a referral is told to the reporter, in words that name nothing.
alter table reporting.progress drop constraint progress_step_check;
alter table reporting.progress add constraint progress_step_check
  check (step in ('received', 'read', 'asked-reporter', 'referred', 'referral-accepted', 'referral-answered', 'asked-site',
    'site-answered', 'gone', 'back', 'harmful', 'not-actionable', 'not-substantiated', 'closed'));
