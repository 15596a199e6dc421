-- A browser in which a member has signed in. It stands for one of the member's keys and ends when that does. Before it
-- is opened it is a link that opens it once: then secret_hash is of the link's secret, and afterwards of the cookie's.
CREATE TABLE session (
    workspace_id uuid NOT NULL,
    session_id   uuid NOT NULL,
    member_id    uuid NOT NULL,
    key_id       uuid NOT NULL,
    secret_hash  bytea NOT NULL CHECK (length(secret_hash) = 32),
    made_at      timestamptz NOT NULL,
    link_until   timestamptz, -- null: it was opened with the key
    opened_at    timestamptz, -- null: a link that nobody has used
    used_at      timestamptz NOT NULL,
    ended_at     timestamptz,
    PRIMARY KEY (workspace_id, session_id),
    CHECK (opened_at IS NOT NULL OR link_until IS NOT NULL)
);
CREATE INDEX session_of_member ON session (workspace_id, member_id, session_id);

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON session
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE, UPDATE (secret_hash, opened_at, used_at, ended_at) ON session TO baton_app;
