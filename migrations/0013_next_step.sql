-- What must happen with a lead next, and when, in place of a date and a hidden hold: docs/handoff.md.
-- held by hold_inputs, which are given exactly while nothing is offered by itself.
CREATE DOMAIN lead_step AS text CHECK (VALUE IN ('answer', 'decide', 'nurture', 'offer', 'review', 'follow_up'));
ALTER TABLE lead
    ADD COLUMN next_step lead_step,
    ADD COLUMN next_why text,
    ADD COLUMN next_round smallint;
ALTER TABLE lead RENAME COLUMN due_at TO next_at;

CREATE POLICY next_backfill ON lead TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY next_backfill ON handoff TO CURRENT_USER USING (true) WITH CHECK (true);

-- Of offers that were never made it is found out at once whether they can be made now.
WITH open AS (
    SELECT workspace_id, lead_id, state FROM handoff WHERE state IN ('offered', 'accepted')
), step AS (
    SELECT l.workspace_id, l.lead_id,
           CASE WHEN o.state = 'offered' THEN 'answer'
                WHEN l.stage IN ('customer', 'disqualified') THEN NULL
                WHEN o.state = 'accepted' THEN 'decide'
                WHEN l.hold_until > now() AND l.stage <> 'nurture' THEN 'review'
                WHEN l.stage IN ('mql', 'srl') THEN 'offer'
                WHEN l.stage IN ('sal', 'sql', 'opportunity') THEN 'follow_up'
                ELSE 'nurture' END AS step
        FROM lead l LEFT JOIN open o ON o.workspace_id = l.workspace_id AND o.lead_id = l.lead_id
        WHERE l.status = 'active'
)
UPDATE lead SET
        next_step = s.step,
        next_at = CASE WHEN s.step IS NULL THEN NULL
                       WHEN s.step = 'offer' THEN now()
                       WHEN s.step = 'nurture' THEN greatest(lead.next_at, lead.hold_until)
                       ELSE coalesce(lead.next_at, now()) END,
        next_why = CASE s.step WHEN 'answer' THEN 'offered' WHEN 'decide' THEN 'accepted' WHEN 'offer' THEN 'no_route'
                               WHEN 'nurture' THEN 'upgraded' WHEN 'review' THEN 'upgraded' WHEN 'follow_up' THEN 'upgraded' END,
        hold_inputs = CASE WHEN lead.hold_until > now() THEN coalesce(lead.hold_inputs, '[]') END
    FROM step s WHERE lead.workspace_id = s.workspace_id AND lead.lead_id = s.lead_id;
UPDATE lead SET next_at = NULL, hold_inputs = NULL WHERE status <> 'active' AND (next_at IS NOT NULL OR hold_inputs IS NOT NULL);

DROP POLICY next_backfill ON handoff;
DROP POLICY next_backfill ON lead;

ALTER TABLE lead
    DROP CONSTRAINT lead_check1,
    DROP COLUMN hold_until,
    ADD CONSTRAINT lead_next CHECK (
        CASE WHEN next_step IS NULL
            THEN next_at IS NULL AND (status <> 'active' OR stage IN ('customer', 'disqualified'))
            ELSE num_nulls(next_at, next_why) = 0 AND status = 'active' END);

-- What is due, step by step. Partial, so that no statement about a lead by its id can choose it.
CREATE INDEX lead_next ON lead (workspace_id, next_step, next_at, lead_id) WHERE next_step IS NOT NULL;
