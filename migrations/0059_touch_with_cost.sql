-- What was spent in a period is a range of this: few touches cost something.
CREATE INDEX touch_with_cost ON touch (workspace_id, occurred_at) WHERE cost_minor IS NOT NULL;
