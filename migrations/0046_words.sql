-- What leads are found by (lib/core/lead/lead_words.h): under row-level security only equality and order reach an index,
-- so a word is found by the range of those that begin as it does. A lead knows its words, to drop them by their key.
CREATE TABLE lead_word (
    workspace_id uuid NOT NULL,
    word         text COLLATE "C" NOT NULL,
    lead_id      uuid NOT NULL,
    PRIMARY KEY (workspace_id, word, lead_id)
);

ALTER TABLE lead_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_word FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON lead_word
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON lead_word TO baton_app;

-- Null: not kept yet. A job of each workspace gives them to leads that are there, some at a time, and takes them from
-- those that a server of the version before has merged or erased.
ALTER TABLE lead ADD COLUMN words text COLLATE "C";
CREATE INDEX lead_wordless ON lead (workspace_id, lead_id)
    WHERE status = 'active' AND words IS NULL OR status <> 'active' AND words <> '';

CREATE POLICY words_backfill ON workspace TO CURRENT_USER USING (true);
CREATE POLICY words_backfill ON job TO CURRENT_USER USING (true) WITH CHECK (true);
INSERT INTO job (workspace_id, name, due_at, cursor)
SELECT workspace_id, 'lead_words', now(), 0 FROM workspace;
DROP POLICY words_backfill ON job;
DROP POLICY words_backfill ON workspace;
