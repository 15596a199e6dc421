-- What teams want to be sent, and what is sent to them. Whoever sends (server/delivery) follows the ledger: what is to be
-- sent is written in the transaction that moves the workspace's cursor, so that nothing is left out or written twice.
CREATE DOMAIN subscription_state AS text CHECK (VALUE IN ('active', 'paused', 'off'));
CREATE DOMAIN outbound_state AS text CHECK (VALUE IN ('pending', 'delivered', 'failed'));

CREATE TABLE subscription (
    workspace_id     uuid NOT NULL,
    subscription_id  uuid NOT NULL,
    name             text NOT NULL,
    team_id          uuid NOT NULL,
    events           json NOT NULL, -- patterns
    include          integer NOT NULL,
    url              text NOT NULL,
    state            subscription_state NOT NULL,
    off_cause        text,
    revision         integer NOT NULL,
    secret_since     timestamptz NOT NULL, -- the secrets themselves are made of these (lib/core/setup/subscription.h)
    old_secret_since timestamptz,
    old_secret_until timestamptz,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, subscription_id),
    UNIQUE (workspace_id, name),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team
);

-- Up to where a workspace's ledger was gone through. There since its first subscription.
CREATE TABLE outbound_cursor (
    workspace_id uuid NOT NULL PRIMARY KEY,
    pos          bigint NOT NULL
);

-- A subscription as work: one server at a time sends what it has.
CREATE TABLE outbound_queue (
    workspace_id    uuid NOT NULL,
    subscription_id uuid NOT NULL,
    due_at          timestamptz, -- null: it has nothing to send
    made            bigint NOT NULL, -- raised whenever there is something new
    lease           uuid, -- of the server that has it …
    lease_until     timestamptz, -- … until then
    failing_since   timestamptz, -- nothing has arrived since
    PRIMARY KEY (workspace_id, subscription_id)
);
CREATE INDEX outbound_due ON outbound_queue (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE outbound (
    workspace_id    uuid NOT NULL,
    subscription_id uuid NOT NULL,
    pos             bigint NOT NULL, -- of the entry that it tells of
    delivery_id     uuid NOT NULL,
    subject_id      uuid NOT NULL, -- of that entry: one of a subject after the other
    kind            integer NOT NULL,
    state           outbound_state NOT NULL,
    tries           integer NOT NULL,
    made_at         timestamptz NOT NULL,
    next_at         timestamptz, -- when it is tried next, while it is pending
    tried_at        timestamptz,
    status          integer, -- of the last answer; null: there was none
    failure         text, -- a code
    answer          text, -- its first bytes
    PRIMARY KEY (workspace_id, subscription_id, pos),
    UNIQUE (workspace_id, delivery_id)
);
CREATE INDEX outbound_pending ON outbound (workspace_id, subscription_id, pos) WHERE state = 'pending';
CREATE INDEX outbound_failed ON outbound (workspace_id, subscription_id, pos) WHERE state = 'failed';
CREATE INDEX outbound_subject ON outbound (workspace_id, subject_id);
CREATE INDEX outbound_made ON outbound (workspace_id, made_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['subscription', 'outbound_cursor', 'outbound_queue', 'outbound']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO baton_app', name);
    END LOOP;
END $$;
GRANT DELETE ON subscription, outbound_queue, outbound TO baton_app;

-- Where there is something to go through, or to send, in any workspace.
CREATE POLICY job_of_any_workspace ON outbound_cursor FOR SELECT TO baton_job USING (true);
CREATE POLICY job_of_any_workspace ON outbound_queue TO baton_job USING (true) WITH CHECK (true);
CREATE POLICY outbound_of_any_workspace ON workspace_head FOR SELECT TO baton_job USING (true);
GRANT SELECT ON outbound_cursor TO baton_job;
GRANT SELECT (workspace_id, pos) ON workspace_head TO baton_job;
GRANT SELECT (workspace_id, subscription_id, due_at, lease_until), UPDATE (lease, lease_until) ON outbound_queue
    TO baton_job;
