-- What the ledger holds of rows is salted: that of deliveries with a salt that goes with the body, that of rows that are no
-- lead's with the workspace's.
ALTER TABLE delivery ADD COLUMN salt bytea CHECK (salt IS NULL OR length(salt) = 16);
ALTER TABLE workspace ADD COLUMN salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (length(salt) = 16);
GRANT SELECT (salt), INSERT (salt) ON workspace TO baton_app;
