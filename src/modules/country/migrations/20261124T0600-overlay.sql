-- What the administrator changed in the country pack. The pack itself stays a file under version control.
create table country.overlay (
  key text primary key,
  value jsonb not null,
  set_by text not null,
  set_at timestamptz not null
);

-- One row: every process compares this number with the one it has, and reads the overlay again when it moved.
create table country.overlay_version (
  one boolean primary key default true check (one),
  version bigint not null
);
insert into country.overlay_version (version) values (0);
