-- The tables that every capture and every answer writes to have no foreign keys any more: they looked for the same few
-- teams once for every row, and made rows wait for each other that have nothing to do with each other. Rows name what
-- the lane has loaded and locked; nobody but the owner may delete what they name; and `baton verify --state` finds a
-- row that names one that is not there. Configuration keeps its foreign keys.
ALTER TABLE lead
    DROP CONSTRAINT lead_workspace_id_owner_team_fkey,
    DROP CONSTRAINT lead_workspace_id_merged_into_fkey;

ALTER TABLE handoff
    DROP CONSTRAINT handoff_workspace_id_lead_id_fkey,
    DROP CONSTRAINT handoff_workspace_id_from_team_fkey,
    DROP CONSTRAINT handoff_workspace_id_to_team_fkey;

ALTER TABLE feedback
    DROP CONSTRAINT feedback_workspace_id_handoff_id_fkey;
