-- What two leads were before one absorbed the other (lib/core/handoff/lead_before.h), so that the merge can be taken back. It
-- goes when that is done, and with the person.
CREATE TABLE lead_merge (
    workspace_id uuid NOT NULL,
    absorbed     uuid NOT NULL,
    survivor     uuid NOT NULL, -- as the merge named it
    survivor_seq bigint NOT NULL, -- of its entry in the survivor's chain
    merged_at    timestamptz NOT NULL,
    before       json NOT NULL,
    PRIMARY KEY (workspace_id, absorbed)
);
CREATE INDEX lead_merge_of_survivor ON lead_merge (workspace_id, survivor, survivor_seq);

ALTER TABLE lead_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON lead_merge
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON lead_merge TO baton_app;
