-- A touch has the term that was searched for, what it cost, and the team that did it. Touches of before have no team: the
-- function is what was kept of it.
DO $$
DECLARE
    rule text := (SELECT conname FROM pg_constraint
        WHERE conrelid = 'dimension'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%campaign%');
BEGIN
    EXECUTE format('ALTER TABLE dimension DROP CONSTRAINT %I', rule);
END $$;
CREATE DOMAIN dimension_kind AS text CHECK (VALUE IN ('channel', 'source', 'medium', 'campaign', 'content', 'term'));
ALTER TABLE dimension ALTER COLUMN dimension TYPE dimension_kind;

ALTER TABLE touch
    ADD COLUMN term          bigint,
    ADD COLUMN team          uuid,
    ADD COLUMN cost_minor    counted,
    ADD COLUMN cost_currency currency,
    ADD CONSTRAINT touch_cost_is_whole CHECK ((cost_minor IS NULL) = (cost_currency IS NULL));
