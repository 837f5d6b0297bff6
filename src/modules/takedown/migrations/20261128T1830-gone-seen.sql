-- What was closed only by a provider's or a reporter's word was not seen to be gone, and measures nobody.
update takedown.notice n set gone_at = null, back_at = null from takedown.withdrawal w
  where w.item = n.item and w.round = n.round and w.by not in ('machine', 'person') and n.gone_at is not null;
