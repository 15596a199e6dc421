-- A sales team asks for a lead that another team has: a handoff that is open, and asks its owner.
ALTER DOMAIN handoff_kind DROP CONSTRAINT handoff_kind_check1;
ALTER DOMAIN handoff_kind ADD CHECK (VALUE IN ('standard', 'unclear', 'strategic', 'account_based', 'override',
    'self_sourced', 'imported', 'requested'));
ALTER DOMAIN handoff_state DROP CONSTRAINT handoff_state_check1;
ALTER DOMAIN handoff_state ADD CHECK (VALUE IN ('requested', 'offered', 'accepted', 'qualified', 'rejected', 'returned',
    'expired', 'withdrawn', 'declined'));
ALTER TABLE handoff
    DROP CONSTRAINT handoff_is_whole,
    ADD CONSTRAINT handoff_is_whole CHECK (
        (state IN ('requested', 'offered', 'accepted')) = (closed_at IS NULL)
        AND (accepted_at IS NOT NULL OR state NOT IN ('accepted', 'qualified', 'returned'))
        AND CASE WHEN state IN ('rejected', 'returned') THEN reason IS NOT NULL ELSE dispute IS NULL END
        AND (from_team = to_team) = (kind = 'self_sourced')
        AND (offer_note IS NOT NULL OR kind IN ('standard', 'imported', 'self_sourced', 'requested'))
        AND (kind = 'requested' OR state NOT IN ('requested', 'declined'))
        AND (version IS NULL OR term IS NOT NULL)
        AND (claimed_until IS NULL OR assignee IS NOT NULL));
DROP INDEX handoff_open;
CREATE UNIQUE INDEX handoff_open ON handoff (workspace_id, lead_id) WHERE state IN ('requested', 'offered', 'accepted');
DROP INDEX handoff_closed_of_lead;
CREATE INDEX handoff_closed_of_lead ON handoff (workspace_id, lead_id)
    WHERE state NOT IN ('requested', 'offered', 'accepted');
-- Of each team that asks, by when it is to be answered: the list of them, and what the due job looks for.
CREATE INDEX handoff_requested ON handoff (workspace_id, to_team, respond_by, handoff_id) WHERE state = 'requested';
