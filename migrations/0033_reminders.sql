-- When the receiving team is reminded of an offer next, before its answer is due: by the shares of its time
-- that the route names (remind_at_percent).
ALTER TABLE handoff ADD COLUMN remind_at timestamptz CHECK (remind_at IS NULL OR state = 'offered');

CREATE INDEX handoff_remind ON handoff (workspace_id, remind_at, handoff_id) WHERE remind_at IS NOT NULL;
