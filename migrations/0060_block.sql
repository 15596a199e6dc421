-- Who was erased and is not to come back (lib/core/intake/block.h): an HMAC of each identity, under the workspace's secret.
CREATE TABLE block (
    workspace_id uuid NOT NULL,
    mac          bytea NOT NULL CHECK (length(mac) = 32),
    lead_id      uuid NOT NULL, -- the id that was erased
    team_id      uuid, -- whose member asked for it
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, mac)
);
CREATE INDEX block_of_lead ON block (workspace_id, lead_id);

ALTER TABLE block ENABLE ROW LEVEL SECURITY;
ALTER TABLE block FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON block
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON block TO baton_app;
