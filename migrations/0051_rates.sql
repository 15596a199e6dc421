-- What one unit of a base is in other currencies (lib/core/attribution/rates.h): the one table that a workspace keeps.
CREATE TABLE rates (
    workspace_id uuid NOT NULL REFERENCES workspace,
    rates_id     bigint NOT NULL,
    record       json NOT NULL CHECK (json_typeof(record) = 'object'),
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, rates_id)
);

ALTER TABLE rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE rates FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON rates
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON rates TO baton_app;
