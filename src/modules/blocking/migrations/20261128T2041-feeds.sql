-- Which organisation has which file of the list at which serial: who is behind, and whom a leak may have come from.
create table blocking.feed_fetch (
  organisation uuid not null,
  feed text not null,
  serial bigint not null,
  first_at timestamptz not null,
  at timestamptz not null,
  primary key (organisation, feed)
);
