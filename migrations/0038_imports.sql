-- Files that are sent to be imported: their bytes in pieces, as they came, and the rows that a run refused. What is run is
-- a background job, whose request names the file.
ALTER TABLE background_job
    DROP CONSTRAINT background_job_kind_check,
    ADD CONSTRAINT background_job_kind_check CHECK (kind IN ('backtest', 'apply', 'import'));

CREATE DOMAIN row_format AS text CHECK (VALUE IN ('csv', 'ndjson'));

CREATE TABLE import_file (
    workspace_id uuid NOT NULL,
    import_id    uuid NOT NULL,
    name         text NOT NULL,
    format       row_format NOT NULL,
    bytes        bigint NOT NULL,
    lines        bigint NOT NULL,
    preview      json NOT NULL, -- its columns and first rows
    team_id      uuid NOT NULL, -- whose key sent it …
    member_id    uuid,          -- … and who
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, import_id)
);
CREATE INDEX import_file_made ON import_file (workspace_id, made_at);

-- Those of a file that was never sent to its end have no row in import_file.
CREATE TABLE import_piece (
    workspace_id uuid NOT NULL,
    import_id    uuid NOT NULL,
    piece        integer NOT NULL, -- from 0
    bytes        bytea NOT NULL,
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, import_id, piece)
);
ALTER TABLE import_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX import_piece_made ON import_piece (workspace_id, made_at);

CREATE TABLE import_refused (
    workspace_id uuid NOT NULL,
    job_id       uuid NOT NULL,
    line         bigint NOT NULL, -- in the file; 0: the columns
    cells        text NOT NULL,   -- as a line of a table to mend
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, job_id, line)
);
CREATE INDEX import_refused_made ON import_refused (workspace_id, made_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['import_file', 'import_piece', 'import_refused']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO baton_app', name);
    END LOOP;
END $$;
