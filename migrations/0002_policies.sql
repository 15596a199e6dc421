-- Row-level security: a statement sees the workspace that its transaction was set to
-- (SET LOCAL baton.workspace_id), and nothing when none was set.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workspace', 'workspace_head', 'chain', 'team', 'member', 'api_key', 'route',
        'definition', 'definition_signature', 'definition_acknowledgement', 'source', 'dimension', 'lead', 'identity',
        'touch', 'verdict', 'handoff', 'exception_count', 'feedback', 'ledger', 'idempotency', 'idempotency_lead',
        'delivery', 'delivery_lead', 'job']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO baton_app', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['workspace_head', 'chain', 'team', 'member', 'api_key', 'route', 'definition',
        'source', 'lead', 'identity', 'touch', 'verdict', 'handoff', 'exception_count', 'feedback', 'idempotency',
        'delivery', 'job']
    LOOP
        EXECUTE format('GRANT UPDATE ON %I TO baton_app', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['route', 'identity', 'idempotency', 'idempotency_lead', 'delivery_lead']
    LOOP
        EXECUTE format('GRANT DELETE ON %I TO baton_app', name);
    END LOOP;
END $$;

-- Jobs list what is due in any workspace and claim it within one.
GRANT SELECT, UPDATE ON job TO baton_job;
CREATE POLICY job_of_any_workspace ON job TO baton_job USING (true) WITH CHECK (true);

-- The command line finds a workspace by its name before it can set a context.
GRANT SELECT ON workspace TO baton_job;
CREATE POLICY workspace_by_name ON workspace FOR SELECT TO baton_job USING (true);
