-- The side that does not have a lead may ask for its erasure, and erase it when nobody has answered in time.
ALTER TABLE lead
    ADD COLUMN erasure_asked_at timestamptz,
    ADD COLUMN erasure_asked_by uuid;
