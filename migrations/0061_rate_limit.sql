-- What a key may ask of each server in a minute, where it is not the server's default (BATON_KEY_RATE).
ALTER TABLE api_key ADD COLUMN rate_limit int4 CHECK (rate_limit BETWEEN 1 AND 10000000);
