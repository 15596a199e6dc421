-- What a workspace calls its stages, what they mean there, and what to do next (lib/core/lead/stage_words.h). Wording holds when
-- both sides have said it; until then it is proposed. Each side writes its own guide.
CREATE TABLE stage (
    workspace_id     uuid NOT NULL REFERENCES workspace,
    stage            lead_stage NOT NULL,
    title            text CHECK (length(title) BETWEEN 1 AND 200), -- null, and meaning: Baton's own
    meaning          text CHECK (length(meaning) BETWEEN 1 AND 2000),
    proposed_side    text CHECK (proposed_side IN ('marketing', 'sales')), -- null: nothing is proposed
    proposed_title   text CHECK (length(proposed_title) BETWEEN 1 AND 200),
    proposed_meaning text CHECK (length(proposed_meaning) BETWEEN 1 AND 2000),
    proposed_by      uuid, -- a member; null: a team's key
    proposed_at      timestamptz,
    guide_marketing  json CHECK (json_typeof(guide_marketing) = 'object'),
    guide_sales      json CHECK (json_typeof(guide_sales) = 'object'),
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, stage),
    FOREIGN KEY (workspace_id, proposed_by) REFERENCES member,
    CHECK ((title IS NULL) = (meaning IS NULL)),
    CHECK ((proposed_title IS NULL) = (proposed_meaning IS NULL)),
    CHECK ((proposed_side IS NULL) = (proposed_at IS NULL)),
    CHECK (proposed_side IS NOT NULL OR (proposed_title IS NULL AND proposed_by IS NULL))
);

ALTER TABLE stage ENABLE ROW LEVEL SECURITY;
ALTER TABLE stage FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_context ON stage
    USING (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('baton.workspace_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON stage TO baton_app;
