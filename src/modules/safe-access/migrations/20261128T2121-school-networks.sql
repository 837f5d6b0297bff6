-- The lines of a school as a whole, as its contract says. A school divides them among its classes itself: a class's network
-- lies inside of one of them, so nobody can put somebody else's line under the own rules.
create table safe_access.school_network (
  network cidr primary key,
  -- identity.organisation of kind school
  school uuid not null,
  added_at timestamptz not null
);
create index school_network_school on safe_access.school_network (school);

insert into safe_access.school_network (network, school, added_at)
  select n.network, p.school, n.added_at from safe_access.network n join safe_access.profile p on p.id = n.profile
  where p.school is not null;

-- A home is never told by its address (docs/networks.md): the table itself refuses it, whoever writes.
create function safe_access.network_of_school() returns trigger language plpgsql as $$
begin
  if exists (select from safe_access.profile where id = new.profile and school is null) then
    raise exception 'a network belongs to a class of a school, never to a home' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger network_of_school before insert or update on safe_access.network
  for each row execute function safe_access.network_of_school();
