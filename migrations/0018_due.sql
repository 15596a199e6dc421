-- What falls due is acted on by one job, which takes leads by their next date (lead_next). It also tries
-- again what could not be offered, when the configuration has changed since: so that is known.
ALTER TABLE workspace_head ADD COLUMN config_changed_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE lead ADD COLUMN last_handoff uuid; -- a new one that follows it names it
ALTER TABLE route
    ADD COLUMN overdue text NOT NULL DEFAULT 'keep' CHECK (overdue IN ('keep', 'escalate', 'give_back')),
    ADD COLUMN escalate_to uuid,
    ADD FOREIGN KEY (workspace_id, escalate_to) REFERENCES team,
    ADD CHECK ((overdue = 'escalate') = (escalate_to IS NOT NULL));

CREATE POLICY due_backfill ON lead TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY due_backfill ON handoff TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY due_backfill ON job TO CURRENT_USER USING (true) WITH CHECK (true);

UPDATE lead SET last_handoff = h.handoff_id
    FROM (SELECT DISTINCT ON (workspace_id, lead_id) workspace_id, lead_id, handoff_id
              FROM handoff ORDER BY workspace_id, lead_id, offered_at DESC, handoff_id DESC) h
    WHERE lead.workspace_id = h.workspace_id AND lead.lead_id = h.lead_id AND lead.status = 'active';
UPDATE job SET name = 'due' WHERE name = 'expiry';

DROP POLICY due_backfill ON job;
DROP POLICY due_backfill ON handoff;
DROP POLICY due_backfill ON lead;
