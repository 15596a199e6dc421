-- A signature names the back-tests that it rests on, which are then kept as long as the version. A comment may ask for changes, and
-- say which.
ALTER TABLE agreement_signature ADD COLUMN evidence json;
ALTER TABLE background_job ADD COLUMN kept boolean NOT NULL DEFAULT false;
ALTER TABLE agreement_comment ADD COLUMN asks_for_changes integer, ADD COLUMN edits json;
