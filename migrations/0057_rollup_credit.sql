-- Credit is kept in one row for each value, with a column for each model, where there was a row for each model: a conversion is one
-- row by a dimension and day instead of nine. What was counted is counted anew (ROLLUP_FORMAT), so the old sums go at once.
DROP TABLE rollup;
UPDATE rollup_cursor SET stage = 'clearing';

-- Counts: leads, conversions by their standing, moves of a chain.
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
    amount       numeric NOT NULL, -- in the currency's smallest unit; so are its parts
    pipeline     numeric NOT NULL,
    won          numeric NOT NULL,
    PRIMARY KEY (workspace_id, setup_id, version, what, cut, grain, day, value_a, value_b, standing, currency)
) WITH (fillfactor = 80);

-- What each model credits values with. Of a chain only what no touch can be credited for: its rest is made of moves.
CREATE TABLE rollup_credit (
    workspace_id uuid NOT NULL,
    setup_id     bigint NOT NULL,
    version      integer NOT NULL,
    milestone    smallint NOT NULL, -- its place among MILESTONES
    cut          integer NOT NULL,
    grain        smallint NOT NULL,
    day          integer NOT NULL,
    value_a      bigint NOT NULL,
    value_b      bigint NOT NULL,
    currency     text NOT NULL COLLATE "C", -- '': without an amount, and all money is null
    credit_first bigint NOT NULL, -- in units of 10^-9
    credit_last  bigint NOT NULL,
    credit_last_non_direct bigint NOT NULL,
    credit_linear bigint NOT NULL,
    credit_position_based bigint NOT NULL,
    credit_w_shaped bigint NOT NULL,
    credit_full_path bigint NOT NULL,
    credit_time_decay bigint NOT NULL,
    credit_markov bigint NOT NULL,
    credit_shapley bigint NOT NULL,
    amount_first numeric, -- in the currency's smallest unit; pipeline and won are parts of it
    amount_last  numeric,
    amount_last_non_direct numeric,
    amount_linear numeric,
    amount_position_based numeric,
    amount_w_shaped numeric,
    amount_full_path numeric,
    amount_time_decay numeric,
    amount_markov numeric,
    amount_shapley numeric,
    pipeline_first numeric,
    pipeline_last numeric,
    pipeline_last_non_direct numeric,
    pipeline_linear numeric,
    pipeline_position_based numeric,
    pipeline_w_shaped numeric,
    pipeline_full_path numeric,
    pipeline_time_decay numeric,
    pipeline_markov numeric,
    pipeline_shapley numeric,
    won_first    numeric,
    won_last     numeric,
    won_last_non_direct numeric,
    won_linear   numeric,
    won_position_based numeric,
    won_w_shaped numeric,
    won_full_path numeric,
    won_time_decay numeric,
    won_markov   numeric,
    won_shapley  numeric,
    PRIMARY KEY (workspace_id, setup_id, version, milestone, cut, grain, day, value_a, value_b, currency)
) WITH (fillfactor = 80);

-- A setup whose time zone this system does not know (any more) is not counted: what it had goes, and it is built when the zone is there.
ALTER DOMAIN attribution_setup_state DROP CONSTRAINT attribution_setup_state_check;
ALTER DOMAIN attribution_setup_state ADD CONSTRAINT attribution_setup_state_check
    CHECK (VALUE IN ('clearing', 'building', 'counted', 'retiring', 'retired'));

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rollup', 'rollup_credit']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', name);
    END LOOP;
END $$;
