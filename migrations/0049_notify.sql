-- What a member wants mail about, as bits (lib/core/setup/notify.h); null: what everybody gets who has not said anything.
ALTER TABLE member ADD COLUMN notify integer;
-- Whether members are written to: since a server that sends mail has begun to follow this ledger.
ALTER TABLE outbound_cursor ADD COLUMN mails boolean NOT NULL DEFAULT false;
