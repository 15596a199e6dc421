-- A lead's answered handoffs, for back-tests and suggestions. Open ones have handoff_open; the two
-- conditions exclude each other, so that no statement has a choice.
CREATE INDEX handoff_closed_of_lead ON handoff (workspace_id, lead_id) WHERE state NOT IN ('offered', 'accepted');
