-- Signed checkpoints: the Merkle tree over the ledger, what was signed, and with which key.

-- Roots of complete subtrees of 256^level entries; level 0, the entries, is the ledger itself.
CREATE TABLE ledger_node (
    workspace_id uuid NOT NULL REFERENCES workspace,
    level        smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    place        bigint NOT NULL CHECK (place >= 0), -- covers pos place * 256^level + 1 and on
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (workspace_id, level, place)
);

-- Every key that has signed; one that was replaced signs no more.
CREATE TABLE signing_key (
    workspace_id uuid NOT NULL REFERENCES workspace,
    key_id       bytea NOT NULL CHECK (length(key_id) = 8),
    public_key   bytea NOT NULL CHECK (length(public_key) = 32),
    since        bigint NOT NULL CHECK (since >= 1), -- size of its first checkpoint
    PRIMARY KEY (workspace_id, key_id)
);

CREATE TABLE checkpoint (
    workspace_id uuid NOT NULL,
    size         bigint NOT NULL CHECK (size >= 1), -- covers pos 1 to size
    root         bytea NOT NULL CHECK (length(root) = 32),
    at           timestamptz NOT NULL,
    key_id       bytea NOT NULL,
    signature    bytea NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (workspace_id, size),
    FOREIGN KEY (workspace_id, key_id) REFERENCES signing_key
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_node', 'signing_key', 'checkpoint']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY workspace_context ON %I
            USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
            WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)$p$, name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO baton_app', name);
    END LOOP;
END $$;

-- The job of the workspaces that are there; the owner sees them under policies of this migration.
CREATE POLICY checkpoint_backfill ON workspace FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY checkpoint_backfill ON job TO CURRENT_USER USING (true) WITH CHECK (true);

INSERT INTO job (workspace_id, name, due_at, cursor)
    SELECT workspace_id, 'checkpoint', now(), 0 FROM workspace;

DO $$
BEGIN
    IF (SELECT count(*) FROM job WHERE name = 'checkpoint') <> (SELECT count(*) FROM workspace)
        OR EXISTS (SELECT 1 FROM job j WHERE name = 'expiry' AND NOT EXISTS
            (SELECT 1 FROM job c WHERE c.workspace_id = j.workspace_id AND c.name = 'checkpoint'))
    THEN
        RAISE EXCEPTION 'not every workspace got its checkpoint job';
    END IF;
END $$;

DROP POLICY checkpoint_backfill ON workspace;
DROP POLICY checkpoint_backfill ON job;
