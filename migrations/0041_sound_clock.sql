-- Up to when a job that deletes by age has counted: however the clock jumps, it goes on from there in steps.
ALTER TABLE job ADD COLUMN sound_at timestamptz NOT NULL DEFAULT now();

GRANT SELECT (sound_at), UPDATE (sound_at) ON job TO baton_job;
