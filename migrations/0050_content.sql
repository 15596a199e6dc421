-- What was made and by which team (lib/core/setup/content_change.h). The id is that of the dimension's value, as touches name
-- the content.
CREATE TABLE content (
    workspace_id uuid NOT NULL REFERENCES workspace,
    content_id   bigint NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    title        text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    owner_team   uuid NOT NULL,
    link         text CHECK (length(link) <= 2000),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, content_id)
);
CREATE INDEX content_of_owner ON content (workspace_id, owner_team, content_id);

ALTER TABLE content ENABLE ROW LEVEL SECURITY;
ALTER TABLE content FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON content
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON content TO baton_app;
