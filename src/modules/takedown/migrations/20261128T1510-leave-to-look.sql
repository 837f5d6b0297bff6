-- A link that was made for one person is not fetched by itself: fetching can use it up, or tell its maker who showed it.
alter table takedown.watch add column needs_leave boolean not null default false;
