-- What is kept secret is sealed with a key that is not in the database (docs/secrets.md); who may
-- read the tables has none of it. Values that lie in clear so far are sealed by the first server,
-- or command, that has the key.

-- value is the envelope of lib/base/seal.h, bound to the three columns of its key.
CREATE TABLE sealed (
    workspace_id uuid NOT NULL REFERENCES workspace,
    subject_id   uuid NOT NULL, -- the workspace itself, or a source
    field        text NOT NULL CHECK (field IN ('workspace_secret', 'source_secret', 'source_old_secret')),
    value        bytea NOT NULL CHECK (length(value) >= 37),
    key_id       bytea NOT NULL, -- of the envelope
    PRIMARY KEY (workspace_id, subject_id, field),
    CHECK (key_id = substr(value, 2, 8))
);

ALTER TABLE sealed ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON sealed
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);

-- Where something is sealed with an older key, or with one that is missing.
CREATE POLICY job_of_any_workspace ON sealed FOR SELECT TO baton_job USING (true);

-- A workspace's secret lies in clear until it is sealed; under its new name no older program takes
-- its absence for a secret.
ALTER TABLE workspace RENAME COLUMN secret TO clear_secret;
ALTER TABLE workspace ALTER COLUMN clear_secret DROP NOT NULL;

-- A source's secret so far lies in clear in auth, until it is sealed. A second one counts as well
-- while senders change over.
ALTER TABLE source
    ADD COLUMN secret_since timestamptz,
    ADD COLUMN old_secret_until timestamptz;

CREATE POLICY sealed_backfill ON source TO CURRENT_USER USING (true) WITH CHECK (true);
UPDATE source SET secret_since = created_at WHERE auth ->> 'scheme' = 'hmac_sha256';
DROP POLICY sealed_backfill ON source;

-- Grants, column by column where a role does not need the rest.
REVOKE ALL ON workspace, job, background_job FROM baton_job;
GRANT SELECT (workspace_id, name) ON workspace TO baton_job;
GRANT SELECT (workspace_id, name, due_at), UPDATE (due_at) ON job TO baton_job;
GRANT SELECT (workspace_id, job_id, kind, state, place, done, request, tally, asked_by, team_id,
              created_at, started_at, lease_until),
    UPDATE (state, started_at, lease_until) ON background_job TO baton_job;
GRANT SELECT (workspace_id, field, key_id) ON sealed TO baton_job;

REVOKE ALL ON workspace FROM baton_app;
GRANT SELECT (workspace_id, name, clear_secret), INSERT (workspace_id, name, created_at),
    UPDATE (clear_secret) ON workspace TO baton_app;
GRANT SELECT, INSERT, DELETE, UPDATE (value, key_id) ON sealed TO baton_app;

-- The digest of a key's secret is written once.
REVOKE UPDATE ON api_key FROM baton_app;
GRANT UPDATE (revoked_at) ON api_key TO baton_app;
