-- What reports count of leads is kept counted in rollup, beside attribution; and for medians how often each number of minutes was
-- (lib/core/attribution/spread.h).
UPDATE rollup_cursor SET stage = 'clearing';

CREATE TABLE rollup_spread (
    workspace_id uuid NOT NULL,
    what         integer NOT NULL, -- as in rollup, of reports
    cut          integer NOT NULL,
    grain        smallint NOT NULL,
    day          integer NOT NULL, -- since 1970-01-01, in UTC
    value        bigint NOT NULL,
    spread       bytea NOT NULL,
    PRIMARY KEY (workspace_id, what, cut, grain, day, value)
) WITH (fillfactor = 80);
ALTER TABLE rollup_spread ALTER spread SET STORAGE EXTERNAL; -- it is dense, and read whole

ALTER TABLE rollup_spread ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_spread FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON rollup_spread
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_spread TO baton_app;
