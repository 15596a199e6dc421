-- What became of each item of a delivery, and how it was sent: headers without secrets, which go
-- with the body.
ALTER TABLE delivery
    ADD COLUMN headers text, -- JSON object: name → value
    ADD COLUMN report  text, -- JSON: items, and what was changed when it was read; never a value
    DROP CONSTRAINT delivery_status_check,
    ADD CONSTRAINT delivery_status_check CHECK (status IN ('applied', 'partial', 'failed'));

DROP INDEX delivery_failed;
CREATE INDEX delivery_failed ON delivery (workspace_id, delivery_id) WHERE status IN ('failed', 'partial');
