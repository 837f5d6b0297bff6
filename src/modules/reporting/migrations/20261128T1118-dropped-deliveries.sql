-- A mail or call whose danger was taken before its turn came is not sent any more.
alter table reporting.page_delivery drop constraint page_delivery_state_check;
alter table reporting.page_delivery add constraint page_delivery_state_check
  check (state in ('due', 'sent', 'failed', 'dropped'));
