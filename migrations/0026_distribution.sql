-- How a team's offers are dealt to its members (lib/core/distribution/distribution.h), and on a handoff, who got it, by
-- which rule (0: otherwise) and how.
ALTER TABLE team ADD COLUMN distribution json CHECK (json_typeof(distribution) = 'object');

CREATE DOMAIN deal_by AS text CHECK (VALUE IN ('queue', 'member', 'account_owner', 'weighted', 'least_loaded'));
ALTER TABLE handoff
    ADD COLUMN dealt_rule int,
    ADD COLUMN dealt_by deal_by,
    ADD COLUMN dealt_to uuid;

-- The turns that are due to a member of a rule's pool, less those they had (lib/core/distribution/share.h).
CREATE TABLE distribution_share (
    workspace_id uuid NOT NULL,
    team_id      uuid NOT NULL,
    rule         int NOT NULL,
    member_id    uuid NOT NULL,
    claim        bigint NOT NULL,
    PRIMARY KEY (workspace_id, team_id, rule, member_id)
);

-- How many a rule gave a member on a day (since 1970-01-01) of their own.
CREATE TABLE distribution_count (
    workspace_id uuid NOT NULL,
    team_id      uuid NOT NULL,
    day          bigint NOT NULL,
    member_id    uuid NOT NULL,
    rule         int NOT NULL,
    given        int NOT NULL,
    PRIMARY KEY (workspace_id, team_id, day, member_id, rule)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['distribution_share', 'distribution_count']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO baton_app', name);
    END LOOP;
END $$;
GRANT DELETE ON distribution_share TO baton_app;
