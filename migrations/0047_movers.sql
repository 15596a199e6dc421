-- Leads of which the two definitions of a back-test say different things, each in so many bytes (core/evidence/mover.h), the
-- most frequent cause first. They are read piece by piece, so they are stored as they are and never compressed.
ALTER TABLE background_job ADD COLUMN movers bytea;
ALTER TABLE background_job ALTER COLUMN movers SET STORAGE EXTERNAL;
