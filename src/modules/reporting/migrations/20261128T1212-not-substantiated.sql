-- An accusation that nothing bore out has ended; its reporter is told in words of its own.
alter table reporting.progress drop constraint progress_step_check;
alter table reporting.progress add constraint progress_step_check
  check (step in ('received', 'read', 'asked-reporter', 'referred', 'asked-site', 'site-answered', 'gone', 'back',
    'harmful', 'not-actionable', 'not-substantiated', 'closed'));
