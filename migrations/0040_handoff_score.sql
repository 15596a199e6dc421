-- The score of the verdict that let a handoff through: offers are listed and claimed by it.
ALTER TABLE handoff ADD COLUMN score integer NOT NULL DEFAULT 0;

CREATE POLICY score_backfill ON handoff TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY score_backfill ON verdict TO CURRENT_USER USING (true);

UPDATE handoff h SET score = v.score
FROM verdict v
WHERE v.workspace_id = h.workspace_id AND v.lead_id = h.verdict_lead AND v.seq = h.verdict_seq;

DROP POLICY score_backfill ON handoff;
DROP POLICY score_backfill ON verdict;

-- Never null: that says so keeps other statements from choosing it.
CREATE INDEX handoff_score ON handoff (workspace_id, to_team, score DESC, handoff_id)
    WHERE state = 'offered' AND score IS NOT NULL;
