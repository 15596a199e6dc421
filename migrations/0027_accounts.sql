-- Companies that the two sides speak of (lib/core/account/account.h).
CREATE TABLE account (
    workspace_id       uuid NOT NULL REFERENCES workspace,
    account_id         uuid NOT NULL, -- made of the domain
    domain             text NOT NULL CHECK (length(domain) BETWEEN 1 AND 253),
    owner_team         uuid,
    owner_member       uuid CHECK (owner_member IS NULL OR owner_team IS NOT NULL),
    named_by_marketing boolean NOT NULL,
    named_by_sales     boolean NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, account_id),
    FOREIGN KEY (workspace_id, owner_team) REFERENCES team,
    FOREIGN KEY (workspace_id, owner_member) REFERENCES member
);

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON account
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON account TO baton_app;
