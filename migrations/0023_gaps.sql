-- Since when a lead's next step is what it is, which reports of gaps say; of what is there it is known since the lead
-- was last changed at the latest. And the leads whose owner was reminded of a follow-up in vain.
ALTER TABLE lead ADD COLUMN next_since timestamptz;

CREATE POLICY since_backfill ON lead TO CURRENT_USER USING (true) WITH CHECK (true);
UPDATE lead SET next_since = updated_at WHERE next_step IS NOT NULL;
DROP POLICY since_backfill ON lead;

CREATE INDEX lead_idle ON lead (workspace_id, next_since, lead_id) WHERE next_step = 'follow_up' AND next_round > 0;
