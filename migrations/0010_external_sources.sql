-- The source of an external id is 1 to 64 of a-z, 0-9, "_", "-" and ".": capitals are taken and
-- mean the same, and the colon stands between source and id. What came otherwise is renamed:
-- capitals of members' sources, and whatever else is not among those, which becomes a dot.
CREATE POLICY source_backfill ON lead TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY source_backfill ON identity TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY source_backfill ON member TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY source_backfill ON source TO CURRENT_USER USING (true) WITH CHECK (true);

-- Of leads: sources that only the colon sets apart stay apart.
CREATE TABLE renamed AS
WITH used AS (
    SELECT DISTINCT workspace_id, substr(source, 10) AS named FROM identity WHERE source LIKE 'external:%'
    UNION
    SELECT workspace_id, mapping #>> '{external_id,source}' FROM source
        WHERE json_typeof(mapping -> 'external_id') = 'object' AND mapping #>> '{external_id,source}' IS NOT NULL
), wanted AS (
    SELECT workspace_id, named, regexp_replace(lower(named), '[^a-z0-9_.-]', '.', 'g') AS plain FROM used
)
SELECT w.workspace_id, w.named,
       CASE WHEN EXISTS (SELECT FROM wanted o WHERE o.workspace_id = w.workspace_id AND o.plain = w.plain
                             AND o.named <> w.named)
            THEN left(w.plain, 57) || '.' || left(md5(w.named), 6) ELSE w.plain END AS name
    FROM wanted w WHERE w.named <> w.plain;

UPDATE lead SET identities = (
        SELECT json_agg(CASE WHEN i.item ->> 0 = 'external' AND r.name IS NOT NULL
                             THEN json_build_array('external', r.name, i.item ->> 2) ELSE i.item END ORDER BY i.n)
            FROM json_array_elements(lead.identities) WITH ORDINALITY i (item, n)
            LEFT JOIN renamed r ON r.workspace_id = lead.workspace_id AND r.named = i.item ->> 1)
    WHERE status = 'active' AND (workspace_id, lead_id) IN (
        SELECT i.workspace_id, i.lead_id FROM identity i
            JOIN renamed r ON r.workspace_id = i.workspace_id AND i.source = 'external:' || r.named);

UPDATE identity i SET source = 'external:' || r.name
    FROM renamed r WHERE r.workspace_id = i.workspace_id AND i.source = 'external:' || r.named;

UPDATE source s SET mapping = jsonb_set(s.mapping::jsonb, '{external_id,source}', to_jsonb(r.name))::json
    FROM renamed r WHERE r.workspace_id = s.workspace_id AND json_typeof(s.mapping -> 'external_id') = 'object'
        AND s.mapping #>> '{external_id,source}' = r.named;

-- Of members: two of a team that are one by this rule were one person twice; the later keeps a
-- source of its own, for work that is assigned to it.
WITH plain AS (
    SELECT workspace_id, member_id, regexp_replace(lower(external_source), '[^a-z0-9_.-]', '.', 'g') AS name,
           row_number() OVER (PARTITION BY workspace_id, team_id, external_id,
                                  regexp_replace(lower(external_source), '[^a-z0-9_.-]', '.', 'g')
                              ORDER BY external_source ~ '[^a-z0-9_.-]', created_at, member_id) AS n
        FROM member WHERE external_source IS NOT NULL
)
UPDATE member m
    SET external_source = CASE p.n WHEN 1 THEN p.name ELSE left(p.name, 57) || '.' || left(md5(m.member_id::text), 6) END
    FROM plain p WHERE p.workspace_id = m.workspace_id AND p.member_id = m.member_id
        AND m.external_source ~ '[^a-z0-9_.-]';

DROP TABLE renamed;
DROP POLICY source_backfill ON lead;
DROP POLICY source_backfill ON identity;
DROP POLICY source_backfill ON member;
DROP POLICY source_backfill ON source;
