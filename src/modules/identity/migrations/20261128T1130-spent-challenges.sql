-- Questions to passkeys at sign-in are signed and kept nowhere: whoever asks ten thousand costs nothing. What was
-- answered is kept until it would have expired, so that no answer works twice, on whichever process it arrives.
create table identity.spent_challenge (
  hash bytea primary key check (length(hash) = 32),
  expires_at timestamptz not null
);
create index spent_challenge_expiry on identity.spent_challenge (expires_at);
