-- Attribution that is kept counted (lib/core/attribution/rollup.h): by whom it was chosen how to count, what was counted of each
-- lead, and the sums. A reader follows the ledger, and its position moves in the transaction of what it has added.
CREATE DOMAIN attribution_setup_state AS text CHECK (VALUE IN ('building', 'counted', 'retiring', 'retired'));
CREATE DOMAIN rollup_stage AS text CHECK (VALUE IN ('clearing', 'filling', 'current'));

CREATE TABLE attribution_setup (
    workspace_id uuid NOT NULL REFERENCES workspace,
    setup_id     bigint NOT NULL, -- of its name; 0 is "default"
    version      integer NOT NULL CHECK (version >= 1),
    name         text NOT NULL,
    record       json NOT NULL, -- lib/core/attribution/attribution_setup.h
    state        attribution_setup_state NOT NULL,
    built        uuid, -- of a building one: up to which lead the journeys are counted
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, setup_id, version)
);

CREATE TABLE rollup_cursor (
    workspace_id uuid NOT NULL PRIMARY KEY REFERENCES workspace,
    pos          bigint NOT NULL, -- of the last entry of the ledger that was looked at
    format       integer NOT NULL, -- ROLLUP_FORMAT of what is stored
    stage        rollup_stage NOT NULL,
    filled       uuid NOT NULL -- of a filling one: up to which lead there are journeys
);

CREATE TABLE journey (
    workspace_id uuid NOT NULL,
    lead_id      uuid NOT NULL,
    counted      bytea NOT NULL, -- the lead as it was counted: moments, numbers, ids
    PRIMARY KEY (workspace_id, lead_id)
) WITH (fillfactor = 80);

CREATE TABLE rollup (
    workspace_id uuid NOT NULL,
    setup_id     bigint NOT NULL,
    version      integer NOT NULL,
    what         integer NOT NULL, -- ROLLUP_LEADS …
    cut          integer NOT NULL,
    grain        smallint NOT NULL, -- 0: a day, 1: a month
    day          integer NOT NULL, -- since 1970-01-01, in the setup's zone
    value_a      bigint NOT NULL,
    value_b      bigint NOT NULL,
    standing     smallint NOT NULL,
    currency     text NOT NULL COLLATE "C",
    count        bigint NOT NULL,
    credit       bigint NOT NULL, -- in units of 10^-9
    amount       numeric NOT NULL, -- in the currency's smallest unit; so are its parts
    pipeline     numeric NOT NULL,
    won          numeric NOT NULL,
    PRIMARY KEY (workspace_id, setup_id, version, what, cut, grain, day, value_a, value_b, standing, currency)
) WITH (fillfactor = 80);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['attribution_setup', 'rollup_cursor', 'journey', 'rollup']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO baton_app', name);
    END LOOP;
END $$;
GRANT DELETE ON journey, rollup TO baton_app;

-- Where there is something to count, in any workspace.
CREATE POLICY job_of_any_workspace ON rollup_cursor FOR SELECT TO baton_job USING (true);
CREATE POLICY job_of_any_workspace ON attribution_setup FOR SELECT TO baton_job USING (true);
GRANT SELECT ON rollup_cursor TO baton_job;
GRANT SELECT (workspace_id, state) ON attribution_setup TO baton_job;
