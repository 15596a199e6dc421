-- A workspace has so many jobs queued or running at once: each holds a slot, which nobody else can
-- take, whichever server is asked. Jobs that were asked for before hold none. The index says
-- nothing of the state, so that no statement about one job has a choice.
ALTER TABLE background_job
    ADD COLUMN slot int CHECK (slot BETWEEN 1 AND 16),
    ADD CHECK (slot IS NULL OR state IN ('queued', 'running'));
CREATE UNIQUE INDEX background_job_slot ON background_job (workspace_id, slot) WHERE slot IS NOT NULL;
