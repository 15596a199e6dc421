-- What lists filter by. Leads by owner and stage, newest first; the newest of several owners or stages are merged by the
-- statement. Offers to a team have handoff_queue. Accepted handoffs by when they are to be decided, those that nothing
-- presses last; what a member has in hand; and closed ones. Each is partial, so that it is written when a lead or
-- handoff comes to where it is listed, with a condition that its list alone has, so that no other statement can choose
-- it: closed ones of a lead have handoff_closed_of_lead, which says closed in other words.
CREATE INDEX lead_of_owner ON lead (workspace_id, owner_team, stage, lead_id) WHERE status = 'active';

CREATE INDEX handoff_decide ON handoff
    (workspace_id, to_team,
     (CASE WHEN decide_by IS NULL THEN timestamptz '9999-12-31 23:59:59.999999+00' ELSE decide_by END), handoff_id)
    WHERE state = 'accepted';
CREATE INDEX handoff_in_hand ON handoff (workspace_id, assignee, handoff_id)
    WHERE assignee IS NOT NULL AND state IN ('offered', 'accepted');
CREATE INDEX handoff_closed_of_team ON handoff (workspace_id, to_team, state, handoff_id)
    WHERE closed_at IS NOT NULL;
CREATE INDEX handoff_closed_of_member ON handoff (workspace_id, assignee, state, handoff_id)
    WHERE assignee IS NOT NULL AND closed_at IS NOT NULL;
