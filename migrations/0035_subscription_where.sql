-- A test that what is sent must meet, and what looked wrong with a subscription when it was last changed.
ALTER TABLE subscription ADD COLUMN where_test json;
ALTER TABLE subscription ADD COLUMN warnings json NOT NULL DEFAULT '[]';
