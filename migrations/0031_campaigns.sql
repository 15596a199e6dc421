-- What marketing planned, promised and spent (lib/core/setup/campaign_change.h). The id is that of the dimension's value, as
-- touches name the campaign.
CREATE TABLE campaign (
    workspace_id uuid NOT NULL REFERENCES workspace,
    campaign_id  bigint NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    record       json NOT NULL CHECK (json_typeof(record) = 'object'),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);

ALTER TABLE campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON campaign
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON campaign TO baton_app;
