-- Where in the ledger a subscription was made: what stands after it is sent. Zero for those that were there before, whose
-- workspaces' cursors are past everything older.
ALTER TABLE subscription ADD COLUMN made_pos bigint NOT NULL DEFAULT 0;
