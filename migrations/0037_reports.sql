-- What reports read of a period, each a range of an index: leads by when they began (their first touch, else their
-- capture) and by when they reached a milestone; handoffs by when they were accepted; collisions (kind 14 of the ledger);
-- and what sales does of its own.
CREATE INDEX lead_begun ON lead
    (workspace_id, (CASE WHEN first_touch_at IS NULL THEN created_at ELSE first_touch_at END), lead_id)
    WHERE status <> 'merged';
CREATE INDEX lead_mql ON lead (workspace_id, mql_at) WHERE mql_at IS NOT NULL AND status <> 'merged';
CREATE INDEX lead_sal ON lead (workspace_id, sal_at) WHERE sal_at IS NOT NULL AND status <> 'merged';
CREATE INDEX lead_sql ON lead (workspace_id, sql_at) WHERE sql_at IS NOT NULL AND status <> 'merged';
CREATE INDEX lead_opportunity ON lead (workspace_id, opportunity_at)
    WHERE opportunity_at IS NOT NULL AND status <> 'merged';
CREATE INDEX lead_customer ON lead (workspace_id, customer_at) WHERE customer_at IS NOT NULL AND status <> 'merged';
-- Whom a sender called qualified, and who never was.
CREATE INDEX lead_claimed ON lead (workspace_id, lead_id)
    WHERE status = 'active' AND claimed_stage IN ('mql', 'srl', 'sal', 'sql', 'opportunity', 'customer')
    AND num_nonnulls(mql_at, sal_at, sql_at, opportunity_at, customer_at) = 0;
CREATE INDEX handoff_accepted ON handoff (workspace_id, accepted_at) WHERE accepted_at IS NOT NULL;
CREATE INDEX touch_of_sales ON touch (workspace_id, occurred_at) WHERE direction = 'outbound' AND function = 'sales';
CREATE INDEX ledger_collision ON ledger (workspace_id, at) WHERE kind = 14;
