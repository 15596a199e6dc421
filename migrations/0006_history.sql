-- A lead's answered handoffs, for back-tests and suggestions. Open ones have handoff_open; the two
-- conditions exclude each other, so that no statement has a choice.
CREATE INDEX handoff_closed_of_lead ON handoff (workspace_id, lead_id) WHERE state NOT IN ('offered', 'accepted');

-- Work that somebody asked for and that takes longer than a request. Whoever runs it renews its
-- lease; once that has lapsed, another server takes it over.
CREATE TABLE background_job (
    workspace_id uuid NOT NULL REFERENCES workspace,
    job_id       uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('backtest', 'apply')),
    state        text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    request      json NOT NULL,
    done         bigint NOT NULL CHECK (done >= 0),
    total        bigint NOT NULL CHECK (total >= 0),
    place        uuid, -- how far it has come, where that lets it go on …
    tally        json, -- … and what came of it so far
    result       json,
    error        text,
    asked_by     uuid,
    team_id      uuid,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    ended_at     timestamptz,
    lease_until  timestamptz,
    PRIMARY KEY (workspace_id, job_id),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'done') = (result IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
);

CREATE INDEX background_job_open ON background_job (created_at) WHERE state IN ('queued', 'running');

ALTER TABLE background_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE background_job FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON background_job
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON background_job TO baton_app;
GRANT SELECT, UPDATE ON background_job TO baton_job;
CREATE POLICY job_of_any_workspace ON background_job TO baton_job USING (true) WITH CHECK (true);
