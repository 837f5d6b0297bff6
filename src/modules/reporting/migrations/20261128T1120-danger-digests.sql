-- Many dangers in a short time: what is over the measure for one mailbox or webhook is gathered into one message.
create table reporting.page_digest (
  id uuid primary key,
  channel text not null check (channel in ('mail', 'webhook')),
  target text not null,
  state text not null check (state in ('due', 'sent', 'failed', 'dropped')),
  attempts int not null,
  next_try_at timestamptz not null,
  made_at timestamptz not null,
  sent_at timestamptz,
  last_error text
);
create index page_digest_due on reporting.page_digest (next_try_at) where state = 'due';
create index page_digest_target on reporting.page_digest (channel, target, made_at);

alter table reporting.page_delivery
  add column planned_at timestamptz,
  add column digest uuid references reporting.page_digest;
alter table reporting.page_delivery drop constraint page_delivery_state_check;
alter table reporting.page_delivery add constraint page_delivery_state_check
  check (state in ('due', 'gathered', 'sent', 'failed', 'dropped'));
create index page_delivery_planned on reporting.page_delivery (planned_at);
create index page_delivery_gathered on reporting.page_delivery (channel, target) where state = 'gathered';
create index page_delivery_digest on reporting.page_delivery (digest) where digest is not null;
