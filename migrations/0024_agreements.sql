-- Definitions, routes and goals are agreements of one kind of life: drafted, proposed, signed by
-- whom the document asks for, in force, suspended, superseded. What was a definition is one. The routes of each
-- workspace become a version in force; who made them so stands in the workspace's chain, as it did.
CREATE POLICY agreement_backfill ON definition TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY agreement_backfill ON route TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY agreement_backfill ON team TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE definition RENAME TO agreement;
ALTER TABLE agreement RENAME COLUMN term TO kind;
ALTER TABLE agreement RENAME COLUMN definition_id TO agreement_id;
ALTER TABLE agreement
    ADD COLUMN suspended_by uuid,
    ADD COLUMN suspended_at timestamptz,
    ADD COLUMN suspend_reason text;

-- The checks by what they say: their names are the table's old ones.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'agreement'::regclass AND contype = 'c'
    LOOP
        EXECUTE format('ALTER TABLE agreement DROP CONSTRAINT %I', name);
    END LOOP;
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'definition_signature'::regclass AND contype IN ('p', 'u')
    LOOP
        EXECUTE format('ALTER TABLE definition_signature DROP CONSTRAINT %I', name);
    END LOOP;
END $$;
ALTER TABLE agreement
    ADD CHECK (kind IN ('mql', 'srl', 'sql', 'routes', 'goals')),
    ADD CHECK (version >= 1),
    ADD CHECK (state IN ('draft', 'proposed', 'declined', 'signed', 'in_force', 'suspended', 'superseded',
                         'revoked', 'deleted')),
    ADD CHECK (length(hash) = 32),
    ADD CHECK ((state IN ('draft', 'deleted')) = (hash IS NULL)),
    ADD CHECK ((state IN ('declined', 'revoked')) = (declined_at IS NOT NULL)),
    ADD CHECK ((state = 'suspended') <= (suspended_at IS NOT NULL)),
    ADD CHECK (state NOT IN ('in_force', 'suspended') OR in_force_from IS NOT NULL);

DROP INDEX definition_in_force;
CREATE UNIQUE INDEX agreement_in_force ON agreement (workspace_id, kind) WHERE state IN ('in_force', 'suspended');

-- Several members may sign for a side; none signs twice.
ALTER TABLE definition_signature RENAME TO agreement_signature;
ALTER TABLE agreement_signature RENAME COLUMN term TO kind;
ALTER TABLE agreement_signature ADD PRIMARY KEY (workspace_id, kind, version, member_id);

ALTER TABLE definition_acknowledgement RENAME TO agreement_acknowledgement;
ALTER TABLE agreement_acknowledgement RENAME COLUMN term TO kind;

CREATE TABLE agreement_comment (
    workspace_id uuid NOT NULL,
    kind         text NOT NULL,
    version      integer NOT NULL,
    comment_id   uuid NOT NULL,
    member_id    uuid NOT NULL,
    criterion    text, -- null: on the whole
    words        text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, kind, version, comment_id),
    FOREIGN KEY (workspace_id, kind, version) REFERENCES agreement,
    FOREIGN KEY (workspace_id, member_id) REFERENCES member
);
ALTER TABLE agreement_comment ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement_comment FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON agreement_comment
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT ON agreement_comment TO baton_app;

-- Names of teams have no character that JSON would write otherwise, so the text below is the canonical one, of which
-- the content hash is made (docs/ledger.md). What is the default is left out.
INSERT INTO agreement (workspace_id, kind, version, agreement_id, state, document, revision, hash, in_force_from, created_at)
SELECT workspace_id, 'routes', 1, gen_random_uuid(), 'in_force', document, 1,
       sha256(convert_to('{"document":' || document || ',"effective_from":null}', 'UTF8')), now(), now()
    FROM (SELECT r.workspace_id,
                 '{"routes":[' || string_agg('{"automatic":' || r.automatic || ',"from":"' || f.name || '","gates":['
                     || coalesce('"' || r.gate || '"', '') || '],'
                     || CASE r.overdue
                            WHEN 'keep' THEN ''
                            WHEN 'escalate' THEN '"overdue":{"escalate_to":"' || e.name || '","then":"escalate"},'
                            ELSE '"overdue":{"then":"' || r.overdue || '"},'
                        END
                     || '"to":"' || t.name || '"}', ',' ORDER BY r.ordinal)
                     || ']}' AS document
              FROM route r
              JOIN team f ON f.workspace_id = r.workspace_id AND f.team_id = r.from_team
              JOIN team t ON t.workspace_id = r.workspace_id AND t.team_id = r.to_team
              LEFT JOIN team e ON e.workspace_id = r.workspace_id AND e.team_id = r.escalate_to
              GROUP BY r.workspace_id) old;

DROP POLICY agreement_backfill ON agreement;
DROP POLICY agreement_backfill ON team;
DROP TABLE route;
