-- One open entry of an address for each legal basis: whoever types in a court's order must not learn, by being refused,
-- what is listed on another basis.
drop index blocking.entry_open;
create unique index entry_open on blocking.entry (kind, target, basis)
  where state in ('proposed', 'approved', 'released', 'suspended');
