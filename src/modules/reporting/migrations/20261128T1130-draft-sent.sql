-- Drafts whose report was sent are deleted after a day: found by this, not by reading every draft each minute.
create index draft_sent on reporting.draft (touched_at) where state = 'sent';
