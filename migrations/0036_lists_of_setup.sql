-- Accounts are listed by their owner, and those that both sides have named; campaigns that have a record, by name.
CREATE INDEX account_of_owner ON account (workspace_id, owner_team, account_id) WHERE owner_team IS NOT NULL;
CREATE INDEX account_named ON account (workspace_id, account_id) WHERE named_by_marketing AND named_by_sales;
CREATE INDEX account_named_of_owner ON account (workspace_id, owner_team, account_id)
    WHERE owner_team IS NOT NULL AND named_by_marketing AND named_by_sales;
CREATE INDEX campaign_by_name ON campaign (workspace_id, name COLLATE "C");
