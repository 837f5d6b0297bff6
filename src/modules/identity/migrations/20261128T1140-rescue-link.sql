-- A link that an operator prints on the server for an administrator who lost every way to sign in.
alter table identity.setup_link drop constraint setup_link_purpose_check;
alter table identity.setup_link add constraint setup_link_purpose_check
  check (purpose in ('administrator', 'invitation', 'demo', 'rescue'));
