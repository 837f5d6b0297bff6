-- The one address of a provider's interface that its token was agreed for; it is sealed into the token as well. Tokens of
-- before have none and go nowhere until somebody types them in again.
alter table takedown.provider add column api_address text;
