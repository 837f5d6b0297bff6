-- What lies below a name, read from behind.
create index item_host_below on casework.item (reverse(host) text_pattern_ops);
