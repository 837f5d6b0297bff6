-- "Is it working?": the word of ours that a device last asked for, so that its test page can say that it asks us. One line
-- a device, of a page that somebody has open; nothing of what the device does.
create table safe_access.device_check (
  device text primary key references safe_access.device on delete cascade,
  word text not null check (word ~ '^[a-z2-7]{16}$'),
  at timestamptz not null
);
