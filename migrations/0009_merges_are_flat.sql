-- A lead that was merged away names the lead that answers for it now, not one that was merged
-- itself since: so whoever reads or locks it takes one step, however often there were merges.
CREATE POLICY lead_backfill ON lead TO CURRENT_USER USING (true) WITH CHECK (true);

WITH RECURSIVE way (workspace_id, lead_id, stands) AS (
    SELECT workspace_id, lead_id, merged_into FROM lead WHERE merged_into IS NOT NULL
    UNION
    SELECT w.workspace_id, w.lead_id, l.merged_into
        FROM way w JOIN lead l ON l.workspace_id = w.workspace_id AND l.lead_id = w.stands
        WHERE l.merged_into IS NOT NULL
)
UPDATE lead SET merged_into = w.stands
    FROM way w JOIN lead s ON s.workspace_id = w.workspace_id AND s.lead_id = w.stands
    WHERE lead.workspace_id = w.workspace_id AND lead.lead_id = w.lead_id
        AND s.merged_into IS NULL AND lead.merged_into <> w.stands;

DROP POLICY lead_backfill ON lead;
