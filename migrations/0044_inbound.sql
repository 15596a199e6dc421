-- Whether deletions that a sender tells of erase people here: its workspace has to say so.
ALTER TABLE source
    ADD COLUMN erases boolean NOT NULL DEFAULT false;

-- What a sender of bare ids makes us fetch (docs/mapping.md): written with its delivery, done by whoever sends
-- (server/delivery). What comes back is a delivery of the same source.
CREATE DOMAIN completion_state AS text CHECK (VALUE IN ('pending', 'done', 'failed'));

CREATE TABLE completion (
    workspace_id  uuid NOT NULL,
    completion_id uuid NOT NULL, -- made of the delivery and the item
    source_id     uuid NOT NULL,
    delivery_id   uuid NOT NULL, -- that named what is to be fetched
    item          integer NOT NULL, -- its place there
    url           text NOT NULL,
    headers       text, -- a line for each; "{secret}" stands for what the source shows
    state         completion_state NOT NULL,
    tries         integer NOT NULL,
    made_at       timestamptz NOT NULL,
    next_at       timestamptz, -- when it is tried next, while it is pending
    tried_at      timestamptz,
    status        integer, -- of the last answer; null: there was none
    failure       text, -- a code
    result_id     uuid, -- the delivery that came of it
    lease         uuid, -- of the server that is at it …
    lease_until   timestamptz, -- … until then
    PRIMARY KEY (workspace_id, completion_id),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'done') = (result_id IS NOT NULL))
);
CREATE INDEX completion_due ON completion (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX completion_of_delivery ON completion (workspace_id, delivery_id, item);
CREATE INDEX completion_result ON completion (workspace_id, result_id) WHERE result_id IS NOT NULL;
CREATE INDEX completion_made ON completion (workspace_id, made_at) WHERE next_at IS NULL;

ALTER TABLE completion ENABLE ROW LEVEL SECURITY;
ALTER TABLE completion FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON completion
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON completion TO baton_app;

-- What is due, in any workspace.
CREATE POLICY job_of_any_workspace ON completion TO baton_job USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, completion_id, next_at, lease_until), UPDATE (lease, lease_until) ON completion TO baton_job;

-- What a fetch shows is kept as the sender's secret is.
ALTER TABLE sealed DROP CONSTRAINT sealed_field_check;
ALTER TABLE sealed ADD CONSTRAINT sealed_field_check
    CHECK (field IN ('workspace_secret', 'source_secret', 'source_old_secret', 'subscription_secrets', 'source_fetch_secret'));
